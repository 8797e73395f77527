"""Our way of reading images, as a contestant of `bench`: decoded once into the cache, then batches from there."""

import dataclasses
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.measuring import Stopwatch, usable_cores
from benchmarks.pixels import Pixels
from benchmarks.trials import Trial, shuffled_batches
from benchmarks.watching import MemoryWatch
from data_io.batches import Batches
from data_io.opening import open_data_folder
from recipes.reading import from_values


def time_reading(trial: Trial) -> dict[str, Any]:
    """Time the decoding and checking of a train split into an empty cache, and two epochs of batches.

    `first` is decoding with the first epoch, `later` an epoch after it; memory is the most from the start to the end.
    """
    recipe = from_values(trial.recipe)
    cache = Path(trial.folder) / "cache"
    Image.init()
    import_module("pandas")  # what is loaded on first use would be a cost of the first images
    with MemoryWatch() as memory:
        watch = Stopwatch()
        opened = open_data_folder(
            Path(trial.data), recipe.model.classes, recipe.image.size_pixels, cache, _silent, ("train",)
        )
        decoding = watch.elapsed()
        split = opened.splits["train"]
        batches = shuffled_batches(recipe, Pixels(split.images, split.labels))
        read_epoch(batches, 0)
        first = watch.elapsed()
        watch.restart()
        images = read_epoch(batches, 1)
        later = watch.elapsed()
    parts = {"decoding": decoding, "first": first, "later": later}
    timed = {name: {"images": images, **dataclasses.asdict(part)} for name, part in parts.items()}
    return {**timed, "peak_anonymous_bytes": memory.peak_bytes}


def read_epoch(batches: Batches, epoch: int) -> int:
    """Make every batch of an epoch once; return the number of images."""
    return sum(len(batches.batch(epoch, index)[0]) for index in range(batches.steps))


@contextmanager
def _silent(what: str, total: int) -> Iterator[Callable[[int], None]]:
    yield lambda count: None


def main(path: str) -> None:
    """Do the trial whose file is at `path`."""
    trial = Trial.read(Path(path))
    trial.answer({**time_reading(trial), "cores": usable_cores()})


if __name__ == "__main__":
    main(sys.argv[1])
