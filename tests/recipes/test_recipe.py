"""The values that a recipe may hold."""

import dataclasses
import re
from typing import Any

import pytest

import errors
from recipes.augmentation import Augmentation
from recipes.reading import read_recipe
from recipes.recipe import Data, Expected, Image, Model, Recipe
from recipes.training import Training

IMAGE = Image(size_pixels=32)
AUGMENTATION = Augmentation(flip_probability=0.5, rotation_degrees=15.0)
MODEL = Model(family="cnn", classes=5, dense_units=(8,), dropout_fraction=0.3, channels=(4, 8))
TRAINING = Training(epochs=3, batch_size=8, learning_rate=0.1, momentum=0.9, drop_every_epochs=2, drop_factor=0.5)
EXPECTED = Expected(data="sample", validation_accuracy=0.5, tolerance=0.1, minutes=1.0, hardware="any")
FOLD = Data(folds=5, fold=4)
RECIPE = Recipe("small", IMAGE, AUGMENTATION, MODEL, TRAINING, EXPECTED)


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        (IMAGE, "size_pixels", 15),
        (IMAGE, "size_pixels", 1025),
        (MODEL, "family", "svm"),
        (MODEL, "classes", 1),
        (MODEL, "dense_units", ()),
        (MODEL, "dense_units", (8, 0)),
        (MODEL, "dropout_fraction", 1.0),
        (MODEL, "dropout_fraction", -0.1),
        (MODEL, "channels", ()),
        (MODEL, "channels", (4, -1)),
        (MODEL, "input", "hue"),
        (MODEL, "normalization", "layer"),
        (MODEL, "activation", "relu"),  # only an mlp has the choice
        (TRAINING, "epochs", 0),
        (TRAINING, "batch_size", 0),
        (TRAINING, "learning_rate", 0.0),
        (TRAINING, "learning_rate", float("nan")),
        (TRAINING, "momentum", 1.0),
        (TRAINING, "momentum", -0.1),
        (TRAINING, "drop_every_epochs", -1),
        (TRAINING, "drop_factor", 0.0),
        (TRAINING, "drop_factor", 1.1),
        (FOLD, "folds", 1),
        (FOLD, "folds", 21),
        (FOLD, "fold", 5),
        (FOLD, "fold", -1),
        (FOLD, "leave_out", 0),
        (Data(), "leave_out", -2),
        (RECIPE, "seed", -1),
        (RECIPE, "seed", 2**32),
        (RECIPE, "name", ""),
        (RECIPE, "name", "../elsewhere"),
        (RECIPE, "name", ".hidden"),
        (RECIPE, "name", "a/b"),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_name_and_what_was_received(
    part: object, field: str, value: object
) -> None:
    pattern = rf"Expected (\w+\.)?{field} to be .* Received: {re.escape(repr(value))}\."
    with pytest.raises(errors.UsageError, match=pattern):
        dataclasses.replace(part, **{field: value})  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        (IMAGE, "size_pixels", 16),
        (IMAGE, "size_pixels", 1024),
        (MODEL, "classes", 2),
        (MODEL, "dropout_fraction", 0.0),
        (TRAINING, "momentum", 0.0),
        (TRAINING, "drop_factor", 1.0),
        (RECIPE, "seed", 0),
        (RECIPE, "seed", 2**32 - 1),
        (RECIPE, "name", "cnn v1.2-größe_3"),
    ],
)
def test_the_ends_of_a_range_belong_to_it(part: object, field: str, value: object) -> None:
    assert getattr(dataclasses.replace(part, **{field: value}), field) == value  # type: ignore[type-var]


def test_an_mlp_has_no_channels() -> None:
    mlp = Model(family="mlp", classes=5, dense_units=(8,), dropout_fraction=0.3)
    assert mlp.channels == ()
    with pytest.raises(errors.UsageError, match=r"Expected model.channels to be none, since an mlp"):
        dataclasses.replace(mlp, channels=(4,))


