"""Training on mixtures of labels: by both loaders, and from the middle of an epoch."""

import weakref
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from data_io.batches import Batches, StreamedBatches
from data_io.changes import Changes
from keras_models.building import build, digest_weights
from keras_models.following import Epoch
from keras_models.schedule import Schedule
from keras_models.snapshot import take_snapshot
from keras_models.training import Start, compile_model, fit

SCHEDULE = Schedule(epochs=2, learning_rate=0.01, momentum=0.9, label_smoothing=0.1)
STOP = (1, 2)  # after two of the three steps of the second epoch


@pytest.fixture(scope="module")
def mixed(images: NDArray[np.uint8], labels: NDArray[np.int32]) -> StreamedBatches:
    """Three batches of 8, 8 and 4 images, some cut and some blended."""
    changes = Changes(cutmix_probability=0.5, mixup_alpha=0.3)
    return StreamedBatches(images, labels, 8, 3, 0.5, 15.0, changes=changes, classes=5)


def train(
    mixed: StreamedBatches, validation: Batches, loader: str, start: Start | None = None
) -> tuple[str, list[Epoch], Start]:
    """Return the digest of the last weights, the epochs, and what was kept at STOP."""
    model = build("mlp", 32, 5, 0, dense_units=(8,))
    metrics = compile_model(model, SCHEDULE)
    epochs: list[Epoch] = []
    kept = Start()

    def on_step(epoch: int, steps: int, means: Mapping[str, float]) -> None:
        nonlocal kept
        if (epoch, steps) == STOP:
            kept = Start(epoch, steps, 0.0, dict(means), take_snapshot(model, metrics))

    fit(model, mixed, validation, SCHEDULE, loader, on_step, epochs.append, start, metrics)
    return digest_weights(model), epochs, kept


@pytest.fixture(scope="module")
def whole(mixed: StreamedBatches, validation: Batches) -> tuple[str, list[Epoch], Start]:
    return train(mixed, validation, "pydataset")


def losses(epochs: list[Epoch]) -> list[tuple[float, float, float]]:
    return [(epoch.train_loss, epoch.train_accuracy, epoch.validation_loss) for epoch in epochs]


@pytest.mark.parametrize("loader", ["pydataset", "tf.data"])
def test_an_interrupted_epoch_of_mixed_labels_goes_on_bit_by_bit_with_either_loader(
    mixed: StreamedBatches, validation: Batches, whole: tuple[str, list[Epoch], Start], loader: str
) -> None:
    if loader == "tf.data":
        pytest.importorskip("tensorflow")
    weights, epochs, kept = whole
    assert mixed.batch(1, 2)[1].shape == (4, 5)
    again, last_epoch, _ = train(mixed, validation, loader, kept)
    assert again == weights
    assert losses(last_epoch) == losses(epochs[1:])


def test_both_loaders_give_the_same_weights(
    mixed: StreamedBatches, validation: Batches, whole: tuple[str, list[Epoch], Start]
) -> None:
    pytest.importorskip("tensorflow")
    weights, epochs, _ = train(mixed, validation, "tf.data")
    assert (weights, losses(epochs)) == (whole[0], losses(whole[1]))


def test_the_loss_of_training_is_of_mixtures_and_that_of_validation_of_labels(
    whole: tuple[str, list[Epoch], Start],
) -> None:
    assert np.isfinite(losses(whole[1])).all()
    # an answer is right or not for each of 20 images, mixed or not
    for epoch in whole[1]:
        assert epoch.train_accuracy * 20 == pytest.approx(round(epoch.train_accuracy * 20), abs=1e-4)
        assert epoch.validation_accuracy * 12 == pytest.approx(round(epoch.validation_accuracy * 12), abs=1e-4)


def test_of_the_state_that_training_goes_on_from_only_the_metrics_are_held(
    mixed: StreamedBatches, validation: Batches, whole: tuple[str, list[Epoch], Start]
) -> None:
    kept = whole[2]
    arrays = {name: array.copy() for name, array in kept.arrays.items()}
    held = {name: weakref.ref(array) for name, array in arrays.items()}
    starts = [replace(kept, arrays=arrays)]
    del arrays
    model = build("mlp", 32, 5, 0, dense_units=(8,))
    metrics = compile_model(model, SCHEDULE)
    left: set[str] = set()

    def on_step(epoch: int, steps: int, means: Mapping[str, float]) -> None:
        left.update(name for name, array in held.items() if array() is not None)

    fit(model, mixed, validation, SCHEDULE, "pydataset", on_step, lambda epoch: None, starts.pop(), metrics)
    assert {name.partition("/")[0] for name in left} == {"metrics"}
