"""Training does what the schedule says with exactly the batches that were planned."""

from collections.abc import Mapping

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from data_io.batches import Batches, ShuffledBatches
from keras_models.building import build, digest_weights
from keras_models.following import Epoch
from keras_models.schedule import Schedule, StepDrops
from keras_models.training import compile_model, fit
from tests.keras_models.conftest import SCHEDULE, Trained, tiny_cnn
from tests.keras_models.linear import SumOfTwo, sum_of_two


def silent(epoch: int, steps: int, means: Mapping[str, float]) -> None:
    pass


@pytest.mark.parametrize(
    ("epoch", "rate"),
    [(0, 0.01), (6, 0.01), (7, 0.005), (13, 0.005), (14, 0.0025), (56, 0.01 / 256), (59, 0.01 / 256)],
)
def test_the_rate_halves_every_seven_epochs(epoch: int, rate: float) -> None:
    schedule = Schedule(epochs=60, learning_rate=0.01, momentum=0.9, drop_every_epochs=7, drop_factor=0.5)
    assert schedule.rate(epoch) == pytest.approx(rate, rel=1e-12)


def test_the_rate_of_a_schedule_that_never_drops_stays() -> None:
    schedule = Schedule(epochs=3, learning_rate=0.01, drop_every_epochs=0)
    assert [schedule.rate(epoch) for epoch in range(3)] == [0.01, 0.01, 0.01]


def test_momentum_keeps_pytorchs_meaning_at_every_drop_of_the_rate() -> None:
    # PyTorch: v = v / 2 + g, w -= rate v. For g = 1, rates 1, 1, 1/2, 1/2, 1/4, 1/4:
    #   v    1   3/2    7/4    15/8     31/16    63/32
    #   w   -1  -5/2  -27/8  -69/16  -307/64  -677/128
    model = sum_of_two(keras.optimizers.SGD(1.0, momentum=0.5))
    schedule = Schedule(epochs=3, learning_rate=1.0, momentum=0.5, drop_every_epochs=1, drop_factor=0.5)
    source = SumOfTwo()
    seen: list[tuple[float, list[float]]] = []

    def see(row: Epoch) -> None:
        seen.append((row.learning_rate, model.get_weights()[0].ravel().tolist()))

    fit(model, source, source, schedule, "pydataset", silent, see)
    expected = [(1.0, -5 / 2), (0.5, -69 / 16), (0.25, -677 / 128)]
    assert seen == [(rate, [weight, -2 * weight]) for rate, weight in expected]


def test_there_is_a_record_per_epoch_with_its_learning_rate(trained: Trained) -> None:
    assert [row.epoch for row in trained.epochs] == [1, 2]
    assert [row.learning_rate for row in trained.epochs] == pytest.approx([0.05, 0.025], rel=1e-6)
    for row in trained.epochs:
        assert np.isfinite([row.train_loss, row.validation_loss]).all()
        assert row.train_accuracy * 20 == pytest.approx(round(row.train_accuracy * 20), abs=1e-4)
        assert row.validation_accuracy * 12 == pytest.approx(round(row.validation_accuracy * 12), abs=1e-4)


def test_progress_is_told_after_every_step(trained: Trained) -> None:
    assert trained.steps == [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3)]


def test_training_moves_the_weights(trained: Trained) -> None:
    assert digest_weights(trained.model) != digest_weights(tiny_cnn())


def test_both_loaders_give_the_same_final_weights_bit_by_bit(trained: Trained, trained_by_tf_data: Trained) -> None:
    assert digest_weights(trained_by_tf_data.model) == digest_weights(trained.model)
    assert trained_by_tf_data.steps == trained.steps
    for one, other in zip(trained.epochs, trained_by_tf_data.epochs, strict=True):
        assert (one.train_loss, one.validation_loss) == (other.train_loss, other.validation_loss)


def test_fit_trains_on_the_planned_batches_and_no_others(trained: Trained, train: ShuffledBatches) -> None:
    by_hand = tiny_cnn()
    compile_model(by_hand, SCHEDULE)
    drops = StepDrops(SCHEDULE)
    drops.set_model(by_hand)
    by_hand.optimizer.build(by_hand.trainable_variables)
    for epoch in range(SCHEDULE.epochs):
        drops.on_epoch_begin(epoch)
        for index in range(train.steps):
            by_hand.train_on_batch(*train.batch(epoch, index))
    assert digest_weights(by_hand) == digest_weights(trained.model)


