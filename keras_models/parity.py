"""One loss per training step, to lay beside the same steps on another backend."""

import keras

from keras_models.batches import Batches
from keras_models.schedule import Schedule, StepDrops
from keras_models.training import compile_model


def step_losses(model: keras.Model, batches: Batches, schedule: Schedule, steps: int) -> list[float]:
    """Train a fresh network in place for `steps` steps; return the loss of each, in nats, before its update."""
    compile_model(model, schedule, batches.steps)
    drops = StepDrops(schedule)
    drops.set_model(model)
    losses = []
    for step in range(steps):
        epoch, index = divmod(step, batches.steps)
        if not index:
            drops.on_epoch_begin(epoch)
        # Keras forgets the steps before: what `train_on_batch` answers is of this batch alone
        losses.append(float(model.train_on_batch(*batches.batch(epoch, index), return_dict=True)["loss"]))
    return losses
