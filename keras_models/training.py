"""Fitting a network to batches, from the beginning or from where it was interrupted, and a record of every epoch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from keras_models.batches import Batches, Rest
from keras_models.device import is_gpu
from keras_models.device_batches import DeviceBatches, PlannedBatches, PlannedRest
from keras_models.fed_batches import FedDigest, SeenDataset
from keras_models.following import Epoch, EpochSetter, Follower
from keras_models.loader import BatchDataset
from keras_models.losses import make_loss, make_metrics
from keras_models.schedule import Schedule, StepDrops, make_optimizer
from keras_models.snapshot import OF_METRICS, Metrics, restore_metrics, restore_snapshot, synchronize

OnStep = Callable[[int, int, Mapping[str, float]], None]


@dataclass(frozen=True)
class Start:
    """Where training begins: after `step` steps of `epoch`, both from 0, with the state that a snapshot holds.

    `means` are the epoch's running means so far (loss, accuracy), `seconds` the time that it has taken so far.
    """

    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    means: Mapping[str, float] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)


def compile_model(model: keras.Model, schedule: Schedule, steps: int = 1) -> Metrics:
    """Give a network that returns logits its loss, optimizer and metrics, for epochs of `steps` steps.

    Returns the metrics, the mean of the loss first: what a snapshot in the middle of an epoch must hold.
    """
    metrics = make_metrics(schedule.label_smoothing)
    model.compile(
        optimizer=make_optimizer(schedule, steps), loss=make_loss(schedule.label_smoothing), metrics=list(metrics)
    )
    model.optimizer.build(model.trainable_variables)
    return [model.metrics[0], *metrics]


def fit(
    model: keras.Model,
    train: Batches,
    validation: Batches,
    schedule: Schedule,
    loader: str,
    on_step: OnStep,
    on_epoch: Callable[[Epoch], None],
    start: Start | None = None,
    metrics: Metrics = (),
    on_judged: Callable[[], None] = lambda: None,
    digest: FedDigest | None = None,
) -> None:
    """Train a compiled network in place until `schedule.epochs` epochs are done.

    `loader` is `pydataset` or `tf.data`. `on_step` is told (epoch from 0, steps done in it, the running means of its
    loss and accuracy) after each step, `on_judged` that a batch of validation is done, `on_epoch` each epoch's
    record; what they raise ends the training there. `digest` sees what a `pydataset` feeds. At the end the weights are
    their running mean if the schedule has one. Raises OtherNetwork for a start whose arrays are another network's.
    """
    start = start or Start()
    if start.arrays:
        restore_snapshot(model, start.arrays)
        # The rest is in the network now: with the optimizer's a few times its size, which is held no longer here.
        of_metrics = {name: array for name, array in start.arrays.items() if name.startswith(OF_METRICS)}
        start = replace(start, arrays=of_metrics)
    follower = Follower(train, schedule, on_step, on_epoch, on_judged, start)
    mean = _Mean(schedule)
    callbacks = [follower, mean]
    epoch = start.epoch
    open_loader = partial(_open_loader, loader=loader, digest=digest)
    try:
        if start.step:
            if start.step < train.steps:
                rest = PlannedRest(train, start.step) if isinstance(train, PlannedBatches) else Rest(train, start.step)
                _run(model, rest, validation, schedule, open_loader, (epoch, epoch + 1), callbacks, (metrics, start))
            else:
                _judge(model, validation, callbacks, start)
            epoch += 1
        if epoch < schedule.epochs:
            _run(model, train, validation, schedule, open_loader, (epoch, schedule.epochs), callbacks, ((), start))
    except BaseException:
        mean.put_back()  # whoever stopped the training in validation may keep its state now
        raise
    if schedule.ema:
        model.optimizer.finalize_variable_values(model.trainable_variables)


def _run(
    model: keras.Model,
    train: Batches,
    validation: Batches,
    schedule: Schedule,
    open_loader: Callable[[Batches], Any],
    epochs: tuple[int, int],
    callbacks: list[keras.callbacks.Callback],
    interrupted: tuple[Metrics, Start],
) -> None:
    source = open_loader(train)
    model.fit(
        getattr(source, "dataset", source),
        validation_data=BatchDataset(validation),
        initial_epoch=epochs[0],
        epochs=epochs[1],
        shuffle=False,  # Keras would shuffle the order of the batches, differently on each backend
        verbose=0,
        callbacks=[
            EpochSetter(source),
            StepDrops(schedule),
            _Interrupted(*interrupted),
            *callbacks,
        ],
    )


def _open_loader(batches: Batches, loader: str, digest: FedDigest | None = None) -> Any:
    if loader == "tf.data":
        from keras_models.tf_loader import TfDataLoader  # TensorFlow costs 5 s and is optional, so only if asked

        return TfDataLoader(batches)
    is_spread = keras.distribution.distribution() is not None  # then every device wants the batch from the host
    if is_gpu() and not is_spread and keras.backend.backend() != "tensorflow" and isinstance(batches, PlannedBatches):
        source: Any = DeviceBatches(batches)
    else:
        source = BatchDataset(batches)
    return source if digest is None else SeenDataset(source, digest)


def _judge(model: keras.Model, validation: Batches, callbacks: list[keras.callbacks.Callback], start: Start) -> None:
    """End an epoch whose steps were all done when it was interrupted: judge it and report it."""
    follower = callbacks[0]
    follower.on_epoch_begin(start.epoch)
    answer = model.evaluate(BatchDataset(validation), verbose=0, return_dict=True, callbacks=callbacks)
    follower.on_epoch_end(start.epoch, {**start.means, **{f"val_{name}": value for name, value in answer.items()}})


class _Interrupted(keras.callbacks.Callback):
    """Gives the first epoch of a run the running means that it had when it was interrupted."""

    def __init__(self, metrics: Metrics, start: Start) -> None:
        super().__init__()
        self.metrics = metrics
        self.start = start

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self.metrics and epoch == self.start.epoch:
            restore_metrics(self.metrics, self.start.arrays)


class _Mean(keras.callbacks.Callback):
    """Puts the running mean of the weights in their place while they are judged, and the weights back bit by bit.

    Keras' SwapEMAWeights adds and subtracts to exchange them on TensorFlow, which rounds (3.15.1), and keeps no word
    of an exchange that an exception cut short. Keras also puts the mean in place whenever a `fit` ends, for good.
    """

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        self.has_mean = bool(schedule.ema)
        self.kept: list[NDArray[np.generic]] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._use(True)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._use(False)  # what `fit` does when it ends is left to the last one

    def on_train_end(self, logs: Any = None) -> None:
        self._use(True)

    def on_test_begin(self, logs: Any = None) -> None:
        if self.has_mean:
            variables = self.model.trainable_variables
            kept = _copy(variables)
            self.model.optimizer.finalize_variable_values(variables)
            for variable, mean in zip(variables, _copy(variables), strict=True):
                variable.assign(mean)  # jax would take the optimizer's own memory away after a step
            self.kept = kept

    def on_test_end(self, logs: Any = None) -> None:
        self.put_back()

    def put_back(self) -> None:
        """Give the network its own weights again, if it has the mean."""
        if self.kept:
            synchronize(self.model)
            for variable, weights in zip(self.model.trainable_variables, self.kept, strict=True):
                variable.assign(weights)
            self.kept = []

    def _use(self, value: bool) -> None:
        if self.has_mean:
            self.model.optimizer.use_ema = value


def _copy(variables: Sequence[keras.Variable]) -> list[NDArray[np.generic]]:
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]
