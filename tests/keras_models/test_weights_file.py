"""Weights that are broken or another network's: each file is refused before the network is changed.

The digest in the manifest, which `commands` compares first, would refuse all of them; here it is out of the way.
"""

from collections.abc import Callable
from pathlib import Path

import h5py  # type: ignore[import-untyped]
import keras
import numpy as np
import pytest

from keras_models.building import build, digest_weights
from keras_models.saving import load_weights, save_model
from tests.keras_models.conftest import tiny_cnn
from tests.keras_models.weights_files import CONVOLUTION, refusal, replace, save_members, with_weights, write


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


def test_the_unchanged_members_are_read(path: Path, members: dict[str, bytes]) -> None:
    write(path, members)
    fresh = tiny_cnn(seed=2)
    load_weights(fresh, path)
    assert digest_weights(fresh) == digest_weights(tiny_cnn())


def test_a_file_with_the_state_of_an_optimizer_is_read(path: Path, members: dict[str, bytes]) -> None:
    write(path, with_weights(members, lambda file: file.create_dataset("optimizer/vars/0", data=3)))
    fresh = tiny_cnn(seed=2)
    load_weights(fresh, path)
    assert digest_weights(fresh) == digest_weights(tiny_cnn())


def test_a6_cut_off_empty_and_text_files_are_refused(
    network: keras.Model, path: Path, members: dict[str, bytes]
) -> None:
    write(path, members)
    whole = path.read_bytes()
    for size in (0, 3, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        refusal(network, path)
    path.write_text("hello\n")
    refusal(network, path)
    for size in (0, 7, 100, 4000, len(members["model.weights.h5"]) // 2):
        write(path, {**members, "model.weights.h5": members["model.weights.h5"][:size]})
        refusal(network, path)


def test_a7_a_network_of_another_width_or_depth_is_refused(network: keras.Model, path: Path) -> None:
    for channels, dense_units, words in [
        ((4, 9), (8,), "weight 0 of convolution_2 with float32 (3, 3, 4, 9), not float32 (3, 3, 4, 8)"),
        ((4, 8), (7,), "weight 0 of dense_1 with float32 (512, 7), not float32 (512, 8)"),
        ((4, 8, 8), (8,), "2 more layers ['convolution_3', 'normalization_3'], 0 missing"),
        ((4, 8), (8, 8), "1 more layers ['dense_2'], 0 missing"),
        ((4,), (8,), "0 more layers [], 2 missing ['convolution_2', 'normalization_2']"),
    ]:
        other = build("cnn", 32, 5, 0, channels=channels, dense_units=dense_units, dropout_fraction=0.3)
        save_model(other, path)
        assert words in refusal(network, path)


def renamed(file: h5py.File) -> None:
    file[CONVOLUTION].attrs["name"] = "convolution_2"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda file: file.create_dataset("layers/conv2d_9/vars/0", data=np.zeros(3, "<f4")),
            "1 more layers ['conv2d_9']",
        ),
        (lambda file: file.create_dataset(f"{CONVOLUTION}/2", data=np.zeros(3, "<f4")), "convolution_1"),
        (lambda file: file.create_dataset("layers/conv2d/more/0", data=np.zeros(3, "<f4")), "layers/conv2d"),
        (lambda file: file.create_dataset("more/vars/0", data=np.zeros(3, "<f4")), "3 entries in the file"),
        (lambda file: file.create_dataset("vars/0", data=np.zeros(3, "<f4")), "outside of layers"),
        (
            lambda file: file.create_dataset("_layer_checkpoint_dependencies/conv2d/vars/0", data=np.zeros(3)),
            "3 entries in the file",
        ),
        (lambda file: file.__delitem__("layers/conv2d"), "1 missing ['convolution_1']"),
        (lambda file: file.__delitem__(f"{CONVOLUTION}/1"), "convolution_1"),
        (lambda file: file.__delitem__("layers"), "layers"),
        (renamed, "two layers 'convolution_2'"),
        (
            replace(f"{CONVOLUTION}/1", lambda file: file.create_dataset(f"{CONVOLUTION}/1", data=np.zeros(4, "<f8"))),
            "float64",
        ),
        (replace(f"{CONVOLUTION}/1", lambda file: file.create_group(f"{CONVOLUTION}/1")), "another kind"),
    ],
    ids=range(12),
)
def test_a7_a_layer_or_a_weight_more_fewer_or_of_another_kind_is_refused(
    network: keras.Model, path: Path, members: dict[str, bytes], change: Callable[[h5py.File], object], words: str
) -> None:
    write(path, with_weights(members, change))
    assert words in refusal(network, path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a8_weights_that_are_not_finite_are_refused(
    network: keras.Model, path: Path, members: dict[str, bytes], value: float
) -> None:
    def change(file: h5py.File) -> None:
        file["layers/dense_1/vars/1"][2] = value

    write(path, with_weights(members, change))
    assert "NaN or infinity in weight 1 of logits" in refusal(network, path)
