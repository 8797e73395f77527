"""Batches made in NumPy, handed to `fit` by a PyDataset: the same bytes in the same order on every backend."""

from typing import Protocol

import keras
import numpy as np
from numpy.typing import NDArray

Batch = tuple[NDArray[np.uint8], NDArray[np.int32]]


class Batches(Protocol):
    """What a loader needs of its source: `batch` is a pure function of (epoch, index) and safe in threads."""

    @property
    def steps(self) -> int:
        """Number of batches in an epoch."""
        ...

    @property
    def images_per_epoch(self) -> int:
        """Number of images in an epoch."""
        ...

    def batch(self, epoch: int, index: int) -> Batch:
        """Return images uint8 (B, H, W, 3) and labels int32 (B,)."""
        ...


class BatchDataset(keras.utils.PyDataset):
    """Batches of the epoch that `epoch` says; the training callback sets it when an epoch begins.

    Keras reads one or two batches before the first epoch and calls `on_epoch_end` once too often, so nothing here
    counts calls. workers=1 means no worker: with more, Keras 3.15.1 trains torch and jax on batches left over
    from the epoch before. Making a batch takes a hundredth of a training step, so nothing is lost.
    """

    def __init__(self, batches: Batches) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.batches = batches
        self.epoch = 0

    def __len__(self) -> int:
        return self.batches.steps

    def __getitem__(self, index: int) -> Batch:
        return self.batches.batch(self.epoch, index)