def test_a_family_has_its_own_values_and_says_them() -> None:
    mlp = Model(family="mlp", classes=5, dense_units=(8,), dropout_fraction=0.3)
    assert (MODEL.normalization, MODEL.activation) == ("batch", "")
    assert (mlp.normalization, mlp.activation, mlp.transform) == ("none", "leaky_relu", "none")
    shared = {"classes": 5, "dense_units": (8,), "dropout_fraction": 0.3, "input": "rgb"}
    assert MODEL.options == {"family": "cnn", **shared, "channels": (4, 8), "normalization": "batch"}
    assert mlp.options == {
        "family": "mlp",
        **shared,
        "activation": "leaky_relu",
        "normalization": "none",
        "transform": "none",
    }
    with pytest.raises(errors.UsageError, match=r"Expected model\.activation to be none for cnn"):
        dataclasses.replace(MODEL, activation="relu")


def test_a_residual_network_has_a_number_of_blocks_for_each_stage_and_no_dense_layers() -> None:
    values: dict[str, Any] = {"family": "residual", "classes": 5, "dropout_fraction": 0.0, "channels": (8, 16, 32)}
    assert Model(**values, blocks=(1, 0), dense_units=()).options["blocks"] == (1, 0)
    for blocks in ((), (1,), (1, 1, 1), (1, -1)):
        with pytest.raises(errors.UsageError, match=r"Expected model\.blocks"):
            Model(**values, blocks=blocks, dense_units=())
    with pytest.raises(errors.UsageError, match=r"Expected model\.dense_units to be .* none for a residual network"):
        Model(**values, blocks=(1, 0), dense_units=(8,))
    with pytest.raises(errors.UsageError, match=r"Expected model\.blocks to be none for cnn"):
        dataclasses.replace(MODEL, blocks=(1,))


def test_a_residual_network_on_statistics_too_has_dense_layers_for_them() -> None:
    values: dict[str, Any] = {"family": "residual", "classes": 5, "dropout_fraction": 0.0, "channels": (8, 16)}
    both = Model(**values, blocks=(1,), dense_units=(8,), transform="statistics")
    assert both.options["transform"] == "statistics" and both.options["dense_units"] == (8,)
    for units in ((), (8, 0)):
        with pytest.raises(errors.UsageError, match=r"Expected model\.dense_units to be positive numbers for stat"):
            Model(**values, blocks=(1,), dense_units=units, transform="statistics")
    with pytest.raises(errors.UsageError, match=r"Expected model\.input to be rgb for statistics"):
        dataclasses.replace(both, input="grey")


def test_what_another_family_needs_is_named_together() -> None:
    with pytest.raises(errors.UsageError) as caught:
        dataclasses.replace(MODEL, family="residual", normalization="")
    assert caught.value.messages == (
        "Expected model.dense_units to be positive numbers for statistics, else none for a residual network. "
        "Received: (8,).",
        "Expected model.blocks to be numbers of 0 or more, one less than model.channels has. Received: ().",
    )


def test_a_recipe_cannot_be_changed_after_it_was_checked() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RECIPE.training.epochs = 0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("model.channels=[4, 4, 4, 4, 4, 4, 4, 4]", "Expected image.size_pixels to be at least 256 for 8 entries"),
        ("training.drop_factor=1e-9", "Expected the last epoch's learning rate to be at least 1e-30"),
        ("training.learning_rate=1e39", "Expected training.learning_rate to be more than 0, at most 1e6"),
        ("expected.validation_accuracy=7", "Expected expected.validation_accuracy to be 0 to 1"),
        ("expected.tolerance=-1", "Expected expected.tolerance to be 0 to 1"),
        ("expected.data=dreams", "Expected expected.data to be one of competition, sample"),
    ],
)
def test_what_could_only_fail_later_is_refused_at_once(setting: str, message: str) -> None:
    with pytest.raises(errors.UsageError, match=message):
        read_recipe("cnn", [setting])


def test_a_class_can_be_left_out_if_there_is_one_and_two_stay() -> None:
    without = dataclasses.replace(RECIPE, data=Data(leave_out=4))
    assert (without.labels, RECIPE.labels) == ((0, 1, 2, 3), (0, 1, 2, 3, 4))
    with pytest.raises(
        errors.UsageError, match="Expected data.leave_out to be a label from 0 to 4, or -1. Received: 5."
    ):
        dataclasses.replace(RECIPE, data=Data(leave_out=5))
    two = dataclasses.replace(MODEL, classes=2)
    with pytest.raises(errors.UsageError, match="Expected data.leave_out to be -1 for 2 classes. Received: 1."):
        dataclasses.replace(RECIPE, model=two, data=Data(leave_out=1))
