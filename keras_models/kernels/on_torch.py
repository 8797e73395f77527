"""Convolution, batch normalisation and max-pooling on torch, by PyTorch's own functions; images are channels-last.

Keras 3.15.1 copies images to channels-first memory around convolution and pooling, and normalises by five passes over
all features, each with a pass back: results/LOG.md has the profile.
"""

from collections.abc import Sequence
from typing import Any

import keras
import torch
from torch.nn import functional


@torch.no_grad()
def add_up(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the sum of all numbers of all tensors."""
    return torch.stack([tensor.sum() for tensor in tensors]).sum()


@torch.no_grad()
def count_codes(codes: torch.Tensor, count: int) -> torch.Tensor | None:
    """Return how often each of 0 to count - 1 is in each row of whole numbers (N, P): float32 (N, count).

    None on a GPU, where threads that count to one number wait for each other.
    """
    if codes.device.type != "cpu":
        return None
    rows = torch.arange(len(codes), device=codes.device)[:, None] * count
    counts = torch.bincount((codes.long() + rows).flatten(), minlength=len(codes) * count)
    return counts.reshape(-1, count).float()


def _channels_first(features: torch.Tensor) -> torch.Tensor:
    return features.permute(0, 3, 1, 2)  # a view: its memory stays channels-last, which is what oneDNN is fast with


def _channels_last(features: torch.Tensor) -> torch.Tensor:
    return features.permute(0, 2, 3, 1)


@keras.saving.register_keras_serializable("keras_models")
class Convolution(keras.layers.Conv2D):
    """Conv2D of stride 1 that keeps height and width: float (B, H, W, C) to (B, H, W, filters)."""

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        """Convolve and add the bias in one call."""
        kernel = keras.ops.convert_to_tensor(self.kernel).permute(3, 2, 0, 1)
        bias = keras.ops.convert_to_tensor(self.bias)
        padding = [side // 2 for side in self.kernel_size]
        return _channels_last(functional.conv2d(_channels_first(inputs), kernel, bias, padding=padding))


@keras.saving.register_keras_serializable("keras_models")
class Normalization(keras.layers.BatchNormalization):
    """BatchNormalization over the last axis of (B, F) or (B, H, W, C); statistics and weights are float32.

    Of numbers that all images of a batch have in common Keras 3.15.1 gets a variance below 0 here, from the mean of
    squares less the square of the mean, and with an epsilon of 1e-7 that is nan. PyTorch subtracts the mean first, as
    Keras does on TensorFlow and jax.
    """

    def call(self, inputs: torch.Tensor, training: bool | None = None, mask: Any = None) -> torch.Tensor:
        """Normalise by the batch in training, and move the running statistics; else normalise by those."""
        if training and inputs.numel() == inputs.shape[-1]:  # one value each, which PyTorch refuses
            alone: torch.Tensor = super().call(inputs, training=training, mask=mask)
            return alone
        mean, variance = (keras.ops.convert_to_tensor(held) for held in (self.moving_mean, self.moving_variance))
        gamma, beta = (keras.ops.cast(held, "float32") for held in (self.gamma, self.beta))
        is_images = inputs.ndim == 4
        features = _channels_first(inputs) if is_images else inputs
        if not training:
            known = functional.batch_norm(features, mean, variance, gamma, beta, training=False, eps=self.epsilon)
            return _channels_last(known) if is_images else known
        # Momentum 1 gives the batch's own statistics. PyTorch's running variance would be the unbiased one.
        batch_mean, batch_variance = torch.zeros_like(mean), torch.zeros_like(variance)
        normalized = functional.batch_norm(
            features, batch_mean, batch_variance, gamma, beta, training=True, momentum=1.0, eps=self.epsilon
        )
        count = features.numel() // features.shape[1]
        self.moving_mean.assign(torch.lerp(batch_mean, mean, self.momentum))
        self.moving_variance.assign(torch.lerp(batch_variance * ((count - 1) / count), variance, self.momentum))
        return _channels_last(normalized) if is_images else normalized


@keras.saving.register_keras_serializable("keras_models")
class Pooling(keras.layers.MaxPooling2D):
    """MaxPooling2D of 2x2: float (B, H, W, C) to (B, H // 2, W // 2, C)."""

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        """Pool."""
        return _channels_last(functional.max_pool2d(_channels_first(inputs), self.pool_size))
