"""A network of two weights that start at 0, on which every step has the gradient (1, -2) wherever they are."""

from typing import Any

import keras
import numpy as np

from keras_models.schedule import Schedule, make_optimizer


class SumOfTwo:
    """Two steps an epoch on which the loss w1 - 2 w2 has the gradient (1, -2)."""

    steps = 2
    images_per_epoch = 2

    def batch(self, epoch: int, index: int) -> Any:
        return np.ones((1, 1), np.float32), np.array([[1, -2]], np.float32)


def sum_of_two(optimizer: keras.optimizers.Optimizer) -> keras.Model:
    """Return the network, compiled with the loss w1 - 2 w2."""
    one = keras.Input((1,))
    model = keras.Model(one, keras.layers.Dense(2, use_bias=False, kernel_initializer="zeros")(one))
    model.compile(
        optimizer=optimizer,
        loss=lambda wanted, given: keras.ops.sum(wanted * given, axis=-1),
        metrics=[keras.metrics.MeanSquaredError(name="accuracy")],  # the record wants one of that name
    )
    return model


def first_weights(schedule: Schedule, steps: int) -> list[float]:
    """Return the first weight, whose gradient is 1, after each step of the schedule."""
    model = sum_of_two(make_optimizer(schedule, SumOfTwo.steps))
    found = []
    for step in range(steps):
        model.train_on_batch(*SumOfTwo().batch(0, step))
        found.append(float(model.get_weights()[0][0, 0]))
    return found
