"""Convolution and max-pooling on jax for CPUs, with gradients that XLA's own do not have the speed of.

XLA 0.10.2 spends two thirds of a step in the gradients of kernels (four to six times what the products cost) and in
select-and-scatter, the gradient of its pooling: results/LOG.md has the profile. On GPUs, and over
several devices, Keras' own layers are used.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import keras
from jax import lax

import errors

Normalization = keras.layers.BatchNormalization
KERNEL_PIXELS = 3


@jax.jit
def add_up(arrays: Sequence[Any]) -> Any:
    """Return the sum of all numbers of all arrays, in one call of compiled code."""
    return sum(jnp.sum(array) for array in arrays)


def count_codes(codes: Any, count: int) -> Any:
    """Return how often each of 0 to count - 1 is in each row of whole numbers (N, P): float32 (N, count).

    None on a GPU, and over several devices, as with the layers below.
    """
    if not IS_ONE_CPU:
        return None
    rows = jnp.arange(len(codes))[:, None]
    return jnp.zeros((len(codes), count)).at[rows, codes.astype("int32")].add(1.0)


def _convolve(features: Any, kernel: Any) -> Any:
    return lax.conv_general_dilated(features, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


@jax.custom_vjp
def convolve(features: Any, kernel: Any) -> Any:
    """Convolve float (B, H, W, C) with (3, 3, C, F), stride 1, zeros outside: (B, H, W, F)."""
    return _convolve(features, kernel)


def _convolve_forward(features: Any, kernel: Any) -> Any:
    return _convolve(features, kernel), (features, kernel)


def _convolve_backward(kept: Any, gradient: Any) -> Any:
    features, kernel = kept
    _, height, width, channels = features.shape
    filters = kernel.shape[-1]
    side = range(KERNEL_PIXELS)

    def add_image(total: Any, pair: Any) -> Any:
        # One image after the other, so that its nine shifted copies stay in the processor's cache, and channels
        # first, so that copying them is copying whole rows.
        image, image_gradient = pair
        padded = jnp.pad(image.transpose(2, 0, 1), ((0, 0), (1, 1), (1, 1)))
        shifted = [padded[:, row : row + height, column : column + width] for row in side for column in side]
        patches = jnp.stack(shifted).reshape(-1, height * width)
        products = jnp.dot(patches, image_gradient.reshape(-1, filters), preferred_element_type=jnp.float32)
        return total + products, None

    nothing = jnp.zeros((KERNEL_PIXELS**2 * channels, filters), jnp.float32)
    kernel_gradient, _ = lax.scan(add_image, nothing, (features, gradient))
    features_gradient = _convolve(gradient, jnp.flip(kernel, (0, 1)).swapaxes(2, 3))
    return features_gradient, kernel_gradient.reshape(kernel.shape).astype(kernel.dtype)


convolve.defvjp(_convolve_forward, _convolve_backward)


@jax.custom_vjp
def pool(features: Any) -> Any:
    """Return the largest of each 2x2: (B, H, W, C) to (B, H // 2, W // 2, C)."""
    return _pool_forward(features)[0]


def _pool_forward(features: Any) -> Any:
    _, height, width, _ = features.shape
    even = features[:, : height // 2 * 2, : width // 2 * 2]
    first, second, third, fourth = (even[:, row::2, column::2] for row in (0, 1) for column in (0, 1))
    largest = jnp.maximum(jnp.maximum(first, second), jnp.maximum(third, fourth))
    # The first of equals gets the gradient, as in XLA, PyTorch and TensorFlow.
    places = jnp.where(first == largest, 0, jnp.where(second == largest, 1, jnp.where(third == largest, 2, 3)))
    return largest, (places.astype(jnp.uint8), features.shape)


def _pool_backward(kept: Any, gradient: Any) -> Any:
    places, (batch, height, width, channels) = kept
    numbers = jnp.arange(4, dtype=jnp.uint8).reshape(1, 1, 2, 1, 2, 1)
    spread = jnp.where(
        places[:, :, None, :, None, :] == numbers, gradient[:, :, None, :, None, :], jnp.zeros((), gradient.dtype)
    )
    even = spread.reshape(batch, height // 2 * 2, width // 2 * 2, channels)
    return (jnp.pad(even, ((0, 0), (0, height % 2), (0, width % 2), (0, 0))),)


pool.defvjp(_pool_forward, _pool_backward)


@keras.saving.register_keras_serializable("keras_models")
class FastConvolution(keras.layers.Conv2D):
    """Conv2D of 3x3 and stride 1 that keeps height and width."""

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Convolve; Keras adds the bias."""
        return convolve(inputs, keras.ops.convert_to_tensor(kernel))


@keras.saving.register_keras_serializable("keras_models")
class FastPooling(keras.layers.MaxPooling2D):
    """MaxPooling2D of 2x2."""

    def call(self, inputs: Any) -> Any:
        """Pool."""
        return pool(inputs)


def is_one_cpu() -> bool:
    """Return whether jax computes on one CPU.

    Raises EnvironmentFault if it cannot start the devices that the environment names: they are asked here first.
    """
    try:
        return bool(jax.default_backend() == "cpu" and jax.device_count() == 1)
    except RuntimeError as error:
        reason = str(error).partition("\n")[0]
        raise errors.EnvironmentFault(f"Expected jax to start its device. Received: {reason}.") from error


# Over several devices a scan over the images of a batch, which is split between them, would have XLA gather the inputs
# and the output gradients of every convolution on each device, every step: Keras' own layers add up kernels alone.
IS_ONE_CPU = is_one_cpu()
Convolution = FastConvolution if IS_ONE_CPU else keras.layers.Conv2D
Pooling = FastPooling if IS_ONE_CPU else keras.layers.MaxPooling2D
