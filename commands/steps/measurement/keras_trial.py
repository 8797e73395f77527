"""A contestant of `bench` in its own process: our network on one backend, or its exported file in ONNX Runtime."""

import contextlib
import dataclasses
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

import backends
import errors
from benchmarks.measuring import StepClock, Stopwatch, usable_cores
from benchmarks.pixels import load_pixels
from benchmarks.trials import Trial, shuffled_batches, take_full
from commands.steps.contracts import TEMPERATURE
from commands.steps.fitting import make_schedule
from commands.steps.networks import build_network, ordered_batches
from commands.steps.startup import start_keras
from data_io.artefact_files import read_sidecar, write_sidecar
from data_io.images import RESIZE_RULE
from keras_models.artefacts.contract import BLOCK_IMAGES, SCALING, Contract
from recipes.reading import from_values

SPARE_STEPS = 64
WARM_BLOCKS = 2


class _Enough(Exception):
    """All steps are done."""


def time_training(trial: Trial) -> dict[str, Any]:
    """Time `steps` steps of `fit` after `warm_steps`; there is no validation."""
    start_keras()
    from keras_models.device import find_device
    from keras_models.training import compile_model, fit

    recipe = from_values(trial.recipe)
    device = find_device(trial.device)
    pixels = load_pixels(Path(trial.pixels), "train")
    # More batches than are timed, so that the end of an epoch is never reached.
    batches = take_full(shuffled_batches(recipe, pixels), trial.warm_steps + trial.steps + SPARE_STEPS)
    model = build_network(recipe, recipe.training.precision)
    schedule = make_schedule(recipe)
    metrics = compile_model(model, schedule, batches.steps)
    clock = StepClock(trial.warm_steps, trial.steps)

    def on_step(epoch: int, steps_done: int, means: Mapping[str, float]) -> None:
        if clock.is_turning(steps_done):
            [float(mean) for mean in means.values()]  # waits for the device
        if clock.step(steps_done):
            raise _Enough

    with contextlib.suppress(_Enough):
        fit(
            model,
            batches,
            ordered_batches(recipe, pixels),
            schedule,
            "pydataset",
            on_step,
            lambda epoch: None,
            metrics=metrics,
        )
    assert clock.elapsed is not None
    images = clock.steps * recipe.training.batch_size
    return {"images": images, **dataclasses.asdict(clock.elapsed), "device": device}


def time_answers(trial: Trial) -> dict[str, Any]:
    """Time the logits of cached images in blocks of 64, after two that do not count: the first compiles."""
    start_keras()
    from keras_models.device import find_device
    from keras_models.inference import predict_logits

    recipe = from_values(trial.recipe)
    device = find_device(trial.device)
    images = load_pixels(Path(trial.pixels), "train").images[: trial.images]
    model = build_network(recipe)
    predict_logits(model, images[: WARM_BLOCKS * BLOCK_IMAGES], BLOCK_IMAGES)
    watch = Stopwatch()
    logits = predict_logits(model, images, BLOCK_IMAGES)
    return {"images": len(logits), **dataclasses.asdict(watch.elapsed()), "device": device}


def time_onnx(trial: Trial) -> dict[str, Any]:
    """Time the logits of cached images from ONNX Runtime, blocks of 64 in as many threads as cores, as in `predict`."""
    from keras_models.artefacts.onnx_model import OnnxClassifier

    images = load_pixels(Path(trial.pixels), "train").images[: trial.images]
    model = OnnxClassifier(Path(trial.model), Contract.from_values(read_sidecar(Path(trial.model))[1]))
    starts = range(0, len(images), BLOCK_IMAGES)

    def answer(start: int) -> int:
        return len(model.logits(np.asarray(images[start : start + BLOCK_IMAGES])))

    with ThreadPoolExecutor(trial.threads) as pool:
        list(pool.map(answer, [0] * WARM_BLOCKS * trial.threads))
        watch = Stopwatch()
        answered = sum(pool.map(answer, starts))
    return {"images": answered, **dataclasses.asdict(watch.elapsed()), "device": "cpu"}


def write_model(trial: Trial) -> dict[str, Any]:
    """Write the recipe's network as ONNX with its first weights, on which speed does not depend."""
    start_keras()
    from keras_models.artefacts.onnx_writing import write_onnx

    recipe = from_values(trial.recipe)
    contract = Contract(
        name=recipe.name,
        family=recipe.model.family,
        backend="tensorflow",
        labels=tuple(str(label) for label in recipe.labels),
        size_pixels=recipe.image.size_pixels,
        resize_rule=RESIZE_RULE,
        scaling=SCALING,
        temperature=TEMPERATURE,
        recipe_digest="",
        weights_digest="",
        data_digests={},
        versions=backends.versions(),
    )
    write_onnx(build_network(recipe), contract, Path(trial.model))
    write_sidecar(Path(trial.model), "onnx", contract.to_values())
    return {}


KINDS = {"train": time_training, "answer": time_answers, "onnx": time_onnx, "write": write_model}


def main(path: str) -> None:
    """Do the trial whose file is at `path`."""
    trial = Trial.read(Path(path))
    trial.answer({**KINDS[trial.kind](trial), "cores": usable_cores()})


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except errors.ProgramError as error:
        print("\n".join(error.messages), flush=True)
        sys.exit(error.exit_code)
