"""Tiny images, batches and trained networks for the tests of one backend, which the process has chosen already."""

from collections.abc import Mapping
from dataclasses import dataclass

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from data_io.batches import Batches, ShuffledBatches
from keras_models.building import build
from keras_models.following import Epoch
from keras_models.schedule import Schedule
from keras_models.training import compile_model, fit

SCHEDULE = Schedule(epochs=2, learning_rate=0.05, momentum=0.9, drop_every_epochs=1, drop_factor=0.5)


@dataclass
class Trained:
    """A network after `fit`, with all that `fit` said on its way."""

    model: keras.Model
    epochs: list[Epoch]
    steps: list[tuple[int, int]]


@pytest.fixture(scope="session")
def images() -> NDArray[np.uint8]:
    """20 noise images of 32 px: with batches of 8 the last one has 4."""
    return np.random.default_rng(7).integers(0, 256, (20, 32, 32, 3), np.uint8)


@pytest.fixture(scope="session")
def labels() -> NDArray[np.int32]:
    """20 labels of 0 to 4."""
    return np.random.default_rng(8).integers(0, 5, 20, np.int32)


@pytest.fixture(scope="session")
def train(images: NDArray[np.uint8], labels: NDArray[np.int32]) -> ShuffledBatches:
    """Three shuffled and augmented batches of 8, 8 and 4 images."""
    return ShuffledBatches(images, labels, 8, seed=3, flip_probability=0.5, rotation_degrees=15.0)


@pytest.fixture(scope="session")
def validation(images: NDArray[np.uint8], labels: NDArray[np.int32]) -> Batches:
    """The first 12 images, unchanged, in batches of 8 and 4."""
    return Batches(images[:12], labels[:12], 8)


def tiny_cnn(seed: int = 0) -> keras.Model:
    """Return the CNN for 32 px with dropout, narrow."""
    return build("cnn", 32, 5, seed, channels=(4, 8), dense_units=(8,), dropout_fraction=0.3)


def _train(train: ShuffledBatches, validation: Batches, loader: str) -> Trained:
    trained = Trained(tiny_cnn(), [], [])
    compile_model(trained.model, SCHEDULE)

    def on_step(epoch: int, steps: int, means: Mapping[str, float]) -> None:
        trained.steps.append((epoch, steps))

    fit(trained.model, train, validation, SCHEDULE, loader, on_step, trained.epochs.append)
    return trained


@pytest.fixture(scope="session")
def trained(train: ShuffledBatches, validation: Batches) -> Trained:
    """Two epochs of the tiny CNN, read by the PyDataset."""
    return _train(train, validation, "pydataset")


@pytest.fixture(scope="session")
def trained_by_tf_data(train: ShuffledBatches, validation: Batches) -> Trained:
    """The same two epochs, read by tf.data."""
    pytest.importorskip("tensorflow")
    return _train(train, validation, "tf.data")
