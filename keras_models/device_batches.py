"""Batches made on the device that trains, from images that stay there: the same bytes as those made in NumPy."""

from typing import Any, Protocol, runtime_checkable

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from keras_models.batches import Batches, Rest

FIXED_POINT_BITS = 16


class Plan(Protocol):
    """What makes a batch: places (B,) among all images, which are mirrored (B,), matrices (B, 6) of their turns."""

    @property
    def places(self) -> NDArray[np.int64]:
        """Which images."""
        ...

    @property
    def flipped(self) -> NDArray[np.bool_]:
        """Which of them are mirrored, before they are turned."""
        ...

    @property
    def matrices(self) -> NDArray[np.int32]:
        """In fixed point: new pixel (x, y) is old ((m0 x + m1 y + m2) >> 16, (m3 x + m4 y + m5) >> 16)."""
        ...


@runtime_checkable
class PlannedBatches(Batches, Protocol):
    """A source that says how it makes its batches; images are uint8 (N, H, W, 3), labels int32 (N,)."""

    @property
    def images(self) -> NDArray[np.uint8]:
        """All images."""
        ...

    @property
    def labels(self) -> NDArray[np.int32]:
        """Their labels."""
        ...

    def plan(self, epoch: int, index: int) -> Plan:
        """Return how a batch is made."""
        ...


class PlannedRest(Rest):
    """The batches that an interrupted epoch has left, of a source that says how it makes them."""

    def __init__(self, batches: PlannedBatches, first: int) -> None:
        super().__init__(batches, first)
        self.images, self.labels = batches.images, batches.labels
        self._plan = batches.plan

    def plan(self, epoch: int, index: int) -> Plan:
        """Return how batch `first + index` of the whole epoch is made."""
        return self._plan(epoch, self.first + index)


class DeviceBatches(keras.utils.PyDataset):
    """Batches of the epoch that `epoch` says, as arrays of the backend on its device; images are copied there once.

    12,500 images of 128 px take 614 MB. Per batch only places and matrices go there, 36 bytes an image. For torch and
    jax: Keras 3.15.1 would take the arrays back to the host on TensorFlow.
    """

    def __init__(self, batches: PlannedBatches) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.source = batches
        self.epoch = 0
        count, self._height, self._width, _ = batches.images.shape
        self._pixels = ops.convert_to_tensor(np.ascontiguousarray(batches.images).reshape(count, -1, 3))
        self._labels = ops.convert_to_tensor(batches.labels)

    def __len__(self) -> int:
        return self.source.steps

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        plan = self.source.plan(self.epoch, index)
        places = ops.convert_to_tensor(plan.places.astype(np.int32))
        matrices = ops.convert_to_tensor(np.ascontiguousarray(plan.matrices.T[:, :, None, None]))
        flipped = ops.convert_to_tensor(plan.flipped[:, None, None])
        x, y = ops.arange(self._width, dtype="int32"), ops.arange(self._height, dtype="int32")[:, None]
        columns = ops.right_shift(matrices[0] * x + matrices[1] * y + matrices[2], FIXED_POINT_BITS)
        rows = ops.right_shift(matrices[3] * x + matrices[4] * y + matrices[5], FIXED_POINT_BITS)
        inside = (columns >= 0) & (columns < self._width) & (rows >= 0) & (rows < self._height)
        columns = ops.where(flipped, self._width - 1 - columns, columns)
        found = ops.where(inside, rows * self._width + columns, 0)
        chosen = ops.take(self._pixels, places, axis=0)  # so that places of pixels are small numbers: jax has no int64
        shape = (len(plan.places), self._height, self._width, 3)
        index_of_all = ops.broadcast_to(ops.reshape(found, (shape[0], -1, 1)), (shape[0], shape[1] * shape[2], 3))
        pixels = ops.reshape(ops.take_along_axis(chosen, index_of_all, axis=1), shape)
        black = ops.zeros((), "uint8")
        return ops.where(inside[..., None], pixels, black), ops.take(self._labels, places, axis=0)
