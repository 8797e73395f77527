"""The values of a way of training, and which of them belong together."""

import dataclasses
import re
from typing import Any

import pytest

import errors
from recipes.reading import read_recipe
from recipes.training import Training

STEPS = Training(epochs=3, batch_size=8, learning_rate=0.1, momentum=0.9, drop_every_epochs=2, drop_factor=0.5)
COSINE = Training(epochs=3, batch_size=8, learning_rate=0.1, momentum=0.9, decay="cosine", warmup_epochs=0.5)
CONSTANT = Training(epochs=3, batch_size=8, learning_rate=0.1)
ADAMW = Training(
    epochs=3, batch_size=8, learning_rate=0.1, drop_every_epochs=2, optimizer="adamw", weight_decay=0.01, ema=0.99
)
ADAM = dataclasses.replace(ADAMW, optimizer="adam", weight_decay=0.0)


@pytest.mark.parametrize(
    ("training", "field", "value"),
    [
        (STEPS, "epochs", 0),
        (STEPS, "batch_size", 0),
        (STEPS, "learning_rate", 0.0),
        (STEPS, "learning_rate", 1.1e6),
        (STEPS, "learning_rate", float("nan")),
        (STEPS, "momentum", -0.1),
        (STEPS, "momentum", 1.0),
        (STEPS, "drop_every_epochs", -1),
        (STEPS, "drop_factor", 0.0),
        (STEPS, "drop_factor", 1.1),
        (STEPS, "optimizer", "lion"),
        (STEPS, "decay", "linear"),
        (STEPS, "precision", "float64"),
        (STEPS, "label_smoothing", -0.1),
        (STEPS, "label_smoothing", 1.0),
        (STEPS, "ema", -0.1),
        (STEPS, "ema", 1.0),
        (STEPS, "checkpoint_seconds", -1.0),
        (STEPS, "shuffle_images", -1),
        (STEPS, "shuffle_images", 255),
        (STEPS, "statistics_images", -1),
        (ADAMW, "weight_decay", -0.1),
        (ADAMW, "weight_decay", 1.1),
        (COSINE, "warmup_epochs", -0.1),
        (COSINE, "warmup_epochs", 3.0),
        # what belongs to the other optimizer, or the other decay
        (STEPS, "weight_decay", 0.01),
        (STEPS, "warmup_epochs", 0.5),
        (ADAMW, "momentum", 0.9),
        (ADAM, "momentum", 0.9),
        (ADAM, "weight_decay", 0.01),
        (ADAMW, "warmup_epochs", 0.5),
        (CONSTANT, "drop_factor", 0.5),
        (CONSTANT, "learning_rate", 1.1e6),
        (COSINE, "weight_decay", 0.01),
        (COSINE, "drop_every_epochs", 2),
        (COSINE, "drop_factor", 0.5),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_name(training: Training, field: str, value: Any) -> None:
    pattern = rf"^Expected training\.{field} to be .* Received: {re.escape(repr(value))}\.$"
    with pytest.raises(errors.UsageError, match=pattern):
        dataclasses.replace(training, **{field: value})


@pytest.mark.parametrize(
    ("training", "field", "value"),
    [
        (CONSTANT, "drop_every_epochs", 0),
        (STEPS, "learning_rate", 1e6),
        (STEPS, "momentum", 0.0),
        (STEPS, "drop_factor", 1.0),
        (STEPS, "label_smoothing", 0.0),
        (STEPS, "label_smoothing", 0.999),
        (STEPS, "ema", 0.0),
        (STEPS, "ema", 0.9999),
        (STEPS, "checkpoint_seconds", 0.0),
        (STEPS, "shuffle_images", 0),
        (STEPS, "shuffle_images", 256),
        (ADAMW, "weight_decay", 0.0),
        (ADAMW, "weight_decay", 1.0),
        (COSINE, "warmup_epochs", 0.0),
        (COSINE, "warmup_epochs", 2.999),
    ],
)
def test_the_ends_of_a_range_belong_to_it(training: Training, field: str, value: Any) -> None:
    assert getattr(dataclasses.replace(training, **{field: value}), field) == value


def test_a_rate_that_would_vanish_before_the_last_epoch_is_refused() -> None:
    with pytest.raises(
        errors.UsageError, match="the last epoch's learning rate to be at least 1e-30. Received: .*e-3[67]"
    ):
        Training(epochs=7, batch_size=8, learning_rate=1.0, drop_every_epochs=1, drop_factor=1e-6)
    with pytest.raises(errors.UsageError, match="the last epoch's learning rate to be at least 1e-30. Received: 1e-31"):
        dataclasses.replace(CONSTANT, learning_rate=1e-31)


def test_who_asks_for_a_constant_rate_by_name_is_told_how_it_is_written() -> None:
    with pytest.raises(errors.UsageError, match="steps with drop_every_epochs 0 for a constant rate. Received: 'none'"):
        dataclasses.replace(CONSTANT, decay="none")


def test_values_that_change_together_are_named_together() -> None:
    with pytest.raises(errors.UsageError) as caught:
        dataclasses.replace(STEPS, optimizer="adam", decay="cosine")
    assert caught.value.messages == (
        "Expected training.momentum to be 0 for adam. Received: 0.9.",
        "Expected training.drop_every_epochs to be 0 for cosine. Received: 2.",
        "Expected training.drop_factor to be 1 for cosine. Received: 0.5.",
    )


def test_a_recipe_is_made_modern_with_settings_alone() -> None:
    values = ["optimizer=adamw", "momentum=0.0", "decay=cosine", "drop_every_epochs=0", "drop_factor=1.0", "ema=0.9"]
    training = read_recipe("cnn", [f"training.{value}" for value in values]).training
    assert (training.optimizer, training.decay, training.ema) == ("adamw", "cosine", 0.9)
    with pytest.raises(errors.UsageError, match="Expected training.momentum to be 0 for adamw. Received: 0.9."):
        read_recipe("cnn", ["training.optimizer=adamw"])
