"""The optimizer of a recipe and the course of its learning rate, in Keras' terms and with PyTorch's meaning."""

from dataclasses import dataclass
from typing import Any

import keras

ADAM_EPSILON = 1e-8  # PyTorch's; Keras' own default is 1e-7


@dataclass(frozen=True)
class Schedule:
    """What `fit` does with batches; each value means what the recipe's of the same name does."""

    epochs: int
    learning_rate: float
    momentum: float = 0.0
    drop_every_epochs: int = 1
    drop_factor: float = 1.0
    optimizer: str = "sgd"
    decay: str = "steps"
    warmup_epochs: float = 0.0
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    ema: float = 0.0

    def rate(self, epoch: int) -> float:
        """Return the learning rate of an epoch, counted from 0, for `steps` (torch.optim.lr_scheduler.StepLR)."""
        drops = epoch // self.drop_every_epochs if self.drop_every_epochs else 0  # 0 epochs: it never drops
        return self.learning_rate * self.drop_factor**drops


def make_optimizer(schedule: Schedule, steps: int) -> keras.optimizers.Optimizer:
    """Return the optimizer for epochs of `steps` steps.

    A cosine is a function of the optimizer's own count of steps; of `steps` the callback StepDrops sets the rate.
    """
    rate: Any = schedule.learning_rate
    if schedule.decay == "cosine":
        warmup = min(round(schedule.warmup_epochs * steps), schedule.epochs * steps - 1)
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=0.0 if warmup else schedule.learning_rate,
            decay_steps=schedule.epochs * steps - warmup,
            warmup_target=schedule.learning_rate if warmup else None,
            warmup_steps=warmup,
        )
    average: dict[str, Any] = {"use_ema": True, "ema_momentum": schedule.ema} if schedule.ema else {}
    if schedule.optimizer == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=schedule.weight_decay, epsilon=ADAM_EPSILON, **average)
    if schedule.optimizer == "adam":
        return keras.optimizers.Adam(rate, epsilon=ADAM_EPSILON, **average)
    return keras.optimizers.SGD(rate, momentum=schedule.momentum, **average)


class StepDrops(keras.callbacks.Callback):
    """Sets the learning rate of each epoch and keeps PyTorch's meaning of momentum when it drops.

    PyTorch: v = m v + g, w -= rate v. Keras: u = m u - rate g, w += u, so u = -rate v as long as the rate stays.
    When it changes, u is multiplied by the same factor; without that Keras would go on with the old rate for
    about 1 / (1 - m) steps.
    """

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        self.schedule = schedule

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Set the rate, and scale the momenta if it changes."""
        if self.schedule.decay != "steps":
            return
        optimizer = self.model.optimizer
        before, after = float(optimizer.learning_rate), self.schedule.rate(epoch)
        optimizer.learning_rate = after
        factor = float(optimizer.learning_rate) / before
        if factor != 1 and self.schedule.momentum:
            for momentum in optimizer.momentums:
                momentum.assign(momentum * factor)
