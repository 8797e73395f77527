"""`run.py compare`: one experiment on every backend, compared level by level, and what it cost on each."""

import dataclasses
import math
import os
import shutil
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import backends
import errors
from benchmarks.measuring import usable_cores
from benchmarks.pixels import save_pixels
from commands.arguments.runs import RUNS
from commands.steps.comparison.contest import Contest, Contestant, run_contest
from commands.steps.comparison.interpreters import find_missing, read_interpreters
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
    """Compare; write comparison.json and pictures.

    Raises EnvironmentFault for a backend that is not installed and is promised, and as `check_promises` does.
    """
    load_before = os.getloadavg()[0]  # before images are decoded
    names = choose_backends(args.backends, args.tolerance is not None, args.python)
    interpreters = read_interpreters(args.python, names)
    missing = find_missing(names, interpreters)
    if missing and args.tolerance is not None:
        raise not_installed(names, missing)
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
    all_images = len(data.splits["train"].images)
    images = min(args.images or all_images, all_images)
    followed = followed_recipes(recipe, images)
    folder = create_run_folder(parent, f"compare-{recipe.name}").resolve()
    limit_seconds = 60 * args.time_limit
    contest = Contest(folder, recipe, followed, STEPS, args.device, limit_seconds, threads, load_before, interpreters)
    contestants = [Contestant(name) for name in names]
    content = compare(contest, contestants, args, data, images)
    if args.json:
        write_json(args.json, content)
    show(content)
    draw(folder, content)
    print(f"wrote {folder}")
    check_promises(content, contestants, args.tolerance is not None)


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
            f"Expected one of {', '.join(names)} to be installed. Received: none of them. {_install(names)}"
        )
    return names


def not_installed(names: Sequence[str], missing: Sequence[str]) -> errors.EnvironmentFault:
    """Return what refuses a promise that cannot be kept, before hours of training."""
    return errors.EnvironmentFault(
        f"Expected {', '.join(names)} to be installed, since --tolerance is a promise about all of them. "
        f"Received: no {', no '.join(missing)}. {_install(missing)}"
    )


def _install(names: Sequence[str]) -> str:
    return f"Run: pip install -c constraints.txt -e '.[{','.join(names)}]'"


def choose_threads(wanted: int | None) -> int:
    """Return `--threads`, or one per core. Raises UsageError for more threads than cores."""
    cores = usable_cores()
    if wanted and wanted > cores:
        raise errors.UsageError(f"Expected --threads to be at most {cores}, one per core. Received: {wanted}.")
    return wanted or cores


def draw_places(images: int, wanted: int, seed: int) -> NDArray[np.int64] | None:
    """Return the places of `wanted` images drawn without replacement, in order; None for all of them."""
    if wanted >= images:
        return None
    return np.sort(np.random.default_rng(seed).choice(images, wanted, replace=False))


def followed_recipes(recipe: Recipe, images: int) -> dict[str, Recipe]:
    """Return the recipes whose losses are followed, by name: the network without dropout, trained in two ways.

    A cosine lasts for all STEPS at least: of few images its epochs would be over before, and the rest of the steps,
    at a rate of 0, would compare nothing.
    """
    model = dataclasses.replace(recipe.model, dropout_fraction=0.0)
    own = dataclasses.replace(recipe.training, precision="float32")
    ways = {recipe.name: own} | {PARITY: read_recipe(PARITY).training}
    for name, way in ways.items():
        epochs = math.ceil(STEPS / math.ceil(images / way.batch_size))
        if way.decay == "cosine" and way.epochs < epochs:
            ways[name] = dataclasses.replace(way, epochs=epochs)
    return {
        name: dataclasses.replace(recipe, model=model, training=ways[name]) for name in dict.fromkeys((PARITY, *ways))
    }


def compare(
    contest: Contest, contestants: Sequence[Contestant], args: Namespace, data: OpenData, images: int
) -> dict[str, Any]:
    """Run the contest on so many train images, judge it and write that down.

    Also if it is stopped once there is something; what its processes told each other is gone in the end.
    """
    recipe, train, validation = contest.recipe, data.splits["train"], data.splits["validation"]
    names, many = ", ".join(one.name for one in contestants), "s" * (args.seeds > 1)
    print(f"comparing {names}: {recipe.name}, {args.seeds} seed{many}, {images:,} images, in {contest.folder}")

    def write() -> dict[str, Any]:
        levels = judge_levels(contest, contestants, validation.split.ids, args.tolerance or LOGITS_TOLERANCE)
        content = describe(contest, args.command_line, args.seeds, images, data, contestants, levels)
        write_json(contest.folder / COMPARISON, content)
        return content

    try:
        contest.pixels.mkdir(parents=True)
        save_pixels(contest.pixels, "train", train, draw_places(len(train.images), images, recipe.seed))
        save_pixels(contest.pixels, "validation", validation)
        try:
            run_contest(contest, contestants, [recipe.seed + number for number in range(args.seeds)])
        except BaseException:
            for one in contestants:
                one.stop(args.seeds)
            if any(one.trials for one in contestants):
                with suppress(OSError):  # what stopped it is told, not that the disk is full besides
                    write()
                    print(f"wrote what there is so far into {contest.folder}", flush=True)
            raise
        return write()
    except OSError as error:
        raise unwritable(contest.folder, error) from error
    finally:
        shutil.rmtree(contest.work, ignore_errors=True)


def check_promises(content: dict[str, Any], contestants: Sequence[Contestant], is_tolerance: bool) -> None:
    """Raise PromiseError if no backend came through; for `--tolerance` unless all did, with what is PROMISED.

    EnvironmentFault if none did, and each for want of something that the environment lacks.
    """
    left = [one for one in contestants if not one.is_done]
    broken = [f"Expected {one.name} to come through. Received: {one.status}: {one.reason.rstrip('.')}." for one in left]
    if len(left) == len(contestants) and all(one.is_lacking for one in left):
        raise errors.EnvironmentFault(broken)
    if is_tolerance:
        broken += [
            f"Expected the same {level['name']}. Received: {level['verdict']}: {level['figure']}."
            for level in content["levels"]
            if level["name"] in PROMISED and level["verdict"] != SAME
        ]
    elif len(left) < len(contestants):
        return
    if broken:
        raise errors.PromiseError(broken)
