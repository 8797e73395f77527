"""Whether the network that this code builds is the one that a `.keras` file was written of.

Layers without weights, such as a pooling, leave no trace in the weights: after a change of the model's code a run would
be filled with its own weights and answer as another network does.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

import errors
from keras_models.saving import PLAIN
from keras_models.weights_file import read_configuration

# What says how training begins or goes, not what a trained network answers, and what we name.
BEGINNINGS = ("initializer", "regularizer", "constraint")
UNHEARD = {"name", "trainable", "dtype", "seed"}
PLAIN_VALUES = (bool, int, float, str, list, type(None))


def check_architecture(model: keras.Model, path: Path) -> None:
    """Raise PromiseError, with the first layer that differs, unless `model` is of the layers that `path` names.

    The file's words are compared with the layers themselves: to have Keras write down the network would import
    TensorFlow, for seconds. Values that a layer has not are passed over: other releases of Keras write others.
    """
    if difference := _find_difference(read_configuration(path)["layers"], model.layers):
        raise errors.PromiseError(
            f"Expected the code that builds the network in {path}. Received: other code: {difference}. "
            "Put keras_models/ back as it was, or train again."
        )


def _find_difference(written: Sequence[Mapping[str, Any]], built: Sequence[keras.layers.Layer]) -> str | None:
    """Return in words what differs first, None if nothing does. Layers are told by their places, not by their names."""
    before = {layer.get("name"): place for place, layer in enumerate(written)}
    now = {layer.name: place for place, layer in enumerate(built)}
    for one, layer in zip(written, built, strict=False):
        kind = PLAIN.get(type(layer), type(layer)).__name__
        name = f"{kind} {layer.name!r}"
        if one["class_name"] != kind:
            return f"{name} in place of {one['class_name']} {one.get('name')!r}"
        for key, value in one["config"].items():
            is_heard = key not in UNHEARD and not key.endswith(BEGINNINGS)
            if is_heard and (held := _plain(getattr(layer, key, value))) != value and isinstance(held, PLAIN_VALUES):
                return f"{key} of {name} is {held!r}, not {value!r}"
        seen, sees = _written_inputs(one.get("inbound_nodes")), _inputs(layer)
        if [before.get(each) for each in seen] != [now.get(each) for each in sees]:
            return f"{name} sees {', '.join(sees)}, not {', '.join(seen)}"
    return None if len(written) == len(built) else f"{len(built)} layers, not {len(written)}"


def _plain(value: Any) -> Any:
    """Return a layer's value as JSON has it: tuples as lists, functions by their names."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return getattr(value, "__name__", value)


def _written_inputs(value: Any) -> list[str]:
    """Return the names of the layers whose outputs are somewhere in a layer's `inbound_nodes`, in order."""
    if isinstance(value, dict):
        history = value.get("keras_history")
        return [str(history[0])] if history else [name for each in value.values() for name in _written_inputs(each)]
    return [name for each in value for name in _written_inputs(each)] if isinstance(value, list) else []


def _inputs(layer: keras.layers.Layer) -> list[str]:
    if isinstance(layer, keras.layers.InputLayer):
        return []
    return [tensor._keras_history.operation.name for tensor in keras.tree.flatten(layer.input)]
