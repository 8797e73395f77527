"""`bench growth`: what an image costs, and how much anonymous memory is taken, as there are more of them."""

import dataclasses
import shutil
from pathlib import Path
from typing import Any

from benchmarks.rounds import Entry, Repeat, race, select, settle
from benchmarks.trials import Trial
from commands.steps.measurement.prediction import difference
from commands.steps.measurement.stand import Stand, check_onnx, name_threads
from keras_models.artefacts.contract import BLOCK_IMAGES
from recipes.recipe import Recipe

SIZES, QUICK_SIZES = (1_000, 10_000, 100_000), (200, 2_000)
DISTINCT = 500  # different pictures behind all names
PARTS = {
    "decoding": "growth: checking and decoding into the cache",
    "later": "growth: an epoch of batches",
}


def measure_growth(stand: Stand, recipes: list[Recipe]) -> list[dict[str, Any]]:
    """Return tables of speed and memory at each number of images; ratios are of speeds to that of the fewest."""
    recipe = recipes[0]
    sizes = QUICK_SIZES if stand.is_quick else SIZES
    folders = {images: stand.fill_folder(f"growth-{images}", {"train": images}, DISTINCT) for images in sizes}
    block = stand.fill_folder("growth-block", {"train": BLOCK_IMAGES}, DISTINCT)
    reading = [_read(stand, recipe, folders[images], images) for images in sizes]
    answering = [_answer(stand, recipe, folders[images], block, images) for images in sizes]
    race(reading, range(stand.repeats), "growth, reading")
    race(answering, range(stand.repeats), "growth, answering")
    first = _name(sizes[0])
    what = f"few different pictures ({DISTINCT}) behind all names, {recipe.image.size_pixels} px"
    memory = "memory: the most anonymous memory of the process, without mapped files"
    titled = {title: select(reading, part) for part, title in PARTS.items()}
    titled["growth: `run.py predict` with ONNX, from PNG files"] = answering
    return [
        {
            "title": title,
            "metric": "images_per_second",
            "baseline": first,
            "conditions": f"{what}; {memory}",
            "rows": settle(entries, "images_per_second", first),
        }
        for title, entries in titled.items()
    ]


def _name(images: int) -> str:
    return f"{images:,} images"


def _read(stand: Stand, recipe: Recipe, data: Path, images: int) -> Entry:
    def measure(_: int) -> Repeat:
        folder = stand.new_folder(f"growth-{images}")
        trial = Trial("load", str(folder), dataclasses.asdict(recipe), data=str(data))
        result = stand.run_trial("benchmarks.loading", trial, "torch", stand.most_threads)
        shutil.rmtree(folder)  # 5 GB of cache at 100,000 images
        return result

    return Entry(_name(images), name_threads(stand.most_threads), measure)


def _answer(stand: Stand, recipe: Recipe, data: Path, block: Path, images: int) -> Entry:
    def measure(_: int) -> Repeat:
        return difference(stand.predict(recipe, data), stand.predict(recipe, block), images - BLOCK_IMAGES)

    return check_onnx(Entry(_name(images), name_threads(stand.most_threads), measure))
