"""The original's multilayer perceptron, written once in Keras layers."""

from collections.abc import Sequence

import keras

from keras_models.layers import CHANNELS_LAST, SeededLayers, image_input, leaky_relu, measure, normalize_numbers, scale


def build(
    size_pixels: int,
    classes: int,
    seed: int,
    dense_units: Sequence[int] = (1024, 512, 256),
    dropout_fraction: float = 0.3,
    input: str = "rgb",
    activation: str = "leaky_relu",
    normalization: str = "none",
    transform: str = "none",
) -> keras.Model:
    """Return the network: uint8 (N, size_pixels, size_pixels, 3) named `image` to float32 logits (N, classes).

    Flatten, a dense layer with LeakyReLU, or ReLU, per entry of `dense_units`, dropout, logits. The `input` is `rgb`,
    or `grey`, which is made of it. With the `transform` `statistics` the layers see ImageStatistics in place of pixels,
    each normalised over the batch; with the `normalization` `batch` so is what each hidden layer gives.
    """
    layers = SeededLayers(seed)
    image = image_input(size_pixels)
    if transform == "statistics":
        features = measure(image)
    else:
        features = keras.layers.Flatten(data_format=CHANNELS_LAST, name="flatten")(scale(image, input))
    for number, units in enumerate(dense_units, start=1):
        features = layers.dense(units, features, f"dense_{number}")
        if normalization == "batch":
            features = normalize_numbers(features, f"normalization_{number}")
        if activation == "relu":
            features = keras.layers.ReLU(name=f"relu_{number}")(features)
        else:
            features = leaky_relu(features, f"leaky_relu_{number}")
    features = layers.dropout(dropout_fraction, features, "dropout")
    return keras.Model(image, layers.logits(classes, features), name="mlp")
