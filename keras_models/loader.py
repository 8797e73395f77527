"""Batches made in NumPy, handed to `fit` by a PyDataset: the same bytes in the same order on every backend."""

import keras

from keras_models.batches import Batch, Batches
from keras_models.read_ahead import ReadAhead


class BatchDataset(keras.utils.PyDataset):
    """Batches of the epoch that `epoch` says; the training callback sets it when an epoch begins.

    Keras reads one or two batches before the first epoch and calls `on_epoch_end` once too often, so nothing here
    counts calls. workers=1 means no worker: with more, Keras 3.15.1 trains torch and jax on batches left over
    from the epoch before. ReadAhead's threads make the next batches instead.
    """

    def __init__(self, batches: Batches) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.batches = ReadAhead(batches)
        self.epoch = 0

    def __len__(self) -> int:
        return self.batches.steps

    def __getitem__(self, index: int) -> Batch:
        return self.batches.batch(self.epoch, index)
