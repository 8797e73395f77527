"""Batches as a pure function of (seed, epoch, index): the same bytes whoever asks, in whatever order, how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_io.augmentation import draw_epoch, fixed_point_matrix
from data_io.changes import Changes, EpochDraws, draw_changes
from data_io.mixing import mix

Batch = tuple[NDArray[np.uint8], NDArray[np.int32] | NDArray[np.float32]]
NO_CHANGES = Changes()


@dataclass(frozen=True)
class Plan:
    """What makes a batch: places (B,) among all images, which are mirrored (B,), matrices (B, 6) of their warps."""

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
    """Images in a new random order each epoch, each randomly mirrored, turned and changed: for training.

    `classes` are needed for `changes` that mix images: labels are then float32 (B, K), else int32 (B,).

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
        changes: Changes = NO_CHANGES,
        classes: int = 0,
    ) -> None:
        super().__init__(images, labels, batch_size)
        self.seed = seed
        self.flip_probability = flip_probability
        self.rotation_degrees = rotation_degrees
        self.shuffle_images = shuffle_images
        self.changes = changes
        self.classes = classes
        # Two epochs: a loader that reads ahead asks for the next one while this one is still being read.
        self._draws = lru_cache(maxsize=2)(self._draw)

    def _draw(self, epoch: int) -> EpochDraws:
        images, chances = len(self.images), (self.flip_probability, self.rotation_degrees)
        moves = self.changes.shift_pixels, self.changes.zoom_fraction
        draws = draw_epoch(self.seed, epoch, images, *chances, self.shuffle_images, *moves)
        return draw_changes(self.changes, self.seed, epoch, draws)

    def batch(self, epoch: int, index: int) -> Batch:
        """Return batch `index` of `epoch`, both from 0: uint8 (B, H, W, 3) and the labels."""
        span = self._span(index)
        draws = self._draws(epoch)
        chosen = draws.draws.order[span]
        images = np.empty((len(chosen), *self.images.shape[1:]), np.uint8)
        for place, image in enumerate(chosen):
            images[place] = draws.change(self.images[image], int(image))
        labels = self.labels[chosen]
        return mix(images, labels, self.classes, draws.mixtures, chosen) if draws.mixtures else (images, labels)


class ShuffledBatches(StreamedBatches):
    """Such batches that also say how they are made, to a GPU that has room for all images and makes them itself.

    For changes that only move pixels: a plan has no words for others.
    """

    def plan(self, epoch: int, index: int) -> Plan:
        """Return how batch `index` of `epoch` is made of `images`, for whoever makes it elsewhere."""
        span = self._span(index)
        draws = self._draws(epoch).draws
        places = draws.order[span]
        height, width = self.images.shape[1:3]
        matrices = []
        for place in places:
            right, down = draws.shifts[place].tolist()
            degrees, zoom = float(draws.degrees[place]), float(draws.zooms[place])
            matrices.append(fixed_point_matrix(degrees, height, width, zoom, (right, down)))
        return Plan(places, draws.flipped[places], np.stack(matrices))


def training_batches(
    images: NDArray[np.uint8],
    labels: NDArray[np.int32],
    batch_size: int,
    seed: int,
    augmentation: Mapping[str, Any],
    shuffle_images: int,
    classes: int,
) -> StreamedBatches:
    """Return shuffled and augmented batches; `augmentation` holds all values of a recipe's table of that name.

    Those that are streamed do not say how they are made: a GPU would take all images into its memory. Neither do those
    whose pixels change their values, which is done in NumPy and Pillow alone.
    """
    values = dict(augmentation)
    chances = values.pop("flip_probability"), values.pop("rotation_degrees")
    changes = Changes(**values)
    is_planned = changes.only_move_pixels and not shuffle_images
    kind = ShuffledBatches if is_planned else StreamedBatches
    return kind(images, labels, batch_size, seed, *chances, shuffle_images, changes, classes)
