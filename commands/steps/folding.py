"""`train --folds K`: K networks, each judged on the images that the others were trained on, and what they come to."""

import dataclasses
import json
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import errors
from commands.steps.answers.averaging import mean_probabilities
from commands.steps.models import open_model
from commands.steps.progress import counting
from commands.steps.resuming import find_facts
from commands.steps.startup import start_keras
from commands.steps.sweeping.sequence import Clock
from commands.steps.sweeping.states import clear_unbegun
from data_io.arrangement import arrange, join_labelled
from data_io.files import digest_file, write_bytes, write_json, write_text
from data_io.folds import count_copies_across, deal_folds
from data_io.locking import locked
from data_io.opening import OpenData
from data_io.predictions import Predictions, read_predictions, write_predictions, write_submission
from data_io.run_folder import (
    FOLDS,
    MANIFEST,
    METRICS,
    RECIPE,
    begin_manifest,
    check_digest,
    read_beginning,
    read_manifest,
    resume_command,
)
from data_io.splits import LABELLED_SPLITS
from keras_models.artefacts.contract import BLOCK_IMAGES
from recipes.reading import to_toml
from recipes.recipe import Data, Recipe
from reports.figures import draw_confusion, encode_png
from reports.probabilities import to_logits
from reports.scores import Scores, describe, score
from reports.sweep_tables import find_mean

PREDICTIONS = "out_of_fold_predictions.csv"
FILES = (RECIPE, METRICS, PREDICTIONS, "confusion_matrix.png", "submission.csv")
# Train one fold of the recipe on these images into the folder, or go on with it; None if its time was over before.
Train = Callable[[Namespace, Recipe, OpenData, dict[str, Any], AbstractContextManager[Path], float], Path | None]
Resume = Callable[[Namespace, float], Path | None]


def check_fold_options(args: Namespace, recipe: Recipe) -> None:
    """Raise UsageError for a number of folds that is none, and for what does not go together with folds."""
    Data(folds=args.folds)
    given = {
        "--processes": args.processes > 1,
        "--devices": args.devices > 1,
        "--check": args.check,
        "--leave-out": recipe.data.leave_out >= 0,
        "data.folds": recipe.data.folds > 0,
    }
    if wrong := [name for name, is_given in given.items() if is_given]:
        raise errors.UsageError(f"Expected --folds without {', '.join(wrong)}. Received: both.")


def train_folds(
    args: Namespace,
    recipe: Recipe,
    opened: OpenData,
    facts: dict[str, Any],
    folder: Path,
    train: Train,
    resume: Resume,
) -> Path | None:
    """Make the folds that are not finished, one after the other, and write what all come to; `folder` is held.

    `recipe` and `opened` are those of a run without folds, `facts` what is to be known of it. Returns None if the time
    was over before. Raises as training does; KeyboardInterrupt when stopped, with all kept.
    """
    folds: int = args.folds
    begin_manifest(folder, {**facts, "seed": recipe.seed, FOLDS: folds})
    _say_copies(opened, folds)
    clock = Clock(args.time_limit)
    try:
        for fold in range(folds):
            own = dataclasses.replace(recipe, data=Data(folds, fold))
            if not (clock.is_over or _is_finished(folder / f"fold{fold}")):
                print(f"[{fold + 1}/{folds}] fold{fold}", flush=True)
                own_args = Namespace(**{**vars(args), "time_limit": clock.left_minutes})
                _train_fold(own_args, own, opened, facts["command"], folder / f"fold{fold}", train, resume)
            if not _is_finished(folder / f"fold{fold}"):
                print(f"to go on with all folds: {resume_command(folder)}", flush=True)
                return None
        _write_outcome(args, recipe, opened, facts, folder, folds)
    except KeyboardInterrupt:
        print(f"to go on with all folds: {resume_command(folder)}", flush=True)
        raise
    return folder


def _say_copies(opened: OpenData, folds: int) -> None:
    labelled = [opened.splits[name] for name in LABELLED_SPLITS]
    ids = [image_id for split in labelled for image_id in split.split.ids]
    fold_of = deal_folds(ids, np.concatenate([split.labels for split in labelled]), folds)
    copies = count_copies_across((digest for split in labelled for digest in split.pixel_digests), fold_of)
    if copies:
        print(f"notice: {copies:,} of the images have copies in other folds: their answers are not out of fold")


def _is_finished(run: Path) -> bool:
    return (run / MANIFEST).exists() and "files" in read_beginning(run)


