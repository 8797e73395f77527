"""The one file that carries a network between backends: an uncompiled `.keras`."""

from pathlib import Path

import keras

from keras_models.weights_file import read_weights


def save_model(model: keras.Model, path: Path) -> None:
    """Write architecture and weights to `path`, which ends in `.keras`, without the optimizer.

    A compiled file of the torch backend names torch's own optimizer class: jax and tensorflow cannot train from
    it, and without torch it cannot even be read (Keras 3.15.1). So a copy that was never compiled is saved; it is
    not made by `clone_model`, which compiles the copy as the model was.
    """
    bare = keras.Model.from_config(model.get_config())
    bare.set_weights(model.get_weights())
    bare.save(path)


def load_weights(model: keras.Model, path: Path) -> None:
    """Fill a network that our own code has built with the weights of a `.keras` file.

    Keras never sees the file: it would take layers that the network lacks without a word, and NaN. Raises
    PromiseError, before the network is changed, for a file that is not exactly this network's weights.
    """
    layers = {layer.name: layer for layer in model.layers if layer.weights}
    shapes = {name: [tuple(weight.shape) for weight in layer.weights] for name, layer in layers.items()}
    for name, weights in read_weights(path, shapes).items():
        layers[name].set_weights(weights)
