"""Training a run's network to its end: kept from time to time, resumed where it was, rewound if asked to."""

import dataclasses
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import errors
from commands.steps.keeping import Keeper, Progress, load_progress
from commands.steps.networks import build_network, ordered_batches, training_batches
from commands.steps.progress import TrainingProgress
from commands.steps.stopping import TimeIsUp, deferring_signals
from commands.steps.together import is_parallel, training_together
from data_io.checkpoint_writing import CheckpointWriter
from data_io.event_files import EventFile
from data_io.history import write_history
from data_io.opening import OpenData
from data_io.run_folder import EVENTS, HISTORY
from recipes.recipe import Recipe

if TYPE_CHECKING:
    import keras

    from keras_models.following import Epoch
    from keras_models.schedule import Schedule
    from keras_models.training import Start

MOST_REWINDS = 3
REWIND_FACTOR = 0.5


def make_schedule(recipe: Recipe) -> "Schedule":
    """Return the recipe's way of training as `fit` takes it."""
    from keras_models.schedule import Schedule

    values = dataclasses.asdict(recipe.training)
    for name in ("batch_size", "checkpoint_seconds", "precision", "shuffle_images", "statistics_images"):
        del values[name]
    return Schedule(**values)


def train_network(
    args: Namespace, recipe: Recipe, data: OpenData, run: Path, begun_seconds: float, writer: CheckpointWriter
) -> "tuple[keras.Model, Progress]":
    """Train from the run's last kept state, or from its beginning; return the network and what happened.

    What `writer` was given last may still be on its way to the disk then.

    Raises DivergedError when numbers are not finite and no rewind is left, EnvironmentFault when memory or disk is
    not enough, KeyboardInterrupt or TimeIsUp when asked to stop: each time the last kept state is whole.
    """
    progress, start = load_progress(run)
    while True:
        starts = [start]  # which `fit` takes out, and lets go of its arrays: of `mlp` 389 MiB, all through the training
        del start
        try:
            with training_together(args):
                model = _attempt(args, recipe, data, run, begun_seconds, progress, starts, writer)
            model = in_full_precision(recipe, model, is_parallel(args))
            settle_statistics(recipe, model, data.splits["train"].images)
            return model, progress
        except errors.DivergedError as error:
            if args.on_nan != "rewind" or len(progress.rewinds) == MOST_REWINDS:
                raise
            rewinds: list[dict[str, float]] = [*progress.rewinds, {"epoch": progress.epoch, "step": progress.step}]
            with suppress(errors.DivergedError):  # what was being kept had diverged too, so it was not kept
                writer.wait()
            spent_seconds = progress.spent_seconds  # what the state holds has this process in it
            progress, start = load_progress(run)
            progress.rewinds, progress.spent_seconds = rewinds, spent_seconds
            print(
                f"rewind {len(rewinds)} of {MOST_REWINDS}: {error} Going on after step {progress.step} of epoch "
                f"{progress.epoch + 1} with {REWIND_FACTOR ** len(rewinds):g} of the learning rate",
                flush=True,
            )


