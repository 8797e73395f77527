"""What training needs of a source of batches."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Batch = tuple[NDArray[np.uint8], NDArray[np.int32] | NDArray[np.float32]]


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
        """Return images uint8 (B, H, W, 3) and labels int32 (B,), or float32 (B, K) where images are mixed."""
        ...


class Rest:
    """The batches of an epoch from `first` on: what an interrupted epoch has left."""

    def __init__(self, batches: Batches, first: int) -> None:
        self.batches = batches
        self.first = first

    @property
    def steps(self) -> int:
        """Number of batches left."""
        return self.batches.steps - self.first

    @property
    def images_per_epoch(self) -> int:
        """Number of images in the whole epoch."""
        return self.batches.images_per_epoch

    def batch(self, epoch: int, index: int) -> Batch:
        """Return what is batch `first + index` of the whole epoch."""
        return self.batches.batch(epoch, self.first + index)
