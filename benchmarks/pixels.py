"""Cached images where the processes of `compare` and `bench` find them: mapped by all, decoded by none."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data_io.cache import CachedSplit
from data_io.shards import copy_images, join_shards, list_shards


@dataclass(frozen=True)
class Pixels:
    """Images uint8 (N, H, W, 3), memory maps, and labels int32 (N,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]


def save_pixels(folder: Path, name: str, split: CachedSplit, places: NDArray[np.int64] | None = None) -> None:
    """Let children map a split, or its images at `places`, by name."""
    np.save(folder / f"{name}_labels.npy", split.labels if places is None else split.labels[places])
    files = [getattr(shard, "filename", None) for shard in list_shards(split.images)]
    if places is not None or None in files:
        copy_images(split.images, folder / f"{name}_images-00000.npy", places)
        return
    for number, mapped in enumerate(files):
        (folder / f"{name}_images-{number:05d}.npy").symlink_to(Path(str(mapped)).resolve())


def load_pixels(folder: Path, name: str) -> Pixels:
    """Map what `save_pixels` left."""
    shards = [np.load(path, mmap_mode="r") for path in sorted(folder.glob(f"{name}_images-*.npy"))]
    return Pixels(join_shards(shards), np.load(folder / f"{name}_labels.npy"))
