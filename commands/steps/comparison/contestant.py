"""The child process of `compare`: one backend trains one seed, or reads all models and follows losses step by step."""

import dataclasses
import math
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import errors
from benchmarks.measuring import EpochClock, Stopwatch, peak_resident_bytes, usable_cores
from benchmarks.pixels import load_pixels
from commands.steps.comparison.tasks import RESULT, TRAIN, Task
from commands.steps.fitting import in_full_precision, make_schedule, settle_statistics
from commands.steps.networks import build_network, ordered_batches, training_batches
from commands.steps.startup import holding_stderr, start_keras
from data_io.files import write_json
from recipes.reading import from_values
from reports.scores import score

PREDICTIONS = 3  # timed after one that is not: the first compiles
REMEDY = "Lower training.learning_rate with --set."


def median_or_none(values: Sequence[float]) -> float | None:
    """Return the median, or None of nothing."""
    return statistics.median(values) if values else None


def train(task: Task, import_seconds: float) -> dict[str, Any]:
    """Train one seed; return what is compared, and leave the network where the task says.

    Speeds are None of a single epoch, which holds the compilation. Raises DivergedError for weights that are not
    finite: a backend whose loss hides them would go on, and its network could not be read by the others.
    """
    from keras_models.building import digest_weights
    from keras_models.device import find_device, peak_device_bytes
    from keras_models.fed_batches import FedDigest
    from keras_models.inference import predict_logits
    from keras_models.saving import save_model
    from keras_models.snapshot import has_finite_weights
    from keras_models.training import compile_model, fit

    recipe = from_values(task.recipe)
    device = find_device(task.device)
    pixels, validation = (load_pixels(Path(task.pixels), name) for name in ("train", "validation"))
    batches = training_batches(recipe, pixels)
    model = build_network(recipe, recipe.training.precision)
    first_weights_digest = digest_weights(model)
    schedule = make_schedule(recipe)
    metrics = compile_model(model, schedule, batches.steps)
    is_compiled = bool(model.jit_compile)
    clock = EpochClock()
    history: list[dict[str, float]] = []

    def on_step(*_: object) -> None:
        clock.step()

    def on_epoch(epoch: Any) -> None:
        clock.epoch()
        history.append(dataclasses.asdict(epoch))
        print(f"epoch {epoch.epoch}: validation accuracy {epoch.validation_accuracy:.4f}", flush=True)

    judged = ordered_batches(recipe, validation)
    digest = FedDigest()
    fit(model, batches, judged, schedule, "pydataset", on_step, on_epoch, metrics=metrics, digest=digest)
    if not has_finite_weights(model):
        raise errors.DivergedError(f"Expected finite weights after training. Received: NaN or infinity. {REMEDY}")
    model = in_full_precision(recipe, model)
    settle_statistics(recipe, model, pixels.images)
    logits = predict_logits(model, validation.images, recipe.training.batch_size)
    seconds = []
    for _ in range(PREDICTIONS):
        watch = Stopwatch()
        predict_logits(model, validation.images, recipe.training.batch_size)
        seconds.append(watch.elapsed().seconds)
    peaks = peak_resident_bytes(), peak_device_bytes()  # before saving, for which Keras imports TensorFlow
    with holding_stderr():
        save_model(model, Path(task.model))
    scores = score(logits, validation.labels)
    timed = clock.epochs[1:]  # the first holds the compilation
    images = batches.images_per_epoch
    return {
        "import_seconds": import_seconds,
        "first_step_seconds": clock.first_step_seconds,
        "train_images_per_second": median_or_none([images / each.seconds for each in timed]),
        "train_cpu_ms_per_image": median_or_none([1000 * each.cpu_seconds / images for each in timed]),
        "train_cores": sum(each.cpu_seconds for each in timed) / sum(each.seconds for each in timed) if timed else None,
        "predict_images_per_second": len(logits) / statistics.median(seconds),
        "peak_resident_bytes": peaks[0],
        "peak_device_bytes": peaks[1],
        "model_bytes": Path(task.model).stat().st_size,
        "first_weights_digest": first_weights_digest,
        "batches_digest": digest.whole(),
        "validation_accuracy": scores.accuracy,
        "validation_loss": scores.loss,
        "history": history,
        "device": device,
        "jit": is_compiled,
        "cores": usable_cores(),
        "seed": recipe.seed,
    }


def agree(task: Task, import_seconds: float) -> dict[str, Any]:
    """Read every maker's network, leave its logits, and follow the losses of each parity recipe (None for NaN)."""
    from keras_models.device import find_device, forbid_reduced_precision
    from keras_models.inference import predict_logits
    from keras_models.parity import step_losses
    from keras_models.saving import load_weights

    find_device(task.device)
    forbid_reduced_precision()
    recipe = from_values(task.recipe)
    pixels, validation = (load_pixels(Path(task.pixels), name) for name in ("train", "validation"))
    model = build_network(recipe)  # one for all, which compiles once
    for maker, path in task.makers.items():
        load_weights(model, Path(path))
        logits = predict_logits(model, validation.images, recipe.training.batch_size)
        np.save(Path(task.folder) / f"{maker}.npy", logits)
        print(f"read the network of {maker}", flush=True)
    losses = {}
    for name, values in task.parity.items():
        followed = from_values(values)
        batches = training_batches(followed, pixels)
        series = step_losses(build_network(followed), batches, make_schedule(followed), task.steps)
        losses[name] = [loss if math.isfinite(loss) else None for loss in series]
        print(f"followed the losses of {name}", flush=True)
    return {"losses": losses, "import_seconds": import_seconds}


def main(path: str) -> None:
    """Do the task whose file is at `path`."""
    task = Task.read(Path(path))
    watch = Stopwatch()
    start_keras()
    import_seconds = watch.elapsed().seconds
    result = train(task, import_seconds) if task.kind == TRAIN else agree(task, import_seconds)
    write_json(Path(task.folder) / RESULT, result)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except errors.ProgramError as error:
        print("\n".join(error.messages), flush=True)
        sys.exit(error.exit_code)
