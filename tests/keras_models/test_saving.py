"""The file that is kept after training belongs to no backend."""

import json
import zipfile
from pathlib import Path

import h5py  # type: ignore[import-untyped]
import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from keras_models.building import digest_weights
from keras_models.inference import predict_logits
from keras_models.saving import load_weights, save_model
from tests.keras_models.conftest import Trained, tiny_cnn


@pytest.fixture(scope="module")
def path(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    save_model(trained.model, path)
    return path


def test_the_network_that_is_saved_was_compiled_and_stays_so(trained: Trained, path: Path) -> None:
    assert trained.model.compiled
    assert trained.model.optimizer is not None


def test_the_file_holds_no_optimizer(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["config.json", "metadata.json", "model.weights.h5"]
        config = archive.read("config.json")
        assert b"torch_sgd" not in config
        assert not json.loads(config).get("compile_config")
        with archive.open("model.weights.h5") as weights, h5py.File(weights) as file:
            names: list[str] = []
            file.visit(names.append)
    assert names
    assert not [name for name in names if "optimizer" in name]


def test_the_file_holds_no_class_of_a_backend(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json").decode()
    assert not [name for name in ("torch", "tensorflow", "jax") if name in config]


def test_keras_reads_the_file_as_a_network_that_is_not_compiled(
    path: Path, trained: Trained, images: NDArray[np.uint8]
) -> None:
    loaded = keras.saving.load_model(path)
    assert not loaded.compiled
    # Its layers are Keras' own, which sum in another order than those that the backend is fast with.
    expected = predict_logits(trained.model, images, 8)
    np.testing.assert_allclose(predict_logits(loaded, images, 8), expected, atol=1e-5 * np.abs(expected).max())


def test_a_network_of_another_seed_filled_from_the_file_gives_the_same_logits_bit_by_bit(
    path: Path, trained: Trained, images: NDArray[np.uint8]
) -> None:
    fresh = tiny_cnn(seed=1)
    expected = predict_logits(trained.model, images, 8)
    assert (predict_logits(fresh, images, 8) != expected).any()
    load_weights(fresh, path)
    np.testing.assert_array_equal(predict_logits(fresh, images, 8), expected)
    assert digest_weights(fresh) == digest_weights(trained.model)


def test_batch_statistics_travel_too(path: Path, trained: Trained) -> None:
    fresh = tiny_cnn(seed=1)
    load_weights(fresh, path)
    mean, variance = fresh.get_layer("normalization_1").get_weights()[2:]
    assert (mean != 0).all()
    assert (variance != 1).all()
    np.testing.assert_array_equal(mean, trained.model.get_layer("normalization_1").get_weights()[2])
