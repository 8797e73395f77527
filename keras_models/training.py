"""Fitting a network to batches with the original's optimizer, and a record of every epoch."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from keras_models.loader import BatchDataset, Batches


@dataclass(frozen=True)
class Epoch:
    """One epoch's figures; losses are means over images, in nats.

    `train_loss` and `train_accuracy` are of augmented images under dropout, averaged while the weights move.
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


@dataclass(frozen=True)
class Schedule:
    """SGD with momentum; the learning rate is multiplied by `drop_factor` every `drop_every_epochs` epochs."""

    epochs: int
    learning_rate: float
    momentum: float
    drop_every_epochs: int
    drop_factor: float

    def rate(self, epoch: int) -> float:
        """Return the learning rate of an epoch, counted from 0 (torch.optim.lr_scheduler.StepLR)."""
        return self.learning_rate * self.drop_factor ** (epoch // self.drop_every_epochs)


def compile_model(model: keras.Model, schedule: Schedule) -> None:
    """Give a network that returns logits its loss, optimizer and metric."""
    model.compile(
        optimizer=keras.optimizers.SGD(schedule.learning_rate, momentum=schedule.momentum),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )


def fit(
    model: keras.Model,
    train: Batches,
    validation: Batches,
    schedule: Schedule,
    loader: str,
    on_step: Callable[[int, int], None],
    on_epoch: Callable[[Epoch], None],
) -> None:
    """Train a compiled network in place for `schedule.epochs` epochs.

    `loader` is `pydataset` or `tf.data`. `on_step` is told (epoch from 0, steps done in it) after each step,
    `on_epoch` each epoch's record.
    """
    source = _open_loader(train, loader)
    model.fit(
        getattr(source, "dataset", source),
        validation_data=BatchDataset(validation),
        epochs=schedule.epochs,
        shuffle=False,  # Keras would shuffle the order of the batches, differently on each backend
        verbose=0,
        callbacks=[
            _EpochSetter(source),
            _StepDrops(schedule),
            _Recorder(train.images_per_epoch, schedule, on_step, on_epoch),
        ],
    )


def _open_loader(batches: Batches, loader: str) -> Any:
    if loader == "tf.data":
        from keras_models.tf_loader import TfDataLoader  # TensorFlow costs 5 s and is optional, so only if asked

        return TfDataLoader(batches)
    return BatchDataset(batches)


class _EpochSetter(keras.callbacks.Callback):
    """Tells a loader which epoch begins. Keras' own hooks on a PyDataset are called once too often."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self.source = source

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.source.epoch = epoch


class _StepDrops(keras.callbacks.Callback):
    """Sets the learning rate of each epoch and keeps PyTorch's meaning of momentum when it drops.

    PyTorch: v = m v + g, w -= rate v. Keras: u = m u - rate g, w += u, so u = -rate v as long as the rate stays.
    When it changes, u is multiplied by the same factor; without that Keras would go on with the old rate for
    about 1 / (1 - m) steps.
    """

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        self.schedule = schedule

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        optimizer = self.model.optimizer
        before, after = float(optimizer.learning_rate), self.schedule.rate(epoch)
        optimizer.learning_rate = after
        factor = float(optimizer.learning_rate) / before
        if factor != 1:
            for momentum in optimizer.momentums:
                momentum.assign(momentum * factor)


class _Recorder(keras.callbacks.Callback):
    """Times each epoch and reports steps and epochs."""

    def __init__(
        self, images: int, schedule: Schedule, on_step: Callable[[int, int], None], on_epoch: Callable[[Epoch], None]
    ) -> None:
        super().__init__()
        self.images = images
        self.schedule = schedule
        self.on_step = on_step
        self.on_epoch = on_epoch
        self.epoch = 0
        self.begun_seconds = self.trained_seconds = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.epoch = epoch
        self.begun_seconds = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.trained_seconds = time.perf_counter()
        self.on_step(self.epoch, batch + 1)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        values = {name: float(value) for name, value in (logs or {}).items()}
        self.on_epoch(
            Epoch(
                epoch=epoch + 1,
                train_loss=values["loss"],
                train_accuracy=values["accuracy"],
                validation_loss=values["val_loss"],
                validation_accuracy=values["val_accuracy"],
                learning_rate=self.schedule.rate(epoch),
                seconds=time.perf_counter() - self.begun_seconds,
                images_per_second=self.images / (self.trained_seconds - self.begun_seconds),
            )
        )
