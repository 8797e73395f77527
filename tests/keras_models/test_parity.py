"""The losses that backends are compared by, and training in a shorter number format."""

from collections.abc import Sequence

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from data_io.batches import ShuffledBatches
from keras_models.building import build, digest_weights
from keras_models.inference import predict_logits
from keras_models.parity import step_losses
from keras_models.schedule import Schedule
from keras_models.training import compile_model

STEPS = 5  # of two an epoch: the rate drops after the second and the fourth
WITH_DROPS = Schedule(epochs=3, learning_rate=0.05, momentum=0.9, drop_every_epochs=1, drop_factor=0.5)
SMOOTHED = Schedule(epochs=3, learning_rate=0.001, optimizer="adamw", decay="cosine", label_smoothing=0.2)


def network(precision: str = "float32") -> keras.Model:
    return build("cnn", 32, 5, 0, precision, channels=(4, 8), dense_units=(8,), dropout_fraction=0.0)


def crossentropy(logits: NDArray[np.float32], labels: NDArray[np.int32], smoothing: float) -> float:
    """Mean of -sum(target log softmax), the target (1 - s) on the label and s / K on all (Szegedy et al., 2016)."""
    wide = logits.astype(np.float64)
    logarithms = wide - np.log(np.exp(wide).sum(axis=1, keepdims=True))
    target = np.eye(wide.shape[1])[labels] * (1 - smoothing) + smoothing / wide.shape[1]
    return float(-(target * logarithms).sum(axis=1).mean())


def losses_by_hand(batches: ShuffledBatches, schedule: Schedule) -> list[float]:
    """Losses of the forward pass in training mode, each before a step of Keras on the same batch."""
    model = network()
    witness = network()  # for the forward pass, which moves the running means of batch normalisation
    compile_model(model, schedule, batches.steps)
    losses = []
    for step in range(STEPS):
        epoch, index = divmod(step, batches.steps)
        if schedule.decay == "steps" and step and not index:
            model.optimizer.learning_rate = schedule.learning_rate / 2**epoch
            for momentum in model.optimizer.momentums:
                momentum.assign(momentum / 2)
        images, labels = batches.batch(epoch, index)
        witness.set_weights(model.get_weights())
        logits = keras.ops.convert_to_numpy(keras.ops.stop_gradient(witness(images, training=True)))
        losses.append(crossentropy(np.asarray(logits), labels.astype(np.int32), schedule.label_smoothing))
        model.train_on_batch(images, labels)
    return losses


@pytest.fixture(scope="module")
def batches(images: NDArray[np.uint8], labels: NDArray[np.int32]) -> ShuffledBatches:
    """Two batches of 8: jax compiles for each size of batch."""
    return ShuffledBatches(images[:16], labels[:16], 8, seed=3, flip_probability=0.5, rotation_degrees=15.0)


@pytest.fixture(scope="module")
def repeated(batches: ShuffledBatches) -> Sequence[list[float]]:
    return [step_losses(network(), batches, WITH_DROPS, STEPS) for _ in range(2)]


def test_each_loss_is_that_of_its_batch_before_its_step(
    batches: ShuffledBatches, repeated: Sequence[list[float]]
) -> None:
    assert repeated[0] == pytest.approx(losses_by_hand(batches, WITH_DROPS), rel=1e-5)
    assert len(set(repeated[0])) == STEPS


def test_smoothed_labels_and_a_cosine_are_followed_too(batches: ShuffledBatches) -> None:
    expected = losses_by_hand(batches, SMOOTHED)
    assert step_losses(network(), batches, SMOOTHED, STEPS) == pytest.approx(expected, rel=1e-5)


def test_the_losses_repeat(repeated: Sequence[list[float]]) -> None:
    assert repeated[0] == repeated[1]


def test_in_bfloat16_layers_compute_short_and_weights_and_logits_stay_whole() -> None:
    short = network("bfloat16")
    assert {str(weight.dtype) for weight in short.weights} == {"float32"}
    assert {layer.compute_dtype for layer in short.layers if layer.name.startswith(("convolution", "dense"))} == {
        "bfloat16"
    }
    assert short.get_layer("logits").compute_dtype == "float32" and str(short.output.dtype) == "float32"
    assert str(keras.config.dtype_policy().name) == "float32"
    assert digest_weights(short) == digest_weights(network())


def test_bfloat16_trains_and_its_weights_answer_in_float32(
    batches: ShuffledBatches, repeated: Sequence[list[float]], images: NDArray[np.uint8]
) -> None:
    short = network("bfloat16")
    losses = step_losses(short, batches, WITH_DROPS, STEPS)
    assert np.isfinite(losses).all()
    assert losses == pytest.approx(repeated[0], abs=0.1) and losses != repeated[0]
    full = network()
    full.set_weights(short.get_weights())
    logits, rounded = (predict_logits(model, images, 8) for model in (full, short))
    assert logits.dtype == np.float32
    # bfloat16 has 8 bits: products of some layers are off by about a hundredth, but not equal
    difference = np.abs(logits - rounded).max() / np.abs(logits).max()
    assert 0 < difference < 0.1
