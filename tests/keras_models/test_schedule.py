"""Optimizers, the course of the rate, and the running mean of the weights, against numbers worked out by hand."""

from collections.abc import Mapping

import keras
import numpy as np
import pytest

from keras_models.following import Epoch
from keras_models.schedule import Schedule, make_optimizer
from keras_models.training import fit
from tests.keras_models.linear import SumOfTwo, first_weights, sum_of_two


def silent(epoch: int, steps: int, means: Mapping[str, float]) -> None:
    pass


def test_a_cosine_falls_from_the_rate_to_nought() -> None:
    # 4 steps: (1 + cos(pi t / 4)) / 2 for t = 0, 1, 2, 3
    rates = [1, (1 + np.sqrt(0.5)) / 2, 0.5, (1 - np.sqrt(0.5)) / 2]
    schedule = Schedule(epochs=2, learning_rate=0.25, decay="cosine")
    np.testing.assert_allclose(first_weights(schedule, 4), -0.25 * np.cumsum(rates), rtol=1e-6)
    # and stays there
    assert first_weights(schedule, 6)[3:] == pytest.approx([-0.25 * sum(rates)] * 3, rel=1e-6)


def test_a_warm_up_grows_from_nought_to_the_rate_and_the_cosine_takes_the_rest() -> None:
    # 6 steps, of which 1.5 epochs are 3: 0, 1/3, 2/3 of the rate; then (1 + cos(pi t / 3)) / 2 for t = 0, 1, 2
    rates = [0, 1 / 3, 2 / 3, 1, 0.75, 0.25]
    schedule = Schedule(epochs=3, learning_rate=0.5, decay="cosine", warmup_epochs=1.5)
    np.testing.assert_allclose(first_weights(schedule, 6), -0.5 * np.cumsum(rates), rtol=1e-6, atol=1e-7)


def test_a_warm_up_of_nearly_all_epochs_leaves_a_step_to_the_cosine() -> None:
    schedule = Schedule(epochs=2, learning_rate=1.0, decay="cosine", warmup_epochs=1.99)
    np.testing.assert_allclose(first_weights(schedule, 4), -np.cumsum([0, 1 / 3, 2 / 3, 1]), rtol=1e-6, atol=1e-7)


def test_adamw_is_pytorchs() -> None:
    # Loshchilov and Hutter, 2019, algorithm 2, with eta = 1 and PyTorch's constants; w starts at 0, its gradient is 1.
    rate, decay, one, two = 0.1, 0.3, 0.9, 0.999
    weight, first, second, expected = 0.0, 0.0, 0.0, []
    for step in (1, 2, 3, 4):
        first, second = one * first + (1 - one), two * second + (1 - two)
        weight -= rate * decay * weight
        weight -= rate * (first / (1 - one**step)) / (np.sqrt(second / (1 - two**step)) + 1e-8)
        expected.append(weight)
    assert expected[1] != pytest.approx(-0.2, abs=1e-3)  # the decay can be seen
    schedule = Schedule(epochs=2, learning_rate=rate, optimizer="adamw", weight_decay=decay)
    np.testing.assert_allclose(first_weights(schedule, 4), expected, rtol=1e-5)


def test_adam_is_adamw_without_decay() -> None:
    adam, adamw = (Schedule(epochs=2, learning_rate=0.1, optimizer=optimizer) for optimizer in ("adam", "adamw"))
    # of a gradient that stays the same, each step is the rate
    np.testing.assert_allclose(first_weights(adam, 4), [-0.1, -0.2, -0.3, -0.4], rtol=1e-5)
    np.testing.assert_allclose(first_weights(adamw, 4), first_weights(adam, 4), rtol=1e-6)


def test_the_mean_of_the_weights_is_judged_and_kept_and_the_weights_go_on_from_where_they_were() -> None:
    # w = -1, -2, -3, -4 (times 1 and -2); their mean, half of it the past: -1, -3/2, -9/4, -25/8. A loss is 5 w.
    schedule = Schedule(epochs=2, learning_rate=1.0, ema=0.5)
    model = sum_of_two(make_optimizer(schedule, 2))
    rows: list[Epoch] = []
    source = SumOfTwo()
    fit(model, source, source, schedule, "pydataset", silent, rows.append)
    assert [row.train_loss for row in rows] == [-5 / 2, -25 / 2]  # before each step: 0, -5, -10, -15
    assert [row.validation_loss for row in rows] == [-15 / 2, -125 / 8]
    assert model.get_weights()[0].tolist() == [[-25 / 8, 25 / 4]]


class Stopped(BaseException):
    pass


def test_training_that_is_stopped_in_validation_leaves_the_weights_and_their_mean_as_they_were() -> None:
    schedule = Schedule(epochs=2, learning_rate=1.0, ema=0.5)
    model = sum_of_two(make_optimizer(schedule, 2))

    def stop() -> None:
        raise Stopped

    source = SumOfTwo()
    with pytest.raises(Stopped):
        fit(model, source, source, schedule, "pydataset", silent, lambda row: None, on_judged=stop)
    assert model.get_weights()[0].tolist() == [[-2, 4]]
    model.optimizer.finalize_variable_values(model.trainable_variables)
    assert model.get_weights()[0].tolist() == [[-1.5, 3]]


def test_a_mean_does_not_round_the_weights_that_it_stands_in_for() -> None:
    kernels = []
    for ema in (0.0, 0.999):
        schedule = Schedule(epochs=3, learning_rate=0.1, momentum=0.7, drop_every_epochs=9, ema=ema)
        model = sum_of_two(make_optimizer(schedule, 2))
        raw: list[bytes] = []

        def keep(row: Epoch, model: keras.Model = model, raw: list[bytes] = raw) -> None:
            raw.append(np.array(keras.ops.convert_to_numpy(model.trainable_variables[0])).tobytes())

        fit(model, SumOfTwo(), SumOfTwo(), schedule, "pydataset", silent, keep)
        kernels.append(raw)
    assert kernels[0] == kernels[1]
