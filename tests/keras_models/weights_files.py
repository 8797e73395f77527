"""Changed copies of what Keras writes for the tiny CNN, for the tests of what reads it. For a process with Keras."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import keras
import pytest

import errors
from keras_models.building import digest_weights
from keras_models.saving import load_weights, save_model
from tests.keras_models.conftest import tiny_cnn

CONVOLUTION = "layers/conv2d/vars"  # of the layer convolution_1


def save_members(path: Path) -> dict[str, bytes]:
    """Save the tiny CNN of seed 0 and return the members of the file."""
    save_model(tiny_cnn(), path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def with_weights(members: dict[str, bytes], change: Callable[[h5py.File], object]) -> dict[str, bytes]:
    """Return the members after a change of the HDF5 file in them."""
    buffer = io.BytesIO(members["model.weights.h5"])
    with h5py.File(buffer, "r+") as file:
        change(file)
    return {**members, "model.weights.h5": buffer.getvalue()}


def refusal(network: keras.Model, path: Path) -> str:
    before = digest_weights(network)
    with pytest.raises(errors.PromiseError) as caught:
        load_weights(network, path)
    assert digest_weights(network) == before
    assert sorted(path.parent.iterdir()) == [path]
    (message,) = caught.value.messages
    assert caught.value.exit_code == 6
    assert message.startswith(f"Expected the weights of this network in {path}. Received: ") and "\n" not in message
    return message.partition("Received: ")[2]


def replace(key: str, make: Callable[[h5py.File], object]) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[key]
        make(file)

    return change


def lambda_layer(marker: Path) -> dict[str, Any]:
    layer = keras.layers.Lambda(
        lambda image, command: os.system(command) or image, arguments={"command": f"touch {marker}"}
    )
    return {"module": "keras.layers", "class_name": "Lambda", "config": layer.get_config(), "registered_name": None}


def system_call(marker: Path) -> dict[str, Any]:
    return {
        "module": "os",
        "class_name": "function",
        "config": "system",
        "registered_name": "system",
        "args": [str(marker)],
    }
