"""The layers that the networks share, with PyTorch's defaults where Keras has others."""

from typing import Any

import keras

from keras_models.image_statistics import CountedStatistics
from keras_models.initializers import FanInUniform
from keras_models.kernels.choice import Convolution, Normalization, Pooling

CHANNELS_LAST = "channels_last"  # said wherever Keras would else read it from a user's keras.json


def image_input(size_pixels: int) -> Any:
    """Return an input named `image`: uint8 (N, size_pixels, size_pixels, 3)."""
    return keras.Input((size_pixels, size_pixels, 3), dtype="uint8", name="image")


@keras.saving.register_keras_serializable("keras_models")
class Grey(keras.layers.Layer):
    """Make uint8 (N, H, W, 3) grey, float32 (N, H, W, 1) of whole numbers 0..255: to the bit Pillow's mode L.

    ITU-R 601-2 in the fixed point of Pillow's Convert.c (13.0.0), in which 1 is 65536: all sums stay below 2**24, so
    float32 holds them exactly on every backend.
    """

    WEIGHTS = (19595, 38470, 7471)

    def __init__(self, **kwargs: Any) -> None:  # under another name Keras writes no name of the layer into files
        super().__init__(**{**kwargs, "dtype": "float32"})

    def call(self, inputs: Any) -> Any:
        """Return the grey images."""
        red, green, blue = (keras.ops.cast(inputs[..., place : place + 1], "float32") for place in range(3))
        weighted = sum(weight * part for weight, part in zip(self.WEIGHTS, (red, green, blue), strict=True))
        return keras.ops.floor((weighted + 0x8000) / 0x10000)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape with one channel."""
        return (*input_shape[:-1], 1)


def scale(image: Any, input: str = "rgb") -> Any:
    """Map uint8 0..255 to float32 -1..1: the original's ToTensor and Normalize(mean .5, std .5).

    With the input `grey` as one channel. In the graph, so that an exported model cannot be fed another scale.
    Rescaling is safe there; Keras 3.15.1's Resizing and Random* layers are not (they switch later layers to training
    mode).
    """
    seen = Grey(name="grey")(image) if input == "grey" else image
    # float32 whatever the network computes in: in bfloat16 levels are off by up to 1.2, which is what is looked for
    return keras.layers.Rescaling(1 / 127.5, offset=-1.0, dtype="float32", name="scale")(seen)


class SeededLayers:
    """Makes layers with the streams 0, 1, 2, … of one seed: two for Conv2D and for Dense, one for Dropout, in order.

    A dropout of fraction 0 takes its number too, so that a network with and without dropout starts from the same
    weights.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._tensors = 0

    def convolution(self, filters: int, features: Any, name: str) -> Any:
        """Apply a 3x3 convolution of stride 1 that keeps height and width (PyTorch's padding=1)."""
        fan_in = 3 * 3 * int(features.shape[-1])
        return Convolution(filters, 3, padding="same", data_format=CHANNELS_LAST, name=name, **self._draw(fan_in))(
            features
        )

    def dense(self, units: int, features: Any, name: str) -> Any:
        """Apply a dense layer without activation."""
        return keras.layers.Dense(units, name=name, **self._draw(int(features.shape[-1])))(features)

    def logits(self, classes: int, features: Any) -> Any:
        """Apply the last dense layer, named `logits`: in float32 whatever the layers before it compute with."""
        draws = self._draw(int(features.shape[-1]))
        return keras.layers.Dense(classes, name="logits", dtype="float32", **draws)(features)

    def dropout(self, fraction: float, features: Any, name: str) -> Any:
        """Apply dropout; a fraction of 0 adds no layer. Masks differ between backends, the rest does not.

        The seed is far from those of other dropouts: on torch the generator is seeded with seed + step, so
        neighbouring seeds would give the same masks one step apart (Keras 3.15.1).
        """
        self._tensors += 1
        if not fraction:
            return features
        seed = (self.seed * 0x9E3779B1 + self._tensors * 0x85EBCA6B) % 2**31  # two odd constants spread neighbours
        return keras.layers.Dropout(fraction, seed=seed, name=name)(features)

    def _draw(self, fan_in: int) -> dict[str, FanInUniform]:
        kernel, bias = self._tensors, self._tensors + 1
        self._tensors += 2
        return {
            "kernel_initializer": FanInUniform(fan_in, self.seed, kernel),
            "bias_initializer": FanInUniform(fan_in, self.seed, bias),
        }


def normalize(features: Any, name: str) -> Any:
    """Apply batch normalisation as PyTorch's BatchNorm2d: eps 1e-5; its momentum .1 is Keras' .9.

    The running variance here is the biased one: at 64 images of 16x16 or more it differs by less than 1e-4.
    """
    return Normalization(axis=-1, momentum=0.9, epsilon=1e-5, name=name)(features)


def normalize_numbers(features: Any, name: str) -> Any:
    """Apply batch normalisation to float (N, F).

    Numbers may differ by as little as 1e-3 from image to image, such as shares of pixels, so epsilon is 1e-7, and the
    layer is of float32 whatever those around it compute with: bfloat16 has two or three digits.
    """
    return Normalization(axis=-1, momentum=0.9, epsilon=1e-7, name=name, dtype="float32")(features)


def measure(image: Any) -> Any:
    """Turn uint8 (N, H, W, 3) into ImageStatistics, each normalised over the batch: float32 (N, 1009)."""
    return normalize_numbers(CountedStatistics(name="statistics")(image), "statistics_normalization")


def pool(features: Any, name: str) -> Any:
    """Apply 2x2 max-pooling; of an odd height or width the last row or column is left out."""
    return Pooling(2, data_format=CHANNELS_LAST, name=name)(features)


def leaky_relu(features: Any, name: str) -> Any:
    """Apply LeakyReLU with PyTorch's slope of .01 (Keras' own default is .3)."""
    return keras.layers.LeakyReLU(negative_slope=0.01, name=name)(features)