def judge(
    model: keras.Model, images: NDArray[np.uint8], labels: NDArray[np.generic]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return each image's loss in nats, and whether its label is right: one hidden layer, written out in NumPy."""
    features = images.reshape(len(images), -1).astype(np.float64) / 127.5 - 1
    kernel, bias = model.get_layer("dense_1").get_weights()
    features = features @ kernel + bias
    kernel, bias = model.get_layer("logits").get_weights()
    logits = np.where(features > 0, features, 0.01 * features) @ kernel + bias
    return np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(labels)), labels], logits.argmax(axis=1) == labels


def test_losses_and_accuracies_are_means_over_images_although_the_last_batch_is_smaller(
    images: NDArray[np.uint8], labels: NDArray[np.int32], validation: Batches
) -> None:
    # A rate of 1e-12 leaves the weights where they are, so every batch of an epoch sees the same network.
    schedule = Schedule(epochs=2, learning_rate=1e-12, momentum=0.0, drop_every_epochs=1, drop_factor=0.5)
    batches = ShuffledBatches(images, labels, 8, seed=3, flip_probability=0.5, rotation_degrees=15.0)
    model = build("mlp", 32, 5, 0, dense_units=(8,), dropout_fraction=0)
    first = model.get_weights()
    compile_model(model, schedule)
    rows: list[Epoch] = []
    fit(model, batches, validation, schedule, "pydataset", silent, rows.append)
    for moved, start in zip(model.get_weights(), first, strict=True):
        np.testing.assert_allclose(moved, start, rtol=0, atol=1e-10)
    expected_validation = judge(model, images[:12], labels[:12])
    for epoch, row in enumerate(rows):
        parts = [judge(model, *batches.batch(epoch, index)) for index in range(3)]
        losses, right = (np.concatenate(part) for part in zip(*parts, strict=True))
        assert len(losses) == 20
        mean_of_batches = np.mean([part[0].mean() for part in parts])
        assert abs(losses.mean() - mean_of_batches) > 1e-3  # so that the two kinds of mean can be told apart
        assert row.train_loss == pytest.approx(losses.mean(), rel=1e-6)
        assert row.train_accuracy == pytest.approx(right.mean(), abs=1e-6)
        assert row.validation_loss == pytest.approx(expected_validation[0].mean(), rel=1e-6)
        assert row.validation_accuracy == pytest.approx(expected_validation[1].mean(), abs=1e-6)
    assert rows[0].train_loss != rows[1].train_loss  # another epoch, other changes of the images


def test_the_rate_is_set_anew_when_training_goes_on_in_a_later_epoch() -> None:
    model = build("mlp", 32, 5, 0, dense_units=(8,), dropout_fraction=0)
    schedule = Schedule(epochs=9, learning_rate=0.01, momentum=0.9, drop_every_epochs=3, drop_factor=0.1)
    compile_model(model, schedule)
    drops = StepDrops(schedule)
    drops.set_model(model)
    model.optimizer.build(model.trainable_variables)
    drops.on_epoch_begin(7)
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-4, rel=1e-6)


@pytest.mark.parametrize(("number", "steps"), [(1, 1), (9, 2)], ids=["f16_one_image", "f16_a_last_batch_of_one"])
def test_few_images_are_enough(images: NDArray[np.uint8], labels: NDArray[np.int32], number: int, steps: int) -> None:
    train = ShuffledBatches(images[:number], labels[:number], 8, seed=3, flip_probability=0.5, rotation_degrees=15.0)
    model = tiny_cnn()
    compile_model(model, SCHEDULE)
    rows: list[Epoch] = []
    seen: list[tuple[int, int]] = []

    def note(epoch: int, step: int, means: Mapping[str, float]) -> None:
        seen.append((epoch, step))

    fit(model, train, Batches(images[:number], labels[:number], 8), SCHEDULE, "pydataset", note, rows.append)
    assert seen == [(epoch, step) for epoch in (0, 1) for step in range(1, steps + 1)]
    assert all(np.isfinite([row.train_loss, row.validation_loss]).all() for row in rows)
    assert all(
        row.validation_accuracy * number == pytest.approx(round(row.validation_accuracy * number)) for row in rows
    )
    assert all(np.isfinite(weights).all() for weights in model.get_weights())
