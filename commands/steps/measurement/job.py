"""`bench job`: the whole job from PNG files to submission.csv, `run.py train` against a plain PyTorch script."""

import dataclasses
import shutil
from pathlib import Path
from typing import Any

from benchmarks.rounds import Entry, Repeat, race, settle
from benchmarks.trials import Trial
from commands.steps.measurement.stand import NATIVE, SMALL_PAGES, SPINNING, Stand, check_installed, name_threads
from data_io.files import write_text
from data_io.run_folder import read_beginning
from recipes.reading import to_toml
from recipes.recipe import Recipe

IMAGES, QUICK_IMAGES = 5_000, 300
EPOCHS, QUICK_EPOCHS = 3, 1
WORKERS = (0, 2)  # of PyTorch's DataLoader


def measure_job(stand: Stand, recipes: list[Recipe]) -> list[dict[str, Any]]:
    """Return a table: seconds of whole processes, ours with the cache empty and with it full."""
    recipe = recipes[0]
    images, epochs = (QUICK_IMAGES, QUICK_EPOCHS) if stand.is_quick else (IMAGES, EPOCHS)
    held_out = images // 4
    counts = {"train": images, "validation": held_out, "test": held_out}
    data = stand.fill_folder(f"job-{images}", counts)
    worked = epochs * (images + held_out) + held_out
    native = [_native(stand, recipe, data, epochs, worked, workers) for workers in WORKERS]
    ours = [entry for name in stand.backends for entry in _ours(stand, recipe, data, epochs, worked, name)]
    title = f"whole job, {recipe.name}"
    race([*native, *ours], range(stand.repeats), title)
    return [
        {
            "title": title,
            "metric": "seconds",
            "baseline": NATIVE,
            "conditions": f"{epochs} epoch{'s' * (epochs != 1)} of {images:,} images, {held_out:,} validated after "
            f"each, {held_out:,} answered in a submission, from the start of Python to its end; ours also audits, "
            "keeps states, draws, and writes a manifest; a cold cache is an empty one, files are in the system's",
            "rows": settle([*native, *ours], "seconds", NATIVE),
        }
    ]


def _native(stand: Stand, recipe: Recipe, data: Path, epochs: int, images: int, workers: int) -> Entry:
    def measure(_: int) -> Repeat:
        folder = str(stand.new_folder(f"native-job-{workers}"))
        values = dataclasses.asdict(recipe)
        trial = Trial("job", folder, values, stand.args.device, data=str(data), epochs=epochs, workers=workers)
        threads = stand.most_threads
        variables = {**SMALL_PAGES, **({} if workers else SPINNING)}
        result = stand.run_trial("benchmarks.native_job", trial, "torch", threads, variables=variables)
        return {"images": images, **result["process"], "validation_accuracy": result["validation_accuracy"]}

    # Threads that spin would take the workers' cores.
    variant = f"{name_threads(stand.most_threads)}, {workers} workers{', waiting quietly' if workers else ''}"
    return check_installed(Entry(NATIVE, variant, measure), "torch", "torch")


def _ours(stand: Stand, recipe: Recipe, data: Path, epochs: int, images: int, backend: str) -> list[Entry]:
    cache = stand.work / f"cache-{backend}"

    def train(_: int) -> Repeat:
        out = stand.new_folder(f"{backend}-job")
        words = train_words(stand, recipe, data, cache, backend, out)
        result = stand.run_program([*words, "--set", f"training.epochs={epochs}"], backend, f"{backend}-job-log")
        device = read_device(out)
        shutil.rmtree(out)  # 200 MB and more with an MLP
        return {"images": images, "device": device, **result}

    def train_cold(number: int) -> Repeat:
        shutil.rmtree(cache, ignore_errors=True)
        return train(number)

    variant = name_threads(stand.most_threads)
    entries = [Entry(f"{backend}, cold cache", variant, train_cold), Entry(f"{backend}, warm cache", variant, train)]
    return [check_installed(entry, backend, backend) for entry in entries]


def read_device(out: Path) -> str:
    """Return what the one run in a folder computed on."""
    (run,) = out.iterdir()
    return str(read_beginning(run)["device"])


def train_words(stand: Stand, recipe: Recipe, data: Path, cache: Path, backend: str, out: Path) -> list[str]:
    """Return the words of `run.py` that train a resolved recipe."""
    path = stand.work / f"{recipe.name}.toml"
    write_text(path, to_toml(recipe))
    places = ["--data", str(data), "--cache", str(cache.absolute()), "--out", str(out)]  # a child is elsewhere
    formats = [word for format in stand.args.allow_format for word in ("--allow-format", format)]
    reading = [*formats, *(["--strict"] if stand.args.strict else [])]
    return ["train", str(path), *places, *reading, "--backend", backend, "--device", stand.args.device]
