"""A network as TensorFlow's graph: raw pixels in, logits and probabilities out. Needs the tensorflow backend.

Keras' own `export` is not used: it traces a network without saying `training=False`, and one layer that takes this for
training makes all after it random (Keras 3.15.1, RandomFlip before BatchNormalization: two calls differ by 3 to 5).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from keras_models.artefacts.contract import IMAGE, LOGITS, PROBABILITIES, Contract
from keras_models.artefacts.saved_model import SIGNATURE
from keras_models.artefacts.saved_model_scan import CONTRACT_FILE
from keras_models.saving import in_plain_layers


def make_graph(model: keras.Model, contract: Contract, inputs: Mapping[str, Any] | None = None) -> Any:
    """Return the tf.function from `image`, uint8 (N, H, W, 3), to a dict of `logits` and `probabilities`, (N, K).

    `inputs` are variables of the network that are arguments of the graph by these names instead of parts of it.
    """
    moved = dict(inputs or {})
    held = {id(variable): variable.value for variable in model.variables}

    shape = (None, contract.size_pixels, contract.size_pixels, 3)

    def answer(image: Any, *values: Any) -> dict[str, Any]:
        given = held | {id(variable): value for variable, value in zip(moved.values(), values, strict=True)}
        # A signature alone takes other sizes, of which some fit after pooling: of 64 images 9 got another label.
        logits = infer(model, given, tf.ensure_shape(image, shape))
        return {
            LOGITS: tf.identity(logits, LOGITS),
            PROBABILITIES: tf.nn.softmax(logits / contract.temperature, name=PROBABILITIES),
        }

    weights = [tf.TensorSpec(variable.shape, variable.dtype, name) for name, variable in moved.items()]
    return tf.function(answer, input_signature=[tf.TensorSpec(shape, tf.uint8, IMAGE), *weights])


def infer(model: keras.Model, values: Mapping[int, Any], image: Any) -> Any:
    """Return the network's logits for `image` when each variable has the value at its id."""
    states = [
        [values[id(variable)] for variable in group]
        for group in (model.trainable_variables, model.non_trainable_variables)
    ]
    return model.stateless_call(*states, image, training=False)[0]


def write_saved_model(model: keras.Model, contract: Contract, path: Path) -> None:
    """Write the folder `path`: variables, one signature, and the contract where TensorFlow Serving passes it over."""
    model = in_plain_layers(model)  # so that a file's operations do not depend on what is fast here
    module = tf.Module()
    module.variables_of_network = [variable.value for variable in model.weights]
    module.answer = make_graph(model, contract)
    tf.saved_model.save(module, str(path), signatures={SIGNATURE: module.answer.get_concrete_function()})
    extra = path / CONTRACT_FILE
    extra.parent.mkdir()
    extra.write_text(json.dumps(contract.to_values(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
