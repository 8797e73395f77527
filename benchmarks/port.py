"""Weights of a PyTorch network carried into the same network in Keras, on whichever backend Keras runs."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from torch import nn

Arrays = list[NDArray[np.float32]]


def port_weights(network: nn.Module, model: keras.Model) -> None:
    """Fill `model` with the weights of `network`: layers with weights are matched by their order in both.

    Convolution kernels go from (out, in, height, width) to (height, width, in, out), linear ones are transposed,
    batch normalisation brings scale, shift, mean and variance. PyTorch flattens (C, H, W) and Keras (H, W, C), so
    the rows of the first dense kernel are put in Keras' order. Raises ValueError where the two differ in number,
    kind or shape of layers.
    """
    sources = [module for module in network.modules() if any(True for _ in module.parameters(recurse=False))]
    targets = [layer for layer in model.layers if layer.weights]
    flatten = next(layer for layer in model.layers if isinstance(layer, keras.layers.Flatten))
    flattened: tuple[int, ...] | None = tuple(flatten.input.shape[1:])  # (H, W, C) for the first dense layer only
    for source, target in zip(sources, targets, strict=True):
        if isinstance(source, nn.Conv2d) and isinstance(target, keras.layers.Conv2D):
            weights = [_array(source.weight).transpose(2, 3, 1, 0), _array(source.bias)]
        elif isinstance(source, nn.BatchNorm2d) and isinstance(target, keras.layers.BatchNormalization):
            weights = _normalization(source)
        elif isinstance(source, nn.Linear) and isinstance(target, keras.layers.Dense):
            weights = [_dense_kernel(source, flattened), _array(source.bias)]
            flattened = None
        else:
            raise ValueError(f"Expected a layer like {target.name}. Received: {source}.")
        target.set_weights(weights)


def _normalization(source: nn.BatchNorm2d) -> Arrays:
    tensors = (source.weight, source.bias, source.running_mean, source.running_var)
    return [_array(tensor) for tensor in tensors]  # Keras: gamma, beta, moving_mean, moving_variance


def _dense_kernel(source: nn.Linear, flattened: tuple[int, ...] | None) -> NDArray[np.float32]:
    """Return the kernel (in, out); its rows from (C, H, W) to (H, W, C) order if the input was flattened."""
    kernel = _array(source.weight)
    if flattened is None:
        return kernel.T
    height, width, channels = flattened
    units = len(kernel)
    return kernel.reshape(units, channels, height, width).transpose(2, 3, 1, 0).reshape(-1, units)


def _array(tensor: Any) -> NDArray[np.float32]:
    """Return a copy: jax takes over an aligned NumPy array as it lies, and would train on PyTorch's own memory."""
    return np.array(tensor.detach().cpu().numpy(), np.float32)
