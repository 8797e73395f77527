"""The file that is kept after training belongs to no backend."""

import json
import zipfile
from pathlib import Path

import h5py  # type: ignore[import-untyped]
import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from keras_models.building import build, digest_weights
from keras_models.inference import predict_logits
from keras_models.saving import in_plain_layers, load_weights, save_model
from tests.keras_models.conftest import Trained, tiny_cnn


@pytest.fixture(scope="module")
def path(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    save_model(trained.model, path)
    return path


def test_the_network_that_is_saved_was_compiled_and_stays_so(trained: Trained, path: Path) -> None:
    assert trained.model.compiled
    assert trained.model.optimizer is not None


def test_in_plain_layers_a_network_has_only_keras_own_and_answers_alike(
    trained: Trained, images: NDArray[np.uint8]
) -> None:
    plain = in_plain_layers(trained.model)
    assert {type(layer).__module__.split(".")[0] for layer in plain.layers} == {"keras"}
    assert [layer.name for layer in plain.layers] == [layer.name for layer in trained.model.layers]
    wanted = predict_logits(trained.model, images, 8)
    np.testing.assert_allclose(predict_logits(plain, images, 8), wanted, rtol=0, atol=1e-5 * np.abs(wanted).max())
    assert in_plain_layers(plain) is plain


def test_a_network_that_makes_its_images_grey_is_saved_and_read_again(
    images: NDArray[np.uint8], tmp_path: Path
) -> None:
    first, second = (build("cnn", 32, 5, seed, channels=(4,), dense_units=(8,), input="grey") for seed in (0, 1))
    save_model(first, tmp_path / "grey.keras")
    load_weights(second, tmp_path / "grey.keras")
    assert digest_weights(second) == digest_weights(first)
    whole = keras.saving.load_model(tmp_path / "grey.keras")
    np.testing.assert_allclose(predict_logits(whole, images, 8), predict_logits(first, images, 8), atol=1e-5)


def test_what_a_notebook_saves_is_read_in_the_same_process(images: NDArray[np.uint8], tmp_path: Path) -> None:
    convolutional = build("cnn", 32, 5, 0, channels=(4,), dense_units=(8,))
    for model in (convolutional, build("mlp", 32, 5, 0, dense_units=(8,), transform="statistics")):
        model.save(tmp_path / "whole.keras")
        loaded = keras.saving.load_model(tmp_path / "whole.keras")
        assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]
        np.testing.assert_array_equal(predict_logits(loaded, images, 8), predict_logits(model, images, 8))


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
