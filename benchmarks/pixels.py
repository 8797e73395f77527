"""Cached images where the processes of `compare` and `bench` find them: mapped by all, decoded by none."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data_io.cache import CachedSplit


@dataclass(frozen=True)
class Pixels:
    """Images uint8 (N, H, W, 3), a memory map, and labels int32 (N,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]


def save_pixels(folder: Path, name: str, split: CachedSplit, places: NDArray[np.int64] | None = None) -> None:
    """Let children map a split, or its images at `places`, by name."""
    np.save(folder / f"{name}_labels.npy", split.labels if places is None else split.labels[places])
    path, mapped = folder / f"{name}_images.npy", getattr(split.images, "filename", None)
    if places is None and mapped:
        path.symlink_to(Path(mapped).resolve())
        return
    chosen = np.arange(len(split.images)) if places is None else places
    copied = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(len(chosen), *split.images.shape[1:]))
    for place, image in enumerate(chosen):
        copied[place] = split.images[image]
    copied.flush()


def load_pixels(folder: Path, name: str) -> Pixels:
    """Map what `save_pixels` left."""
    return Pixels(np.load(folder / f"{name}_images.npy", mmap_mode="r"), np.load(folder / f"{name}_labels.npy"))
