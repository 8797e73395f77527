"""Files in place of weights that would run code, fill the memory or read other files: each is refused.

The digest in the manifest, which `commands` compares first, would refuse all of them; here it is out of the way.
"""

import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import keras
import pytest

from keras_models.saving import load_weights
from tests.keras_models.conftest import tiny_cnn
from tests.keras_models.weights_files import (
    CONVOLUTION,
    lambda_layer,
    refusal,
    replace,
    save_members,
    system_call,
    with_weights,
    write,
)


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return save_members(tmp_path_factory.mktemp("members") / "model.keras")


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """A network of another seed; no refused file changes it."""
    return tiny_cnn(seed=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.keras"


@pytest.mark.parametrize("make", [lambda_layer, system_call], ids=["a1_lambda", "a2_os_system"])
def test_a1_a2_code_in_the_configuration_is_never_looked_at(
    path: Path, members: dict[str, bytes], make: Callable[[Path], dict[str, Any]]
) -> None:
    marker = path.parent / "marker"
    config = json.loads(members["config.json"])
    config["config"]["layers"].append(make(marker))
    write(path, {**members, "config.json": json.dumps(config).encode()})
    fresh = tiny_cnn(seed=2)
    load_weights(fresh, path)
    assert [layer.name for layer in fresh.layers] == [layer.name for layer in tiny_cnn().layers]
    assert list(path.parent.iterdir()) == [path]


class Payload:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.marker}",)


@pytest.mark.parametrize("name", ["legacy.h5", "pickle", "pth"])
def test_a3_other_formats_are_refused_whatever_their_name(
    network: keras.Model, path: Path, members: dict[str, bytes], name: str
) -> None:
    payload = pickle.dumps(Payload(path.parent / "marker"))
    if name == "legacy.h5":
        path.write_bytes(members["model.weights.h5"])
    elif name == "pickle":
        path.write_bytes(payload)
    else:
        write(path, {"archive/data.pkl": payload, "archive/version": b"3"})
    refusal(network, path)


def test_a4_a_compressed_file_is_refused(network: keras.Model, path: Path, members: dict[str, bytes]) -> None:
    write(path, {**members, "config.json": b"0" * 1_000_000}, zipfile.ZIP_DEFLATED)
    assert "compressed" in refusal(network, path)


def test_a4_a_file_much_larger_than_the_network_is_refused(
    network: keras.Model, path: Path, members: dict[str, bytes]
) -> None:
    write(path, {**members, "config.json": b"0" * (5 << 20)})
    assert "config.json" in refusal(network, path)
    with path.open("r+b") as file:
        file.truncate(1 << 34)  # 16 GiB of nothing, which takes no place
    assert "17,179,869,184 bytes" in refusal(network, path)


@pytest.mark.parametrize("name", ["../../evil.txt", "/etc/evil", "assets/x", "model.weights.h5/x", "config.json "])
def test_a4_another_member_is_refused(network: keras.Model, path: Path, members: dict[str, bytes], name: str) -> None:
    write(path, {**members, name: b"evil"})
    assert "other members" in refusal(network, path)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a4_a_member_given_twice_is_refused(network: keras.Model, path: Path, members: dict[str, bytes]) -> None:
    write(path, members)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("config.json", b"{}")
    assert "other members" in refusal(network, path)


def external_link(file: h5py.File) -> None:
    file[f"{CONVOLUTION}/0"] = h5py.ExternalLink("/etc/passwd", "/x")


def soft_link(file: h5py.File) -> None:
    file[f"{CONVOLUTION}/0"] = h5py.SoftLink("/layers/conv2d_1/vars/0")


def external_data(file: h5py.File) -> None:
    file.create_dataset(f"{CONVOLUTION}/0", (3, 3, 3, 4), "<f4", external=[("/etc/passwd", 0, 432)])


def virtual_data(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((3, 3, 3, 4), "<f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (3, 3, 3, 4))
    file.create_virtual_dataset(f"{CONVOLUTION}/0", layout)


def compressed_data(file: h5py.File) -> None:
    file.create_dataset(f"{CONVOLUTION}/0", (3, 3, 3, 4), "<f4", chunks=True, compression="gzip")


def shape_bomb(file: h5py.File) -> None:
    file.create_dataset(f"{CONVOLUTION}/0", (1 << 40,), "<f4", chunks=(1 << 20,), compression="gzip")


@pytest.mark.parametrize(
    "make",
    [external_link, soft_link, external_data, virtual_data, compressed_data, shape_bomb],
    ids=lambda make: make.__name__,
)
def test_a4_data_that_is_not_plainly_in_the_file_is_refused(
    network: keras.Model, path: Path, members: dict[str, bytes], make: Callable[[h5py.File], None]
) -> None:
    write(path, with_weights(members, replace(f"{CONVOLUTION}/0", make)))
    refusal(network, path)


def test_a4_a_link_in_place_of_a_layer_is_refused(network: keras.Model, path: Path, members: dict[str, bytes]) -> None:
    def link(file: h5py.File) -> None:
        file["layers/conv2d"] = h5py.ExternalLink("/etc/passwd", "/x")

    write(path, with_weights(members, replace("layers/conv2d", link)))
    assert "a link" in refusal(network, path)