def _train_fold(
    args: Namespace, recipe: Recipe, opened: OpenData, command: str, run: Path, train: Train, resume: Resume
) -> None:
    begun_seconds = time.monotonic()
    if (run / MANIFEST).exists():
        resume(Namespace(**{**vars(args), "resume": run, "folds": None}), begun_seconds)
    else:
        clear_unbegun(run)
        text = to_toml(recipe)
        data = arrange(opened, **dataclasses.asdict(recipe.data))
        facts = {**find_facts(args, data, text), "command": command}
        train(args, recipe, data, facts, _new_run(run, text), begun_seconds)
    from keras_models.building import forget_networks

    forget_networks()


@contextmanager
def _new_run(run: Path, text: str) -> Iterator[Path]:
    run.mkdir()
    with locked(run):
        write_text(run / RECIPE, text)
        yield run


def _write_outcome(
    args: Namespace, recipe: Recipe, opened: OpenData, facts: Mapping[str, Any], folder: Path, folds: int
) -> None:
    """Write the answers to all labelled images, each from the network that has not seen it, and their scores."""
    runs = [folder / f"fold{fold}" for fold in range(folds)]
    answers = [read_predictions(check_digest(run, "validation_predictions.csv")) for run in runs]
    splits = {name: cached.split for name, cached in opened.splits.items()}
    joined = _join(join_labelled(splits).ids, answers)
    write_predictions(
        folder / PREDICTIONS, joined.ids, joined.labels.astype(np.int32), joined.given, joined.probabilities
    )
    scores = score(to_logits(joined.probabilities).astype(np.float32), joined.labels)
    per_fold = [json.loads(check_digest(run, METRICS).read_text(encoding="utf-8")) for run in runs]
    kept = ("images", "accuracy", "accuracy_standard_error", "loss")
    content = {
        **scores.as_dict(),
        FOLDS: [{"fold": fold, **{key: each[key] for key in kept}} for fold, each in enumerate(per_fold)],
        "over_folds": {key: find_mean([each[key] for each in per_fold]) for key in ("accuracy", "loss")},
    }
    write_json(folder / METRICS, content)
    title = f"{recipe.name} on {facts['backend']}, seed {recipe.seed}: each image by the fold that has not seen it"
    write_bytes(folder / "confusion_matrix.png", encode_png(draw_confusion(scores.confusion, title)))
    _write_submission(args, recipe, opened, folder, runs)
    begin_manifest(
        folder,
        {
            **facts,
            "seed": recipe.seed,
            FOLDS: folds,
            "minutes": sum(read_manifest(run)["minutes"] for run in runs),
            "files": {name: digest_file(folder / name) for name in FILES},
        },
    )
    _show(scores, content["over_folds"]["accuracy"], folder, folds)


def _join(ids: tuple[str, ...], answers: list[Predictions]) -> Predictions:
    """Return the answers of all folds in the order of `ids`. Raises PromiseError unless each image has one."""
    found = [image_id for each in answers for image_id in each.ids]
    if sorted(found) != sorted(ids):
        raise errors.PromiseError("Expected the folds to have answered for each image once. Received: others.")
    place_of = {image_id: place for place, image_id in enumerate(found)}
    order = [place_of[image_id] for image_id in ids]
    labels, given, shares = (
        np.concatenate([getattr(each, name) for each in answers])[order]
        for name in ("labels", "given", "probabilities")
    )
    return Predictions(ids, labels, given, shares)


def _write_submission(args: Namespace, recipe: Recipe, opened: OpenData, folder: Path, runs: list[Path]) -> None:
    """Write the label of the greatest mean probability over the networks, calibrated as `predict` has them."""
    start_keras()  # a command that finds all folds finished has not
    test = opened.splits["test"]
    models = [open_model(run, args) for run in runs]
    given = []
    with counting("predicting test images", len(test.split)) as advance:
        for start in range(0, len(test.split), BLOCK_IMAGES):
            block = np.asarray(test.images[start : start + BLOCK_IMAGES])
            given.append(mean_probabilities(models, {recipe.image.size_pixels: block}).argmax(axis=1))
            advance(len(block))
    write_submission(folder / "submission.csv", opened.submission_ids, test.split.ids, np.concatenate(given))


def _show(scores: Scores, accuracy: Mapping[str, Any], folder: Path, folds: int) -> None:
    print("\n".join(describe(scores)))
    print(f"mean of {folds} folds: accuracy {accuracy['mean']:.4f}, standard deviation {accuracy['deviation']:.4f}")
    print(f"wrote {folder}")
