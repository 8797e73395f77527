"""Images that lie in several files, read as one array; in one file, they are its memory map and nothing else."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

COPIED_IMAGES = 256  # at once, so that memory does not grow with their number


class ShardedImages:
    """Images uint8 (N, H, W, 3) in `shards`, arrays or maps that all hold as many images but the last one.

    Read by place, by slice and by places (N,): a place is a view, a slice within one shard too, else it is a copy.
    `np.asarray` copies all into memory. Raises ValueError for shards that do not fit together.
    """

    def __init__(self, shards: Sequence[NDArray[np.uint8]]) -> None:
        self.shards = tuple(shards)
        self._each = len(shards[0])
        lengths, sizes = [len(shard) for shard in shards], {shard.shape[1:] for shard in shards}
        if len(sizes) > 1 or set(lengths[:-1]) - {self._each} or not 0 < lengths[-1] <= self._each:
            raise ValueError(f"Expected shards of one length and size. Received: {[each.shape for each in shards]}.")
        self.shape: tuple[int, ...] = (sum(lengths), *shards[0].shape[1:])
        self.dtype = shards[0].dtype
        # Without the class of memory maps, which takes longer to find one image than this takes to find its shard.
        self._pixels = [np.asarray(shard) for shard in shards]

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, key: Any) -> NDArray[np.uint8]:
        if isinstance(key, int | np.integer):
            place = int(key)
            if not -len(self) <= place < len(self):
                raise IndexError(f"Expected a place from {-len(self)} to {len(self) - 1}. Received: {place}.")
            shard, row = divmod(place % len(self), self._each)
            found: NDArray[np.uint8] = self._pixels[shard][row]
            return found
        if isinstance(key, slice):
            return self._slice(*key.indices(len(self)))
        return self._gather(np.asarray(None if isinstance(key, tuple) else key))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("Expected leave to copy, since the images lie in several files. Received: copy=False.")
        return np.concatenate(self._pixels).astype(dtype or self.dtype, copy=False)

    def _slice(self, start: int, stop: int, step: int) -> NDArray[np.uint8]:
        if step != 1:
            return self._gather(np.arange(start, stop, step))
        parts = []
        while start < stop:
            shard, row = divmod(start, self._each)
            parts.append(self._pixels[shard][row : row + stop - start])
            start += len(parts[-1])
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else self._pixels[0][:0]

    def _gather(self, key: NDArray[Any]) -> NDArray[np.uint8]:
        if key.dtype == np.bool_ and key.shape == (len(self),):
            key = np.flatnonzero(key)
        places = key if key.size else key.astype(np.int64)  # NumPy takes an empty list for floats
        is_whole = places.ndim == 1 and np.issubdtype(places.dtype, np.integer)
        if not is_whole or not ((-len(self) <= places) & (places < len(self))).all():
            raise IndexError(f"Expected a place, a slice or places (N,) below {len(self)}. Received: {key!r}.")
        shards, rows = np.divmod(places % len(self), self._each)
        images = np.empty((len(places), *self.shape[1:]), np.uint8)
        for shard in np.unique(shards):
            here = shards == shard
            images[here] = self._pixels[shard][rows[here]]
        return images


def join_shards(shards: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return images as one array: the only shard itself, or a ShardedImages, which is read as an array is."""
    # Typed as what it is read as, so that whoever reads images needs to know of arrays alone.
    return shards[0] if len(shards) == 1 else cast("NDArray[np.uint8]", ShardedImages(shards))


def list_shards(images: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Return what `join_shards` was given."""
    return list(images.shards) if isinstance(images, ShardedImages) else [images]


def copy_images(images: NDArray[np.uint8], path: Path, places: NDArray[np.int64] | None = None) -> None:
    """Write the images, or those at `places`, as one .npy file, in memory that does not grow with their number."""
    count = len(images) if places is None else len(places)
    copied = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(count, *images.shape[1:]))
    for start in range(0, count, COPIED_IMAGES):
        part = slice(start, start + COPIED_IMAGES)
        copied[part] = images[part if places is None else places[part]]
    copied.flush()
