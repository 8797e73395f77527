"""What a child process of `compare` is asked, and where its answer lies: plain files, for any backend to read."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_io.cache import CachedSplit
from data_io.files import write_json

TASK = "task.json"
RESULT = "result.json"
TRAIN, AGREE = "train", "agree"


@dataclass(frozen=True)
class Pixels:
    """Images uint8 (N, H, W, 3), a memory map, and labels int32 (N,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]


@dataclass(frozen=True)
class Task:
    """`kind` is TRAIN: train `recipe` and leave the network at `model`; or AGREE: read the networks of all `makers`,
    leave the logits of each, and follow the losses of `steps` steps.

    `folder` is the task's own, `pixels` that of `save_pixels`. `recipe` holds the values of a resolved recipe,
    `parity` those of the recipes whose losses are followed, by name. `threads` is the number of cores to keep to.
    """

    kind: str
    folder: str
    pixels: str
    recipe: Mapping[str, Any]
    device: str
    threads: int
    model: str
    parity: Mapping[str, Mapping[str, Any]]
    makers: Mapping[str, str]
    steps: int

    def write(self) -> Path:
        """Write the task into its folder; return the file."""
        folder = Path(self.folder)
        folder.mkdir(parents=True)
        write_json(folder / TASK, asdict(self))
        return folder / TASK

    @classmethod
    def read(cls, path: Path) -> "Task":
        """Read what `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


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
