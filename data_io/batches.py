"""Batches as a pure function of (seed, epoch, index): the same bytes whoever asks, in whatever order, how often."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data_io.augmentation import Draws, draw_epoch, fixed_point_matrix, warp

Batch = tuple[NDArray[np.uint8], NDArray[np.int32]]


@dataclass(frozen=True)
class Plan:
    """What makes a batch: places (B,) among all images, which are mirrored (B,), matrices (B, 6) of their turns."""

    places: NDArray[np.int64]
    flipped: NDArray[np.bool_]
    matrices: NDArray[np.int32]


class Batches:
    """Images in their own order, unchanged: for validation and test.

    `images` uint8 (N, H, W, 3), may be a memory map or a ShardedImages and is read batch by batch; `labels` int32 (N,).
    The last batch holds what is left over.
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.int32], batch_size: int) -> None:
        if len(images) != len(labels):
            raise ValueError(f"Expected as many labels as images. Received: {len(labels)} and {len(images)}.")
        self.images = images
        self.labels = labels
        self.batch_size = batch_size

    @property
    def steps(self) -> int:
        """Number of batches in an epoch."""
        return -(-len(self.images) // self.batch_size)

    @property
    def images_per_epoch(self) -> int:
        """Number of images in an epoch."""
        return len(self.images)

    def batch(self, epoch: int, index: int) -> Batch:
        """Return batch `index` of an epoch, both from 0: uint8 (B, H, W, 3) and int32 (B,)."""
        chosen = self._span(index)
        return np.ascontiguousarray(self.images[chosen]), self.labels[chosen]

    def _span(self, index: int) -> slice:
        if not 0 <= index < self.steps:
            raise IndexError(f"Expected a batch from 0 to {self.steps - 1}. Received: {index}.")
        return slice(index * self.batch_size, (index + 1) * self.batch_size)


class StreamedBatches(Batches):
    """Images in a new random order each epoch, each randomly mirrored and turned: for training.

    With `shuffle_images` the order is random within windows of so many images, which are read nearly in sequence (see
    `data_io.augmentation.draw_bounded_order`): no more than a window needs to be in memory.

    Safe to call from several threads at once: there is no state but the memory of the last epochs' draws.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.int32],
        batch_size: int,
        seed: int,
        flip_probability: float,
        rotation_degrees: float,
        shuffle_images: int = 0,
    ) -> None:
        super().__init__(images, labels, batch_size)
        self.seed = seed
        self.flip_probability = flip_probability
        self.rotation_degrees = rotation_degrees
        self.shuffle_images = shuffle_images
        # Two epochs: a loader that reads ahead asks for the next one while this one is still being read.
        self._draws = lru_cache(maxsize=2)(self._draw)

    def _draw(self, epoch: int) -> Draws:
        images, chances = len(self.images), (self.flip_probability, self.rotation_degrees)
        return draw_epoch(self.seed, epoch, images, *chances, self.shuffle_images)

    def batch(self, epoch: int, index: int) -> Batch:
        """Return batch `index` of `epoch`, both from 0: uint8 (B, H, W, 3) and int32 (B,)."""
        span = self._span(index)
        draws = self._draws(epoch)
        chosen = draws.order[span]
        images = np.empty((len(chosen), *self.images.shape[1:]), np.uint8)
        for place, image in enumerate(chosen):
            images[place] = warp(self.images[image], bool(draws.flipped[image]), float(draws.degrees[image]))
        return images, self.labels[chosen]


class ShuffledBatches(StreamedBatches):
    """Such batches that also say how they are made, to a GPU that has room for all images and makes them itself."""

    def plan(self, epoch: int, index: int) -> Plan:
        """Return how batch `index` of `epoch` is made of `images`, for whoever makes it elsewhere."""
        span = self._span(index)
        draws = self._draws(epoch)
        places = draws.order[span]
        height, width = self.images.shape[1:3]
        matrices = [fixed_point_matrix(float(draws.degrees[place]), height, width) for place in places]
        return Plan(places, draws.flipped[places], np.stack(matrices))
