"""`bench accuracy`: how long `run.py train` takes to reach an accuracy on validation, from the start of the process."""

import shutil
from typing import Any

import errors
from benchmarks.rounds import Entry, Repeat, race, settle
from commands.steps.data import open_data
from commands.steps.measurement.job import read_device, train_words
from commands.steps.measurement.stand import Stand, check_installed, name_threads
from data_io.cache import choose_cache_folder
from recipes.recipe import Recipe

# A little above the 88.64 % that the original published for its CNN.
TARGET, QUICK_TARGET = 0.887, 0.9


def measure_accuracy(stand: Stand, recipe: Recipe, target: float, seeds: int) -> list[dict[str, Any]]:
    """Return a table: wall and CPU seconds until the first epoch whose validation accuracy is `target` or more."""
    open_data(stand.args, stand.data, recipe)  # fills the cache
    cache = choose_cache_folder(stand.data, stand.args.cache)

    def enter(backend: str) -> Entry:
        def measure(number: int) -> Repeat:
            out = stand.new_folder(f"{backend}-accuracy")
            words = [*train_words(stand, recipe, stand.data, cache, backend, out), "--seed", str(recipe.seed + number)]
            goal = {"runs": str(out), "accuracy": target}
            result = stand.run_program(words, backend, f"{backend}-accuracy-log", goal)
            device = read_device(out)
            shutil.rmtree(out)
            if result["reached"] is None:
                raise errors.PromiseError(
                    f"Expected a validation accuracy of {target:g}. Received: less in all "
                    f"{recipe.training.epochs} epochs of seed {recipe.seed + number}."
                )
            images = result["reached"]["epoch"] * _count_train(stand)
            peak = result["peak_anonymous_bytes"]
            return {"images": images, "device": device, "peak_anonymous_bytes": peak, **result["reached"]}

        return check_installed(Entry(backend, name_threads(stand.most_threads), measure), backend, backend)

    entries = [enter(backend) for backend in stand.backends]
    title = f"to {100 * target:g} % of validation, {recipe.name}"
    race(entries, range(seeds), title)
    return [
        {
            "title": title,
            "metric": "seconds",
            "baseline": "",
            "conditions": f"`run.py train` from its start to the end of the epoch, warm cache, "
            f"{seeds} seed{'s' * (seeds != 1)}, {name_threads(stand.most_threads)}",
            "rows": settle(entries, "seconds", ""),
        }
    ]


def _count_train(stand: Stand) -> int:
    with (stand.data / "train.csv").open("rb") as file:
        return sum(1 for _ in file) - 1
