"""`run.py train`: from CSV files and folders to a trained network, honest numbers, pictures and a submission."""

import json
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import backends
import errors
from commands.arguments.runs import LOADERS, ON_NAN, RUNS
from commands.steps.claims import check_claim, check_claimable
from commands.steps.data import find_data, is_sample_data, open_data
from commands.steps.finishing import finish_run
from commands.steps.fitting import naming_memory, train_network
from commands.steps.folding import check_fold_options, train_folds
from commands.steps.networks import build_named_network
from commands.steps.resuming import (
    MIXED,
    check_resumable,
    find_facts,
    keep_notices,
    notice_device,
    read_begun_recipe,
    take_over_options,
)
from commands.steps.startup import holding_stderr, start_keras
from commands.steps.stopping import TimeIsUp
from commands.steps.together import NoWriter, check_joined, check_options, following, join, part, writes_run
from data_io.checkpoint_writing import CheckpointWriter
from data_io.checkpoints import sweep_leftovers
from data_io.event_files import check_installed
from data_io.files import write_text
from data_io.locking import locked
from data_io.opening import OpenData
from data_io.run_folder import (
    EVENTS,
    FOLDS,
    MANIFEST,
    METRICS,
    RECIPE,
    begin_manifest,
    check_digest,
    check_writable,
    create_run_folder,
    describe_hardware,
    read_beginning,
    resume_command,
)
from recipes.reading import read_recipe, to_toml
from recipes.recipe import Recipe


def run(args: Namespace) -> Path | None:
    """Check everything that can be checked at once, then train, from the beginning or from where it was stopped.

    Returns the folder of a finished run, None if the time was up before, or if another process finishes it.
    """
    begun_seconds = time.monotonic()
    return _begin(args, begun_seconds) if args.resume is None else _resume(args, begun_seconds)


def _begin(args: Namespace, begun_seconds: float) -> Path | None:
    if args.force:
        raise errors.UsageError("Expected --force with --resume. Received: it alone.")
    args.loader, args.on_nan = args.loader or LOADERS[0], args.on_nan or ON_NAN[0]
    check_loader(args.loader)
    check_options(args)
    if args.tensorboard:
        check_installed()
    is_sample = is_sample_data(args.data)
    settings = [*args.set, *([] if args.leave_out is None else [f"data.leave_out={args.leave_out}"])]
    recipe = read_recipe(args.recipe or ("quick" if is_sample else "cnn"), settings, args.seed)
    if args.folds is not None:
        check_fold_options(args, recipe)
    if args.check:
        check_claimable(recipe, is_sample)
    parent = args.out or Path(RUNS)
    if writes_run(args):
        check_writable(parent)
    args.data = find_data(args.data)  # which the manifest names: from elsewhere there may be another ./data, or none
    data = open_data(args, args.data, recipe)
    text = to_toml(recipe)
    facts = find_facts(args, data, text)
    name = f"{recipe.name}-{args.backend}-seed{recipe.seed}"
    # By the options, not by the recipe: a sweep, which sets data.leave_out, finds its runs by the name without.
    name += "" if args.folds is None else f"-folds{args.folds}"
    name += "" if args.leave_out is None else f"-without{args.leave_out}"

    @contextmanager
    def new_folder() -> Iterator[Path]:
        folder = create_run_folder(parent, name)
        with locked(folder):
            write_text(folder / RECIPE, text)
            yield folder

    if args.folds is not None:
        with new_folder() as folds_folder:
            return train_folds(args, recipe, data, facts, folds_folder, _train, _resume)
    folder = new_folder() if writes_run(args) else following(None)
    return _train(args, recipe, data, facts, folder, begun_seconds)


def _resume(args: Namespace, begun_seconds: float) -> Path | None:
    given = [
        name for name in ("recipe", "seed", "set", "out", "folds", "leave_out") if getattr(args, name) not in (None, [])
    ]
    if given:
        raise errors.UsageError(
            f"Expected --resume without {', '.join(given)}, since a run goes on as it began. Received: both."
        )
    run: Path = args.resume
    read_beginning(run)  # so that a folder that is no run is not locked
    if not writes_run(args):
        return _go_on(args, run, begun_seconds)
    check_writable(run)
    with locked(run):
        return _go_on(args, run, begun_seconds)


