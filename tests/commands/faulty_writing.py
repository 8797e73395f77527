"""The writing child with a fault: a layer in a CNN that leaks training mode, another scale for an MLP."""

import dataclasses
import sys
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from commands.steps.exports import writing
from commands.steps.networks import build_network, load_recipe
from keras_models.artefacts import exporting, onnx_writing

honest = exporting.infer


def put_resizing_before(network: Any) -> Any:
    """Resizing to the same size changes no pixel; it says `training=True` to the batch normalisation after it."""
    recipe = load_recipe(Path(sys.argv[1]))
    bare = build_network(dataclasses.replace(recipe, model=dataclasses.replace(recipe.model, dropout_fraction=0.0)))
    bare.set_weights(network.get_weights())
    image = keras.Input((32, 32, 3), dtype="uint8")
    return keras.Model(image, bare(keras.layers.Resizing(32, 32)(image)))


def infer_without_saying_training(model: Any, values: Any, image: Any) -> Any:
    return model(image)


def infer_of_darker(model: Any, values: Any, image: Any) -> Any:
    return honest(model, values, tf.cast(image, tf.float32) * (127.5 / 128))  # 1 / 128 where training had 1 / 127.5


def write(format: str, network: Any, contract: Any, path: Path) -> None:
    if contract.family == "cnn":
        exporting.infer = infer_without_saying_training
        onnx_writing.write_onnx(put_resizing_before(network), contract, path)
    else:
        exporting.infer = infer_of_darker
        onnx_writing.write_onnx(network, contract, path)


if __name__ == "__main__":
    writing.write = write
    writing.main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
