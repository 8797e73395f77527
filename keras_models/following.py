"""Callbacks that set and report where training stands."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import keras

from keras_models.schedule import Schedule


@dataclass(frozen=True)
class Epoch:
    """One epoch's figures; losses are means over images, in nats.

    `train_loss` and `train_accuracy` are of augmented images under dropout, averaged while the weights move; the
    train loss has the recipe's label smoothing in it, the validation loss has not. `learning_rate` is that of the
    whole epoch, or, of a cosine, that after its last step.
    `seconds` is the whole epoch with validation; `images_per_second` is of its training part.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float
    seconds: float
    images_per_second: float


class _Source(Protocol):
    @property
    def steps(self) -> int: ...

    @property
    def images_per_epoch(self) -> int: ...


class _Start(Protocol):
    @property
    def epoch(self) -> int: ...

    @property
    def step(self) -> int: ...

    @property
    def seconds(self) -> float: ...


class EpochSetter(keras.callbacks.Callback):
    """Tells a loader which epoch begins. Keras' own hooks on a PyDataset are called once too often."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self.source = source

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Set the epoch."""
        self.source.epoch = epoch


class Follower(keras.callbacks.Callback):
    """Times each epoch and reports steps, batches of validation and epochs.

    An epoch that was interrupted goes on with the steps and seconds that it had.
    """

    def __init__(
        self,
        train: _Source,
        schedule: Schedule,
        on_step: Callable[[int, int, Mapping[str, float]], None],
        on_epoch: Callable[[Epoch], None],
        on_judged: Callable[[], None],
        start: _Start,
    ) -> None:
        super().__init__()
        self.train = train
        self.schedule = schedule
        self.on_step = on_step
        self.on_epoch = on_epoch
        self.on_judged = on_judged
        self.start = start
        self.epoch = 0
        self.steps_before = 0
        self.begun_seconds = self.trained_seconds = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the clock."""
        is_interrupted = epoch == self.start.epoch
        self.epoch = epoch
        self.steps_before = self.start.step if is_interrupted else 0
        self.begun_seconds = time.perf_counter() - (self.start.seconds if is_interrupted else 0.0)
        self.trained_seconds = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Report a step, with the epoch's means so far: reading them waits for the step to be done."""
        means = {name: float(value) for name, value in (logs or {}).items()}
        self.trained_seconds = time.perf_counter()
        self.on_step(self.epoch, self.steps_before + batch + 1, means)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Report a batch of validation."""
        self.on_judged()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Report the epoch."""
        values = {name: float(value) for name, value in (logs or {}).items()}
        trained_seconds = self.trained_seconds - self.begun_seconds
        self.on_epoch(
            Epoch(
                epoch=epoch + 1,
                train_loss=values["loss"],
                train_accuracy=values["accuracy"],
                validation_loss=values.get("val_crossentropy", values["val_loss"]),
                validation_accuracy=values["val_accuracy"],
                learning_rate=self._rate(epoch),
                seconds=time.perf_counter() - self.begun_seconds,
                images_per_second=self.train.images_per_epoch / trained_seconds if trained_seconds > 0 else math.nan,
            )
        )

    def _rate(self, epoch: int) -> float:
        if self.schedule.decay == "steps":
            return self.schedule.rate(epoch)
        return float(self.model.optimizer.learning_rate)