def _go_on(args: Namespace, run: Path, begun_seconds: float) -> Path | None:
    begun = read_beginning(run)
    text, recipe = read_begun_recipe(run)
    take_over_options(args, run)
    if FOLDS in begun:
        args.folds = begun[FOLDS]
        check_fold_options(args, recipe)
    if args.check:
        check_claimable(recipe, is_sample_data(args.data))
    if "files" in begun:
        print(f"{run} is finished: there is nothing to resume")
        if args.check:
            accuracy = json.loads(check_digest(run, METRICS).read_text(encoding="utf-8"))["accuracy"]
            check_claim(recipe, accuracy, begun["minutes"], begun["hardware"])
        return run
    check_loader(args.loader)
    check_options(args)
    args.tensorboard = args.tensorboard or any((folder / EVENTS).is_dir() for folder in (run, run / "fold0"))
    if args.tensorboard:
        check_installed()
    args.data = find_data(args.data)
    data = open_data(args, args.data, recipe)
    facts = find_facts(args, data, text)
    notices = check_resumable(args, begun, facts)
    facts |= {"command": begun["command"], "resumes": [*begun.get("resumes", []), args.command_line]}
    if MIXED in begun:
        facts[MIXED] = begun[MIXED]
    facts = keep_notices(facts, notices)
    if FOLDS in begun:
        return train_folds(args, recipe, data, facts, run, _train, _resume)
    return _train(args, recipe, data, facts, nullcontext(run) if writes_run(args) else following(run), begun_seconds)


def check_loader(loader: str) -> None:
    """Raise EnvironmentFault when the package that a loader needs is not installed."""
    if loader == "tf.data" and not backends.is_installed("tensorflow"):
        raise errors.EnvironmentFault(
            "Expected tensorflow to be installed for --loader tf.data. Received: no such package. Use --loader "
            "pydataset, or run: pip install -c constraints.txt -e '.[tensorflow]'"
        )


def _train(
    args: Namespace,
    recipe: Recipe,
    data: OpenData,
    facts: dict[str, Any],
    folder: AbstractContextManager[Path],
    begun_seconds: float,
) -> Path | None:
    """Train, judge on validation, answer test, and leave a run folder, which `folder` holds for this process."""
    join(args)
    start_keras()
    from keras_models.building import digest_weights
    from keras_models.device import find_device

    if args.loader == "tf.data":
        with holding_stderr():  # TensorFlow's own lines; the loader itself is opened by fit
            from keras_models.tf_loader import hide_gpus

            hide_gpus()
    device = find_device(args.device)
    check_joined(args, facts)
    with naming_memory(recipe), ExitStack() as held:
        model = build_named_network(recipe)
        run = held.enter_context(folder)
        if writes_run(args):
            sweep_leftovers(run)
        # A fold that begins, and a process that follows, have no manifest to go on from.
        begun = read_beginning(run) if args.resume and (run / MANIFEST).exists() else {}
        facts = {
            **keep_notices(facts, notice_device(begun, device)),
            "device": device,
            "hardware": describe_hardware(device),
            "seed": recipe.seed,
            "first_weights_digest": digest_weights(model),
        }
        begin_manifest(run, facts)
        epochs = recipe.training.epochs
        print(f"device: {device}")
        print(f"recipe: {recipe.name}, seed {recipe.seed}, {epochs} epochs, {model.count_params():,} parameters")
        print(f"run: {run}", flush=True)
        writer = held.enter_context(CheckpointWriter(run) if writes_run(args) else NoWriter(run))
        try:
            model, progress = train_network(args, recipe, data, run, begun_seconds, writer)
        except TimeIsUp:
            print(f"stopped after {args.time_limit:g} minutes; to go on: {resume_command(run)}")
            return None
        except KeyboardInterrupt:
            print(f"kept; to go on: {resume_command(run)}", flush=True)
            raise
        part(args)
        if not writes_run(args):
            return None
        try:
            scores, minutes = finish_run(args, recipe, data, run, model, progress, facts, begun_seconds, writer)
        except KeyboardInterrupt:
            print(f"kept; to finish: {resume_command(run)}", flush=True)
            raise
    if args.check:
        check_claim(recipe, scores.accuracy, minutes, facts["hardware"])
    return run
