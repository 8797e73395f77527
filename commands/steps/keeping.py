"""Keeping the state of a run while it trains, and noticing when it must not go on."""

import dataclasses
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import errors
from commands.steps.stopping import StopRequest
from data_io.checkpoint_writing import CheckpointWriter
from data_io.checkpoints import FOLDER, LAST, load_checkpoint
from data_io.history import write_history
from data_io.run_folder import HISTORY

if TYPE_CHECKING:
    import keras

    from keras_models.following import Epoch
    from keras_models.snapshot import Metrics
    from keras_models.training import Start

# A state is kept again only after so many times the seconds that training waited for the last one, so that it waits
# a twentieth of its time at most, however large the network and slow the disk.
SAVE_COST_RATIO = 19


@dataclasses.dataclass
class Progress:
    """What a checkpoint holds beside arrays: position (from 0), means so far, finished epochs, what happened.

    `epoch_seconds` are those of the interrupted epoch so far, `spent_seconds` those of the processes before this one.
    `rewinds` has one entry for each time that the run went back with half the learning rate. The state was kept `saves`
    times, for which training waited `saving_seconds`.
    """

    epoch: int = 0
    step: int = 0
    epoch_seconds: float = 0.0
    spent_seconds: float = 0.0
    means: dict[str, float] = dataclasses.field(default_factory=dict)
    history: list[dict[str, float]] = dataclasses.field(default_factory=list)
    rewinds: list[dict[str, float]] = dataclasses.field(default_factory=list)
    best_accuracy: float = -1.0
    saves: int = 0
    saving_seconds: float = 0.0


def load_progress(run: Path) -> "tuple[Progress, Start]":
    """Read a run's last checkpoint; without one a run starts from its beginning. Raises PromiseError."""
    from keras_models.training import Start

    path = run / FOLDER / LAST
    if not path.exists():
        return Progress(), Start()
    arrays, values = load_checkpoint(path)
    try:
        progress = Progress(**values)
    except TypeError as error:
        raise errors.PromiseError(f"Expected a checkpoint of this program at {path}. Received: {error}.") from error
    start = Start(progress.epoch, progress.step, progress.epoch_seconds, progress.means, arrays)
    return progress, start


class Keeper:
    """Follows `fit`: keeps the state from time to time, stops when asked to, refuses numbers that are not finite."""

    def __init__(
        self,
        run: Path,
        model: "keras.Model",
        metrics: "Metrics",
        epochs: int,
        interval_seconds: float,
        stop: StopRequest,
        progress: Progress,
        begun_seconds: float,
        writer: CheckpointWriter,
    ) -> None:
        from keras_models.snapshot import may_hide_nan

        self.run = run
        self.model = model
        self.metrics = metrics
        self.epochs = epochs
        self.interval_seconds = interval_seconds
        self.stop = stop
        self.progress = progress
        self.begun_seconds = begun_seconds
        self.writer = writer
        self.may_hide = may_hide_nan(model)
        self._saved = time.monotonic()
        self._epoch_begun = self._saved - progress.epoch_seconds
        self._save_cost = 0.0

    def step(self, epoch: int, steps_done: int, means: Mapping[str, float]) -> None:
        """Note a step. Raises DivergedError, or what the request to stop raises once the state is kept."""
        from keras_models.snapshot import has_finite_weights

        for name, value in means.items():
            if not math.isfinite(value):
                raise errors.DivergedError(
                    f"Expected a finite {name}. Received: {value} at step {steps_done} of epoch {epoch + 1}. {REMEDY}"
                )
        if self.may_hide and not has_finite_weights(self.model):
            raise _not_finite(epoch, steps_done)
        self.progress.epoch, self.progress.step, self.progress.means = epoch, steps_done, dict(means)
        if self.stop.is_asked or (not self.writer.is_writing and self._is_due(self.interval_seconds)):
            self.save()
        self._stop_if_asked()

    def epoch(self, record: "Epoch") -> None:
        """Note an epoch and write the history. Raises as `step` does."""
        if not math.isfinite(record.validation_loss):
            raise errors.DivergedError(
                f"Expected a finite validation loss. Received: {record.validation_loss} in epoch {record.epoch}. "
                f"{REMEDY}"
            )
        progress = self.progress
        progress.history.append(dataclasses.asdict(record))
        progress.epoch, progress.step, progress.means = record.epoch, 0, {}
        self._epoch_begun = time.monotonic()
        is_end = record.epoch == self.epochs
        if is_end or self.stop.is_asked or self._is_due(0.0):
            is_best = record.validation_accuracy > progress.best_accuracy
            progress.best_accuracy = max(progress.best_accuracy, record.validation_accuracy)
            self.save(is_best)
        write_history(self.run / HISTORY, progress.history)
        self._stop_if_asked()

    def save(self, is_best: bool = False) -> None:
        """Begin to keep the state as it is now. Numbers that are not finite are not kept.

        Raises what went wrong with the state before: EnvironmentFault, or DivergedError for such numbers.
        """
        from keras_models.snapshot import is_finite, take_snapshot

        begun = time.monotonic()
        arrays = take_snapshot(self.model, self.metrics if self.progress.step else (), self.writer.take_spare())
        epoch, step = self.progress.epoch, self.progress.step

        def check() -> None:
            if not is_finite(arrays):
                raise _not_finite(epoch, step)

        self.progress.epoch_seconds = begun - self._epoch_begun
        self.progress.saves += 1
        spent_seconds = self.progress.spent_seconds + begun - self.begun_seconds
        values = {**dataclasses.asdict(self.progress), "spent_seconds": spent_seconds}
        self.writer.write(arrays, values, is_best, check)
        if not self.interval_seconds:
            self.writer.wait()  # whoever wants every step kept wants it kept before the next one
        self._saved = time.monotonic()
        self._save_cost = self._saved - begun
        self.progress.saving_seconds += self._save_cost

    def _is_due(self, interval_seconds: float) -> bool:
        budget_seconds = SAVE_COST_RATIO * self._save_cost if self.interval_seconds else 0.0
        return time.monotonic() - self._saved >= max(interval_seconds, budget_seconds)

    def _stop_if_asked(self) -> None:
        if self.stop.is_asked:
            self.writer.wait()
        self.stop.raise_if_asked()


def _not_finite(epoch: int, steps_done: int) -> errors.DivergedError:
    return errors.DivergedError(
        f"Expected finite weights. Received: others after step {steps_done} of epoch {epoch + 1}. {REMEDY}"
    )


REMEDY = "Train again with a lower training.learning_rate, or with --on-nan rewind."
