"""The original's convolutional network, written once in Keras layers."""

from collections.abc import Sequence

import keras

from keras_models.layers import CHANNELS_LAST, SeededLayers, image_input, normalize, pool, scale


def build(
    size_pixels: int,
    classes: int,
    seed: int,
    channels: Sequence[int] = (16, 32, 64, 128),
    dense_units: Sequence[int] = (256,),
    dropout_fraction: float = 0.3,
    input: str = "rgb",
    normalization: str = "batch",
) -> keras.Model:
    """Return the network: uint8 (N, size_pixels, size_pixels, 3) named `image` to float32 logits (N, classes).

    One block per entry of `channels`: 3x3 convolution, batch normalisation unless `normalization` is `none`, 2x2
    max-pooling, ReLU. The `input` is `rgb`, or `grey`, which is made of it. The original has ReLU before the pooling;
    the largest of four numbers and then max(0, ·) is the same number in either order, and on a quarter of the values
    the ReLU costs a quarter. Then dropout and a ReLU layer per entry of `dense_units`, dropout, logits.
    """
    layers = SeededLayers(seed)
    image = image_input(size_pixels)
    features = scale(image, input)
    for number, filters in enumerate(channels, start=1):
        features = layers.convolution(filters, features, f"convolution_{number}")
        if normalization == "batch":
            features = normalize(features, f"normalization_{number}")
        features = pool(features, f"pooling_{number}")
        features = keras.layers.ReLU(name=f"relu_{number}")(features)
    features = keras.layers.Flatten(data_format=CHANNELS_LAST, name="flatten")(features)
    for number, units in enumerate(dense_units, start=1):
        features = layers.dropout(dropout_fraction, features, f"dropout_{number}")
        features = layers.dense(units, features, f"dense_{number}")
        features = keras.layers.ReLU(name=f"dense_relu_{number}")(features)
    features = layers.dropout(dropout_fraction, features, f"dropout_{len(dense_units) + 1}")
    return keras.Model(image, layers.logits(classes, features), name="cnn")