def _attempt(
    args: Namespace,
    recipe: Recipe,
    data: OpenData,
    run: Path,
    begun_seconds: float,
    progress: Progress,
    starts: "list[Start]",
    writer: CheckpointWriter,
) -> "keras.Model":
    from keras_models.snapshot import OtherNetwork, has_finite_weights
    from keras_models.training import compile_model, fit

    splits = data.splits
    train, validation = training_batches(recipe, splits["train"]), ordered_batches(recipe, splits["validation"])
    schedule = make_schedule(recipe)
    factor = REWIND_FACTOR ** len(progress.rewinds)
    schedule = dataclasses.replace(schedule, learning_rate=schedule.learning_rate * factor)
    model = build_network(recipe, recipe.training.precision)
    metrics = compile_model(model, schedule, train.steps)
    if progress.history:
        write_history(run / HISTORY, progress.history)
    events = EventFile(run / EVENTS, progress.epoch + 1) if args.tensorboard else None
    bars = TrainingProgress(schedule.epochs, train.steps, progress.epoch)
    with deferring_signals(args.time_limit, begun_seconds, _ask_all(args)) as stop:
        interval_seconds = recipe.training.checkpoint_seconds
        keeper = Keeper(run, model, metrics, schedule.epochs, interval_seconds, stop, progress, begun_seconds, writer)

        is_judging = False

        def on_step(epoch: int, steps_done: int, means: Mapping[str, float]) -> None:
            nonlocal is_judging
            is_judging = False
            stop.meet()
            keeper.step(epoch, steps_done, means)
            bars.step(epoch, steps_done)

        def on_judged() -> None:
            nonlocal is_judging
            is_judging = True
            stop.meet()
            stop.raise_if_asked()

        def on_epoch(record: "Epoch") -> None:
            bars.epoch(record)
            if events:
                events.add(dataclasses.asdict(record))
            keeper.epoch(record)

        try:
            fit(
                model,
                train,
                validation,
                schedule,
                args.loader,
                on_step,
                on_epoch,
                starts.pop(),
                metrics,
                on_judged,
            )
        except (KeyboardInterrupt, TimeIsUp):
            # After a step the keeper has kept the state. Now, of the last step of an epoch, it is another one: on jax
            # Keras puts a running mean of the weights in their place when training ends, however it ends.
            if is_judging and progress.step == train.steps:
                keeper.save()
                writer.wait()
            raise
        except OtherNetwork as error:
            raise errors.PromiseError(
                f"Expected the checkpoint in {run} to fit its recipe. Received: {error}."
            ) from error
        finally:
            bars.close()
            if events:
                events.close()
    if not has_finite_weights(model):
        raise errors.DivergedError("Expected finite weights after the last step. Received: others.")
    return model


def _ask_all(args: Namespace) -> Callable[[int], int] | None:
    if args.processes == 1:
        return None
    from keras_models.joining import find_largest

    return find_largest


@contextmanager
def naming_memory(recipe: Recipe) -> Iterator[None]:
    """Turn a framework's exception for memory that ran out into one line. Raises EnvironmentFault."""
    from keras_models.memory import is_out_of_memory

    try:
        yield
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        reason = str(error).strip().partition("\n")[0]
        raise errors.EnvironmentFault(
            f"Expected enough memory for batches of {recipe.training.batch_size} images of "
            f"{recipe.image.size_pixels} px. Received: {reason}. Use a smaller batch: "
            f"--set training.batch_size={max(1, recipe.training.batch_size // 2)}"
        ) from error


def settle_statistics(recipe: Recipe, model: "keras.Model", images: NDArray[np.uint8]) -> None:
    """Give the network's normalisation the statistics of `statistics_images` train images, if the recipe says so.

    `images` are those of train, uint8 (N, H, W, 3). A function of weights and images alone, so a run that is resumed
    after its last epoch ends with the same ones.
    """
    from keras_models.batch_statistics import estimate_statistics

    count = min(recipe.training.statistics_images, len(images))
    places = np.arange(count) * len(images) // max(count, 1)
    steps = -(-count // recipe.training.batch_size)
    # Every so many-th, so that each batch is spread over the split too, were its rows sorted.
    estimate_statistics(model, (np.stack([images[place] for place in places[step::steps]]) for step in range(steps)))


def in_full_precision(recipe: Recipe, model: "keras.Model", is_spread: bool = False) -> "keras.Model":
    """Return the network as it is judged, saved and exported: with float32 throughout, whatever it was trained with.

    And on one device, if it `is_spread` over several.
    """
    if recipe.training.precision == "float32" and not is_spread:
        return model
    full = build_network(recipe)
    full.set_weights(model.get_weights())
    return full
