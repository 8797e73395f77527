"""The original's two networks and its training loop, written in plain PyTorch: what our Keras is measured against.

Eager float32 in NCHW memory order, as the original ran it: no channels_last, no compile, no mixed precision, so
that a speed measured here is the original's. Layers, their order and their settings are the original's. One
thing is not reproduced: the original left its random flips and rotations on for validation and test images, a
fault that made its scores random; here the caller's batches say what is augmented.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from data_io.batches import Batch


class Batches(Protocol):
    """What the loop needs of its source."""

    @property
    def steps(self) -> int:
        """Number of batches in an epoch."""
        ...

    def batch(self, epoch: int, index: int) -> Batch:
        """Return images uint8 (B, H, W, 3) and labels int32 (B,)."""
        ...


class Cnn(nn.Module):
    """Blocks of 3x3 convolution, batch normalisation, ReLU, 2x2 max-pooling; then dense layers under dropout."""

    def __init__(
        self,
        size_pixels: int = 128,
        classes: int = 5,
        channels: Sequence[int] = (16, 32, 64, 128),
        dense_units: Sequence[int] = (256,),
        dropout_fraction: float = 0.3,
    ) -> None:
        super().__init__()
        layers: list[tuple[str, nn.Module]] = []
        features, side_pixels = 3, size_pixels
        for number, filters in enumerate(channels, start=1):
            layers += [
                (f"convolution_{number}", nn.Conv2d(features, filters, kernel_size=3, padding=1)),
                (f"normalization_{number}", nn.BatchNorm2d(filters)),
                (f"relu_{number}", nn.ReLU()),
                (f"pooling_{number}", nn.MaxPool2d(2)),
            ]
            features, side_pixels = filters, side_pixels // 2
        layers.append(("flatten", nn.Flatten()))
        features *= side_pixels**2
        for number, units in enumerate(dense_units, start=1):
            layers += [
                (f"dropout_{number}", nn.Dropout(dropout_fraction)),
                (f"dense_{number}", nn.Linear(features, units)),
                (f"dense_relu_{number}", nn.ReLU()),
            ]
            features = units
        layers += [
            (f"dropout_{len(dense_units) + 1}", nn.Dropout(dropout_fraction)),
            ("logits", nn.Linear(features, classes)),
        ]
        self.layers = nn.Sequential(OrderedDict(layers))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return float32 logits (B, K) for float32 images (B, 3, H, W) in -1..1."""
        logits: torch.Tensor = self.layers(images)
        return logits


class Mlp(nn.Module):
    """Dense layers with LeakyReLU of slope .01 (PyTorch's default), then dropout and the logits."""

    def __init__(
        self,
        size_pixels: int = 128,
        classes: int = 5,
        dense_units: Sequence[int] = (1024, 512, 256),
        dropout_fraction: float = 0.3,
    ) -> None:
        super().__init__()
        layers: list[tuple[str, nn.Module]] = [("flatten", nn.Flatten())]
        features = 3 * size_pixels**2
        for number, units in enumerate(dense_units, start=1):
            layers += [
                (f"dense_{number}", nn.Linear(features, units)),
                (f"leaky_relu_{number}", nn.LeakyReLU()),
            ]
            features = units
        layers += [("dropout", nn.Dropout(dropout_fraction)), ("logits", nn.Linear(features, classes))]
        self.layers = nn.Sequential(OrderedDict(layers))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return float32 logits (B, K) for float32 images (B, 3, H, W) in -1..1."""
        logits: torch.Tensor = self.layers(images)
        return logits


def to_tensor(images: NDArray[np.uint8], device: torch.device) -> torch.Tensor:
    """Return float32 (B, 3, H, W) in -1..1 on `device` for uint8 (B, H, W, 3).

    torchvision's ToTensor and Normalize(mean .5, std .5). `contiguous` matters: a mere permute leaves the bytes
    in channels_last order, and PyTorch would then run the faster convolutions that the original did not have.
    """
    pixels = torch.from_numpy(images).to(device).permute(0, 3, 1, 2).contiguous()
    return (pixels.float() / 255 - 0.5) / 0.5


def train(
    network: nn.Module,
    batches: Batches,
    epochs: int,
    learning_rate: float,
    momentum: float,
    drop_every_epochs: int,
    drop_factor: float,
    on_step: Callable[[int, int], None] = lambda epoch, steps: None,
) -> list[float]:
    """Train `network` in place, on the device it is on; return the loss of every step, each before its update.

    CrossEntropyLoss (mean over the batch, nats), SGD with momentum, StepLR once per epoch. `on_step` is told
    (epoch from 0, steps done in it) after each step.
    """
    device = next(network.parameters()).device
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate, momentum=momentum)
    # With 0 it never drops: the factor is 1 then, which may be taken each epoch.
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=drop_every_epochs or 1, gamma=drop_factor)
    losses = []
    network.train()
    for epoch in range(epochs):
        for index in range(batches.steps):
            images, labels = batches.batch(epoch, index)
            optimizer.zero_grad()
            loss = criterion(network(to_tensor(images, device)), torch.from_numpy(labels).long().to(device))
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            on_step(epoch, index + 1)
        scheduler.step()
    return losses
