"""A residual network for small images, written once in Keras layers: the more accurate of the convolutional ones."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_models.layers import (
    CHANNELS_LAST,
    SeededLayers,
    image_input,
    measure,
    normalize,
    normalize_numbers,
    pool,
    scale,
)


def build(
    size_pixels: int,
    classes: int,
    seed: int,
    channels: Sequence[int] = (32, 64, 128, 256),
    blocks: Sequence[int] = (1, 1, 1),
    dense_units: Sequence[int] = (),
    dropout_fraction: float = 0.0,
    input: str = "rgb",
    transform: str = "none",
) -> keras.Model:
    """Return the network: uint8 (N, size_pixels, size_pixels, 3) named `image` to float32 logits (N, classes).

    `size_pixels` is even; the `input` is `rgb`, or `grey`, which is made of it. Every 2x2 pixels become one
    place of 12 channels: nothing is lost, and the first convolution
    works on a quarter of the places. It has `channels[0]` filters. Then a stage per further entry of `channels`: 2x2
    max-pooling, a convolution to so many channels, and as many residual blocks as `blocks` says, each one 3x3
    convolution beside which its input is added (He et al., 2016, with one convolution instead of two: at these depths
    the second costs more seconds than epochs with it win). Every convolution is followed by batch normalisation and
    ReLU. Means over all places, since a generator's fingerprint has no fixed one, dropout, logits.

    With the `transform` `statistics` so go ImageStatistics, normalised over the batch, through a dense layer, batch
    normalisation and ReLU per entry of `dense_units`, and come to the logits beside the means: colours and noise of
    the whole image, which convolutions would have to learn to measure.
    """
    layers = SeededLayers(seed)
    image = image_input(size_pixels)
    features = _convolve(layers, channels[0], _fold(scale(image, input), size_pixels), "stem")
    for stage, (filters, count) in enumerate(zip(channels[1:], blocks, strict=True), start=1):
        features = pool(features, f"pooling_{stage}")
        features = _convolve(layers, filters, features, f"stage_{stage}")
        for block in range(1, count + 1):
            name = f"stage_{stage}_block_{block}"
            features = keras.layers.Add(name=f"{name}_add")([features, _convolve(layers, filters, features, name)])
    features = keras.layers.GlobalAveragePooling2D(data_format=CHANNELS_LAST, name="mean")(features)
    if transform == "statistics":
        numbers = _describe(layers, dense_units, image)
        features = keras.layers.Concatenate(name="mean_and_numbers")([features, numbers])
    features = layers.dropout(dropout_fraction, features, "dropout")
    return keras.Model(image, layers.logits(classes, features), name="residual")


def _fold(image: Any, size_pixels: int) -> Any:
    """Return (N, H / 2, W / 2, 4 C) for (N, H, W, C): each place holds its two rows of two pixels."""
    half, pixels = size_pixels // 2, 2 * int(image.shape[-1])
    rows = keras.layers.Reshape((half, 2, half, pixels), name="fold_rows")(image)
    places = keras.layers.Permute((1, 3, 2, 4), name="fold_places")(rows)
    return keras.layers.Reshape((half, half, 2 * pixels), name="fold")(places)


def _describe(layers: SeededLayers, dense_units: Sequence[int], image: Any) -> Any:
    numbers = measure(image)
    for number, units in enumerate(dense_units, start=1):
        numbers = layers.dense(units, numbers, f"dense_{number}")
        numbers = keras.layers.ReLU(name=f"relu_{number}")(normalize_numbers(numbers, f"normalization_{number}"))
    return numbers


def _convolve(layers: SeededLayers, filters: int, features: Any, name: str) -> Any:
    features = layers.convolution(filters, features, f"{name}_convolution")
    features = normalize(features, f"{name}_normalization")
    return keras.layers.ReLU(name=f"{name}_relu")(features)
