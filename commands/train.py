"""`run.py train`: from CSV files and folders to a trained network, honest numbers, pictures and a submission."""

import dataclasses
import math
import time
from argparse import Namespace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import backends
import errors
from commands.steps.data import find_data, locate_data, open_data
from commands.steps.judging import write_judgement
from commands.steps.networks import build_network, ordered_batches, training_batches
from commands.steps.progress import TrainingProgress, counting
from commands.steps.startup import holding_stderr, start_keras
from data_io.files import digest_bytes, replacing, write_bytes, write_text
from data_io.opening import OpenData
from data_io.predictions import write_submission
from data_io.run_folder import (
    HISTORY,
    MODEL,
    RECIPE,
    check_writable,
    create_run_folder,
    describe_hardware,
    write_manifest,
)
from recipes.reading import read_recipe, to_toml
from recipes.recipe import Recipe
from reports.figures import draw_curves, encode_png
from reports.scores import describe, given_labels


def run(args: Namespace) -> None:
    """Check everything that can be checked at once, then train."""
    if args.loader == "tf.data" and not backends.is_installed("tensorflow"):
        raise errors.EnvironmentFault(
            "Expected tensorflow to be installed for --loader tf.data. Received: no such package. Use --loader "
            "pydataset, or run: pip install -c constraints.txt -e '.[tensorflow]'"
        )
    begun_seconds = time.monotonic()
    is_sample = locate_data(args.data) is None
    recipe = read_recipe(args.recipe or ("quick" if is_sample else "cnn"), args.set, args.seed)
    if args.check and is_sample and recipe.expected.data != "sample":
        raise errors.UsageError(
            f"Expected {recipe.expected.data} data, which the claim of {recipe.name} is about, for --check. "
            "Received: drawn sample data. Name a data folder with --data."
        )
    check_writable(args.out)
    data = open_data(args, find_data(args.data), recipe)
    _train(args, recipe, data, begun_seconds)


def _train(args: Namespace, recipe: Recipe, data: OpenData, begun_seconds: float) -> None:
    """Train, judge on validation, answer test, and leave a run folder."""
    start_keras()
    from keras_models.building import digest_weights
    from keras_models.device import find_device
    from keras_models.inference import predict_logits
    from keras_models.saving import save_model
    from keras_models.training import Epoch, Schedule, compile_model, fit

    if args.loader == "tf.data":
        with holding_stderr():  # TensorFlow's own lines; the loader itself is opened by fit
            from keras_models.tf_loader import hide_gpus

            hide_gpus()
    device = find_device(args.device)
    splits = data.splits
    train, validation = training_batches(recipe, splits["train"]), ordered_batches(recipe, splits["validation"])
    model = build_network(recipe)
    first_weights_digest = digest_weights(model)
    settings = dataclasses.asdict(recipe.training)
    batch_size = settings.pop("batch_size")
    schedule = Schedule(**settings)
    compile_model(model, schedule)
    run_folder = create_run_folder(args.out, f"{recipe.name}-{args.backend}-seed{recipe.seed}")
    print(f"device: {device}")
    print(f"recipe: {recipe.name}, seed {recipe.seed}, {schedule.epochs} epochs, {model.count_params():,} parameters")
    print(f"run: {run_folder}", flush=True)
    recipe_text = to_toml(recipe)
    write_text(run_folder / RECIPE, recipe_text)

    history: list[dict[str, float]] = []
    progress = TrainingProgress(schedule.epochs, train.steps)

    def record(epoch: Epoch) -> None:
        history.append(dataclasses.asdict(epoch))
        write_text(run_folder / HISTORY, pd.DataFrame(history).to_csv(index=False, lineterminator="\n"))
        progress.epoch(epoch)
        if not math.isfinite(epoch.train_loss):
            raise errors.DivergedError(
                f"Expected a finite loss. Received: {epoch.train_loss} in epoch {epoch.epoch}. "
                "Train again with a lower training.learning_rate."
            )

    def predict(name: str) -> NDArray[np.float32]:
        images = splits[name].images
        with counting(f"predicting {name} images", len(images)) as advance:
            return predict_logits(model, images, batch_size, advance)

    try:
        fit(model, train, validation, schedule, args.loader, progress.step, record)
    finally:
        progress.close()
    with replacing(run_folder / MODEL) as temporary, holding_stderr():
        save_model(model, temporary)  # first of all: what follows can be done again from it

    title = f"{recipe.name} on {args.backend}, seed {recipe.seed}"
    scores = write_judgement(run_folder, splits["validation"], predict("validation"), f"{title}: validation")
    write_bytes(run_folder / "curves.png", encode_png(draw_curves(history, title)))
    given = given_labels(predict("test"))
    write_submission(run_folder / "submission.csv", data.submission_ids, splits["test"].split.ids, given)
    minutes = (time.monotonic() - begun_seconds) / 60
    facts = {
        "command": args.command_line,
        "backend": args.backend,
        "device": device,
        "hardware": describe_hardware(device),
        "loader": args.loader,
        "seed": recipe.seed,
        "versions": backends.versions(),
        "recipe_digest": digest_bytes(recipe_text.encode()),
        "data_digests": {name: cached.digest for name, cached in splits.items()},
        "first_weights_digest": first_weights_digest,
        "weights_digest": digest_weights(model),
        "minutes": minutes,
    }
    write_manifest(run_folder, facts)
    print("\n".join(describe(scores)))
    print(f"{minutes:.1f} minutes; wrote {run_folder}")
    if args.check:
        check_claim(recipe, scores.accuracy, minutes, describe_hardware(device))


def check_claim(recipe: Recipe, accuracy: float, minutes: float, hardware: str) -> None:
    """Raise PromiseError when the recipe's claim is not met; its minutes bind only on the hardware it names."""
    expected = recipe.expected
    broken = []
    least = expected.validation_accuracy - expected.tolerance
    if accuracy < least:
        broken.append(
            f"Expected a validation accuracy of at least {least:.4f} on {expected.data} data. Received: {accuracy:.4f}."
        )
    if hardware == expected.hardware and minutes > expected.minutes:
        broken.append(f"Expected at most {expected.minutes:g} minutes on {hardware}. Received: {minutes:.1f}.")
    if broken:
        raise errors.PromiseError(broken)
    print(f"check: the claim of {recipe.name} holds")
