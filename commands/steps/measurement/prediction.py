"""`bench prediction`: answers of eager PyTorch against each backend, ONNX Runtime, and `run.py predict` as it is."""

import dataclasses
from typing import Any

import errors
from benchmarks.rounds import Entry, Repeat, race, settle
from benchmarks.trials import Trial
from commands.steps.measurement.stand import (
    KERAS_TRIAL,
    NATIVE,
    Stand,
    check_onnx,
    keras_entries,
    name_threads,
    native_entries,
)
from keras_models.artefacts.contract import BLOCK_IMAGES
from recipes.recipe import Recipe

IMAGES, QUICK_IMAGES = 2_000, 512
ONNX, PREDICT = "onnxruntime", "run.py predict"


def measure_prediction(stand: Stand, recipes: list[Recipe]) -> list[dict[str, Any]]:
    """Return for each recipe the speed on cached images, and for the first that from PNG files on."""
    tables = [_measure_cached(stand, recipe) for recipe in (recipes[:1] if stand.is_quick else recipes)]
    return [*tables, _measure_files(stand, recipes[0]), _measure_one(stand, recipes[0])]


def _images(stand: Stand) -> int:
    return QUICK_IMAGES if stand.is_quick else IMAGES


def _measure_cached(stand: Stand, recipe: Recipe) -> dict[str, Any]:
    pixels = stand.map_pixels(recipe)
    trial: dict[str, Any] = {"recipe": dataclasses.asdict(recipe), "pixels": str(pixels), "images": _images(stand)}
    entries = native_entries(stand, "answer", trial) + keras_entries(stand, "answer", trial)

    def enter(threads: int) -> Entry:
        def measure(_: int) -> Repeat:
            model = str(stand.write_onnx(recipe))
            asked = Trial("onnx", str(stand.new_folder("onnx")), threads=threads, model=model, **trial)
            return stand.run_trial(KERAS_TRIAL, asked, "tensorflow", threads)

        return check_onnx(Entry(ONNX, name_threads(threads), measure))

    entries += [enter(threads) for threads in stand.threads]
    title = f"prediction, {recipe.name}"
    race(entries, range(stand.repeats), title)
    return {
        "title": title,
        "metric": "images_per_second",
        "baseline": NATIVE,
        "conditions": f"{_images(stand):,} cached images of {recipe.image.size_pixels} px in blocks of {BLOCK_IMAGES}",
        "rows": settle(entries, "images_per_second", NATIVE),
    }


def _measure_files(stand: Stand, recipe: Recipe) -> dict[str, Any]:
    """The program is run for all files and for one block: the speed between the two holds no start of Python."""
    images = _images(stand)
    data = stand.fill_folder(f"files-{images}", {"train": images})
    block = stand.fill_folder("files-block", {"train": BLOCK_IMAGES})
    trial = {"recipe": dataclasses.asdict(recipe), "data": str(data)}

    def measure(_: int) -> Repeat:
        return difference(stand.predict(recipe, data), stand.predict(recipe, block), images - BLOCK_IMAGES)

    entries = [
        *native_entries(stand, "files", trial),
        check_onnx(Entry(PREDICT, name_threads(stand.most_threads), measure)),
    ]
    title = f"prediction from PNG files, {recipe.name}"
    race(entries, range(stand.repeats), title)
    return {
        "title": title,
        "metric": "images_per_second",
        "baseline": NATIVE,
        "conditions": f"{images:,} PNG files, decoding included, without the start of Python; ONNX in `run.py predict`",
        "rows": settle(entries, "images_per_second", NATIVE),
    }


def _measure_one(stand: Stand, recipe: Recipe) -> dict[str, Any]:
    data = stand.fill_folder("files-1", {"train": 1})
    trial = {"recipe": dataclasses.asdict(recipe), "data": str(data)}

    def whole(entry: Entry) -> Entry:
        inner = entry.measure
        return dataclasses.replace(entry, measure=lambda number: {"images": 1, **inner(number)["process"]})

    def measure(_: int) -> Repeat:
        return {"images": 1, **stand.predict(recipe, data)}

    entries = [
        *map(whole, native_entries(stand, "files", trial)),
        check_onnx(Entry(PREDICT, name_threads(stand.most_threads), measure)),
    ]
    title = f"one PNG file, {recipe.name}"
    race(entries, range(stand.repeats), title)
    return {
        "title": title,
        "metric": "seconds",
        "baseline": NATIVE,
        "conditions": "one PNG file from the start of Python to the answer; ONNX in `run.py predict`",
        "rows": settle(entries, "seconds", NATIVE),
    }


def difference(whole: Repeat, start: Repeat, images: int) -> dict[str, Any]:
    """Return what `images` images cost between two runs of a program. Raises PromiseError where it cannot be told."""
    seconds, cpu_seconds = (whole[key] - start[key] for key in ("seconds", "cpu_seconds"))
    if seconds <= 0 or images <= 0:
        raise errors.PromiseError(
            f"Expected {images} images more to take longer. Received: {whole['seconds']:.2f} s and "
            f"{start['seconds']:.2f} s without them. Measure more images, or on a quieter machine."
        )
    values = {"images": images, "seconds": seconds, "cpu_seconds": cpu_seconds, "whole_seconds": whole["seconds"]}
    return {**values, "peak_anonymous_bytes": whole.get("peak_anonymous_bytes")}
