"""Logits are the network's own, however the images are cut into batches."""

from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from keras_models.inference import predict_logits
from tests.keras_models.conftest import Trained


def test_logits_are_those_of_one_call_outside_training(trained: Trained, images: NDArray[np.uint8]) -> None:
    expected = keras.ops.convert_to_numpy(trained.model(images, training=False))
    logits = predict_logits(trained.model, images, batch_size=20)
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 8, 64])
def test_logits_do_not_depend_on_the_batch_size(trained: Trained, images: NDArray[np.uint8], batch_size: int) -> None:
    logits = predict_logits(trained.model, images, batch_size)
    assert logits.shape == (20, 5)
    np.testing.assert_allclose(logits, predict_logits(trained.model, images, 20), rtol=0, atol=1e-5)


def test_images_that_fill_up_the_last_batch_change_no_other_image(trained: Trained, images: NDArray[np.uint8]) -> None:
    # 13 = 8 + 5: the last call holds three black images that the caller must not see.
    logits = predict_logits(trained.model, images[:13], batch_size=8)
    assert logits.shape == (13, 5)
    np.testing.assert_array_equal(logits, predict_logits(trained.model, images[:16], batch_size=8)[:13])


def test_every_call_has_the_full_batch_so_that_jax_compiles_once(images: NDArray[np.uint8]) -> None:
    calls: list[NDArray[np.uint8]] = []

    class Spy:
        def predict_on_batch(self, block: NDArray[np.uint8]) -> NDArray[np.float32]:
            calls.append(block)
            return np.zeros((len(block), 5), np.float32)

    predict_logits(Spy(), images[:13], batch_size=8)
    assert [(block.shape, block.dtype.name) for block in calls] == [((8, 32, 32, 3), "uint8")] * 2


def test_progress_is_told_in_images_and_not_in_padding(trained: Trained, images: NDArray[np.uint8]) -> None:
    told: list[int] = []
    predict_logits(trained.model, images[:13], 8, told.append)
    assert told == [8, 5]


def test_a_memory_map_will_do(trained: Trained, images: NDArray[np.uint8], tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    np.testing.assert_array_equal(predict_logits(trained.model, mapped, 8), predict_logits(trained.model, images, 8))


def test_predicting_changes_no_weight(trained: Trained, images: NDArray[np.uint8]) -> None:
    before = [weight.copy() for weight in trained.model.get_weights()]
    predict_logits(trained.model, images, 8)
    for one, other in zip(trained.model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
