"""`run.py compare`: one experiment on every backend, compared level by level, and what it cost on each."""

import dataclasses
import shutil
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import backends
import errors
from benchmarks.measuring import DONE, usable_cores
from benchmarks.pixels import save_pixels
from commands.arguments.runs import RUNS
from commands.steps.comparison.contest import Contest, run_contest
from commands.steps.comparison.interpreters import read_interpreters
from commands.steps.comparison.levels import LOGITS_TOLERANCE, PARITY, SAME, judge_levels
from commands.steps.comparison.outcome import describe, draw, show
from commands.steps.data import find_data, is_sample_data, open_data
from data_io.files import unwritable, write_json
from data_io.opening import OpenData
from data_io.run_folder import check_writable, create_run_folder
from recipes.reading import read_recipe
from recipes.recipe import Recipe

STEPS = 100
COMPARISON = "comparison.json"
QUICK_EPOCHS = "training.epochs=4"  # without a recipe and without data: all three backends within five minutes
PROMISED = ("start", "batches", "logits", f"losses ({PARITY})")  # by --tolerance


def run(args: Namespace) -> None:
    """Compare; write comparison.json and pictures. Raises PromiseError for `--tolerance`, as it says."""
    names = choose_backends(args.backends, args.tolerance is not None, args.python)
    interpreters = read_interpreters(args.python, names)
    threads = choose_threads(args.threads)
    is_sample = is_sample_data(args.data)
    settings = [*([QUICK_EPOCHS] if is_sample and args.recipe is None else []), *args.set]
    recipe = read_recipe(args.recipe or ("quick" if is_sample else "cnn"), settings, args.seed)
    if args.precision:
        recipe = dataclasses.replace(recipe, training=dataclasses.replace(recipe.training, precision=args.precision))
    parent = args.out or Path(RUNS)
    check_writable(parent)
    if args.json:
        check_writable(args.json.resolve().parent)
        if args.json.is_dir():
            raise errors.UsageError(f"Expected --json to name a file. Received: the folder {args.json}.")
    data = open_data(args, find_data(args.data), recipe, ("train", "validation"))
    folder = create_run_folder(parent, f"compare-{recipe.name}").resolve()
    limit_seconds = 60 * args.time_limit
    followed = followed_recipes(recipe)
    contest = Contest(folder, recipe, followed, STEPS, args.device, limit_seconds, threads, interpreters)
    content = compare(contest, names, args, data)
    write_json(folder / COMPARISON, content)
    if args.json:
        write_json(args.json, content)
    draw(folder, content)
    show(content)
    print(f"wrote {folder}")
    check_promises(content, args.tolerance is not None)


def choose_backends(text: str, is_promise: bool, pythons: Sequence[str] = ()) -> list[str]:
    """Split `--backends`. Raises UsageError for a name that is none, or is there twice, or alone for a promise.

    Raises EnvironmentFault if none of them is installed and no other Python is named.
    """
    names = [name.strip() for name in text.split(",")]
    if not set(names) <= set(backends.BACKENDS) or len(set(names)) < len(names):
        raise errors.UsageError(
            f"Expected --backends to be some of {','.join(backends.BACKENDS)}, each once. Received: {text}."
        )
    if is_promise and len(names) < 2:
        raise errors.UsageError(f"Expected two backends or more for --tolerance. Received: {text}.")
    if not pythons and not any(map(backends.is_installed, names)):
        raise errors.EnvironmentFault(
            f"Expected one of {', '.join(names)} to be installed. Received: none of them. "
            f"Run: pip install -c constraints.txt -e '.[{','.join(names)}]'"
        )
    return names


def choose_threads(wanted: int | None) -> int:
    """Return `--threads`, or one per core. Raises UsageError for more threads than cores."""
    cores = usable_cores()
    if wanted and wanted > cores:
        raise errors.UsageError(f"Expected --threads to be at most {cores}, one per core. Received: {wanted}.")
    return wanted or cores


def draw_places(images: int, wanted: int | None, seed: int) -> NDArray[np.int64] | None:
    """Return the places of `wanted` images drawn without replacement, in order; None for all of them."""
    if wanted is None or wanted >= images:
        return None
    return np.sort(np.random.default_rng(seed).choice(images, wanted, replace=False))


def followed_recipes(recipe: Recipe) -> dict[str, Recipe]:
    """Return the recipes whose losses are followed, by name: the network without dropout, trained in two ways."""
    model = dataclasses.replace(recipe.model, dropout_fraction=0.0)
    own = dataclasses.replace(recipe.training, precision="float32")
    ways = {recipe.name: own} | {PARITY: read_recipe(PARITY).training}
    return {
        name: dataclasses.replace(recipe, model=model, training=ways[name]) for name in dict.fromkeys((PARITY, *ways))
    }


def compare(contest: Contest, names: Sequence[str], args: Namespace, data: OpenData) -> dict[str, Any]:
    """Run the contest and judge it; what its processes told each other is gone in the end, however it ends."""
    recipe, train, validation = contest.recipe, data.splits["train"], data.splits["validation"]
    places = draw_places(len(train.images), args.images, recipe.seed)
    images = len(train.images) if places is None else len(places)
    many = "s" * (args.seeds > 1)
    print(
        f"comparing {', '.join(names)}: {recipe.name}, {args.seeds} seed{many}, {images:,} images, in {contest.folder}"
    )
    try:
        contest.pixels.mkdir(parents=True)
        save_pixels(contest.pixels, "train", train, places)
        save_pixels(contest.pixels, "validation", validation)
        contestants = run_contest(contest, names, [recipe.seed + number for number in range(args.seeds)])
        tolerance = args.tolerance or LOGITS_TOLERANCE
        levels = judge_levels(contest, contestants, args.seeds, validation.split.ids, tolerance)
    except OSError as error:
        raise unwritable(contest.folder, error) from error
    finally:
        shutil.rmtree(contest.work, ignore_errors=True)
    return describe(contest, args.command_line, args.seeds, images, data, contestants, levels)


def check_promises(content: dict[str, Any], is_tolerance: bool) -> None:
    """Raise PromiseError if no backend came through; for `--tolerance` unless all did, with what is PROMISED."""
    left = [one for one in content["contestants"] if one["status"] != DONE]
    broken = [
        f"Expected {one['name']} to come through. Received: {one['status']}: {one['reason'].rstrip('.')}."
        for one in left
    ]
    if is_tolerance:
        broken += [
            f"Expected the same {level['name']}. Received: {level['verdict']}: {level['figure']}."
            for level in content["levels"]
            if level["name"] in PROMISED and level["verdict"] != SAME
        ]
    elif len(left) < len(content["contestants"]):
        return
    if broken:
        raise errors.PromiseError(broken)
