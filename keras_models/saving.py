"""The one file that carries a network between backends: an uncompiled `.keras`."""

from pathlib import Path

import keras

from keras_models.image_statistics import CountedStatistics, ImageStatistics
from keras_models.kernels import choice
from keras_models.weights_file import read_weights

PLAIN = {
    choice.Convolution: keras.layers.Conv2D,
    choice.Normalization: keras.layers.BatchNormalization,
    choice.Pooling: keras.layers.MaxPooling2D,
    CountedStatistics: ImageStatistics,
}


def save_model(model: keras.Model, path: Path) -> None:
    """Write architecture and weights to `path`, which ends in `.keras`, without the optimizer.

    A compiled file of the torch backend names torch's own optimizer class: jax and tensorflow cannot train from
    it, and without torch it cannot even be read (Keras 3.15.1). So a copy that was never compiled is saved; it is
    not made by `clone_model`, which compiles the copy as the model was.
    """
    copy_plain(model).save(path)


def copy_plain(model: keras.Model) -> keras.Model:
    """Return a copy that was never compiled, of Keras' own layers, which any backend and converter knows.

    They are in place of those that the backend in use is fast with. `Grey` and `ImageStatistics`, which Keras has not,
    are ours still.
    """
    config = model.get_config()
    for layer, written in zip(model.layers, config["layers"], strict=True):
        if plain := PLAIN.get(type(layer)):
            written.update(_name(plain))
    bare = keras.Model.from_config(config)
    bare.set_weights(model.get_weights())
    return bare


def _name(layer: type[keras.layers.Layer]) -> dict[str, str | None]:
    """Return what a configuration calls a class of layers."""
    registered = keras.saving.get_registered_name(layer)
    if registered == layer.__name__:
        return {"module": "keras.layers", "class_name": layer.__name__, "registered_name": None}
    return {"module": layer.__module__, "class_name": layer.__name__, "registered_name": registered}


def in_plain_layers(model: keras.Model) -> keras.Model:
    """Return the network itself if all its layers are Keras' own, else a copy of which that is true."""
    is_plain = all(PLAIN.get(type(layer), type(layer)) is type(layer) for layer in model.layers)
    return model if is_plain else copy_plain(model)


def load_weights(model: keras.Model, path: Path) -> None:
    """Fill a network that our own code has built with the weights of a `.keras` file.

    Keras never sees the file: it would take layers that the network lacks without a word, and NaN. Raises
    PromiseError, before the network is changed, for a file that is not exactly this network's weights.
    """
    layers = {layer.name: layer for layer in model.layers if layer.weights}
    shapes = {name: [tuple(weight.shape) for weight in layer.weights] for name, layer in layers.items()}
    for name, weights in read_weights(path, shapes).items():
        layers[name].set_weights(weights)
