"""Recipes from files and from `--set`, and back."""

import dataclasses
import tomllib
import types
import typing
from pathlib import Path
from typing import Any

import pytest

import errors
from recipes.augmentation import Augmentation
from recipes.reading import FOLDER, from_values, read_recipe, recipe_names, to_toml
from recipes.recipe import Data, Recipe

NAMES = recipe_names()
SHARED_TRAINING = {
    "batch_size": 64,
    "learning_rate": 0.01,
    "momentum": 0.9,
    "drop_factor": 0.5,
    "optimizer": "sgd",
    "decay": "steps",
    "warmup_epochs": 0.0,
    "weight_decay": 0.0,
    "label_smoothing": 0.0,
    "ema": 0.0,
    "checkpoint_seconds": 60.0,
    "precision": "float32",
    "shuffle_images": 0,
    "statistics_images": 0,
}


def fields_of(kind: Any, prefix: str = "", with_defaults: bool = True) -> set[str]:
    names: set[str] = set()
    for field in dataclasses.fields(kind):
        name = f"{prefix}{field.name}"
        table = typing.get_args(field.type)[0] if isinstance(field.type, types.UnionType) else field.type
        if dataclasses.is_dataclass(table):
            names |= fields_of(table, f"{name}.", with_defaults)
        elif with_defaults or field.default is dataclasses.MISSING:
            names.add(name)
    return names


def keys_of(values: dict[str, Any], prefix: str = "") -> set[str]:
    names: set[str] = set()
    for key, value in values.items():
        names |= keys_of(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}"}
    return names


def test_the_recipes_are_the_toml_files_of_the_folder() -> None:
    assert {"cnn", "mlp", "quick"} <= set(NAMES)
    assert sorted(NAMES) == NAMES
    assert {f"{name}.toml" for name in NAMES} == {path.name for path in FOLDER.iterdir() if path.suffix == ".toml"}


@pytest.mark.parametrize("name", NAMES)
def test_each_recipe_is_read_and_written_back_as_it_was(name: str) -> None:
    recipe = read_recipe(name)
    assert recipe.name == name
    assert from_values(tomllib.loads(to_toml(recipe))) == recipe


@pytest.mark.parametrize("name", NAMES)
def test_each_recipe_carries_its_command_and_its_claim(name: str) -> None:
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    commands = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")]
    assert any(f"{line} ".startswith(f"python run.py train {name} ") for line in commands)
    claim = read_recipe(name).expected
    assert claim is not None
    assert 0 < claim.validation_accuracy <= 1
    assert 0 < claim.tolerance < claim.validation_accuracy  # else nothing could break the claim
    assert claim.minutes > 0
    assert claim.hardware and claim.data in ("competition", "sample")


@pytest.mark.parametrize("name", NAMES)
def test_each_recipe_sets_every_field_that_has_no_default(name: str) -> None:
    values = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    assert fields_of(Recipe, with_defaults=False) - {"name"} <= keys_of(values) <= fields_of(Recipe)
    assert "seed" in values and ("channels" in values["model"]) == (values["model"]["family"] != "mlp")


def test_the_cnn_has_the_originals_values() -> None:
    values = dataclasses.asdict(read_recipe("cnn"))
    values.pop("expected")
    assert values == {
        "name": "cnn",
        "seed": 0,
        "image": {"size_pixels": 128},
        "data": dataclasses.asdict(Data()),
        "augmentation": dataclasses.asdict(Augmentation(flip_probability=0.5, rotation_degrees=15.0)),
        "model": {
            "family": "cnn",
            "classes": 5,
            "channels": (16, 32, 64, 128),
            "blocks": (),
            "dense_units": (256,),
            "dropout_fraction": 0.3,
            "input": "rgb",
            "normalization": "batch",
            "activation": "",
            "transform": "",
        },
        "training": {"epochs": 60, "drop_every_epochs": 7, **SHARED_TRAINING},
    }


def test_the_mlp_has_the_originals_values() -> None:
    values = dataclasses.asdict(read_recipe("mlp"))
    values.pop("expected")
    assert values == {
        "name": "mlp",
        "seed": 0,
        "image": {"size_pixels": 128},
        "data": dataclasses.asdict(Data()),
        "augmentation": dataclasses.asdict(Augmentation(flip_probability=0.5, rotation_degrees=15.0)),
        "model": {
            "family": "mlp",
            "classes": 5,
            "channels": (),
            "blocks": (),
            "dense_units": (1024, 512, 256),
            "dropout_fraction": 0.3,
            "input": "rgb",
            "normalization": "none",
            "activation": "leaky_relu",
            "transform": "none",
        },
        "training": {"epochs": 15, "drop_every_epochs": 5, **SHARED_TRAINING},
    }


def test_values_of_each_type_can_be_set() -> None:
    settings = [
        "training.epochs=2",
        "training.learning_rate=1e-3",
        "training.momentum=0",
        "model.dense_units=[64, 32]",
        'expected.hardware="a machine"',
        "name=made of text - really",
        "seed = 7",
    ]
    recipe = read_recipe("cnn", settings)
    assert recipe.training.epochs == 2
    assert recipe.training.learning_rate == 0.001
    assert recipe.training.momentum == 0.0
    assert isinstance(recipe.training.momentum, float)
    assert recipe.model.dense_units == (64, 32)
    assert recipe.expected is not None and recipe.expected.hardware == "a machine"
    assert recipe.name == "made of text - really"
    assert recipe.seed == 7
    assert recipe.training.batch_size == 64  # the rest is as it was


def test_the_last_setting_of_a_key_wins_and_the_seed_option_over_all() -> None:
    settings = ["seed=1", "training.epochs=2", "training.epochs=3"]
    assert read_recipe("cnn", settings).training.epochs == 3
    assert read_recipe("cnn", settings).seed == 1
    assert read_recipe("cnn", settings, seed=0).seed == 0


def test_a_cnn_can_be_made_an_mlp_with_settings_alone() -> None:
    recipe = read_recipe("cnn", ["model.family=mlp", "model.channels=[]"])
    assert (recipe.model.family, recipe.model.channels) == ("mlp", ())


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("training.epochs", r"Expected --set KEY=VALUE, such as .* Received: 'training\.epochs'"),
        ("training.epochs=many", r"Expected training\.epochs to be a whole number\. Received: 'many'"),
        ("training.epochs=2.0", r"Expected training\.epochs to be a whole number\. Received: 2\.0"),
        ("training.epochs=true", r"Expected training\.epochs to be a whole number\. Received: True"),
        ("training.epochs=", r"Expected training\.epochs to be a whole number\. Received: ''"),
        ("training.momentum=false", r"Expected training\.momentum to be a number\. Received: False"),
        ("training.learning_rate=nan", r"Expected training\.learning_rate to be a finite number\. Received: nan"),
        ("training.learning_rate=inf", r"Expected training\.learning_rate to be a finite number\. Received: inf"),
        (f"training.learning_rate=1{'0' * 400}", r"Expected training\.learning_rate to be a finite number"),
        ("model.dense_units=256", r"Expected model\.dense_units to be a list of numbers .* Received: 256"),
        ("model.dense_units=[256, 'x']", r"Expected model\.dense_units\[1\] to be a whole number\. Received: 'x'"),
        ("model.family=3", r"Expected model\.family to be text\. Received: 3"),
        ("training=3", r"Expected training to be a table\. Received: 3"),
        ("seed.of.luck=3", r"Expected seed in --set seed\.of\.luck=3 to be a table"),
        ("training.epochs=0", r"Expected training\.epochs to be 1 or more\. Received: 0"),
        ("name=../elsewhere", r"Expected name to be .* Received: '\.\./elsewhere'"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_with_its_key(setting: str, message: str) -> None:
    with pytest.raises(errors.UsageError, match=message):
        read_recipe("cnn", [setting])


def test_an_unknown_key_is_refused_with_the_known_ones() -> None:
    with pytest.raises(errors.UsageError) as caught:
        read_recipe("cnn", ["training.epoch=2"])
    assert caught.value.messages == (
        "Expected only keys that a recipe has: training.epochs, training.batch_size, training.learning_rate, "
        "training.momentum, training.drop_every_epochs, training.drop_factor, training.optimizer, training.decay, "
        "training.warmup_epochs, training.weight_decay, training.label_smoothing, training.ema, "
        "training.checkpoint_seconds, training.precision, training.shuffle_images, "
        "training.statistics_images. Received: training.epoch.",
    )
    with pytest.raises(errors.UsageError, match=r"a recipe has: name, image, .* Received: optimizer\."):
        read_recipe("cnn", ["optimizer.name=adam"])


def test_a_recipe_of_ones_own_is_read_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes((FOLDER / "mlp.toml").read_bytes())
    assert read_recipe(str(path)) == dataclasses.replace(read_recipe("mlp"), name="mine")


def test_the_resolved_recipe_of_a_run_keeps_the_name_it_had(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(to_toml(read_recipe("mlp", seed=9)), encoding="utf-8")
    assert read_recipe(str(path)) == read_recipe("mlp", seed=9)


@pytest.mark.parametrize("name", ["no_such_recipe", "recipe.py", "", "/", "missing.toml"])
def test_what_is_no_recipe_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(errors.UsageError, match=rf"Expected a recipe from .*cnn, .* Received: '{name}'\."):
        read_recipe(name)


@pytest.mark.parametrize("content", [b"seed = ", b"seed = 1\nseed = 2", b'name = "\xff"'])
def test_a_file_that_is_no_toml_is_refused_with_its_path(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(errors.UsageError, match=r"Expected TOML in .*broken\.toml\. Received: "):
        read_recipe(str(path))


def test_what_a_recipe_leaves_out_is_named_unless_it_has_a_default(tmp_path: Path) -> None:
    path = tmp_path / "partial.toml"
    text = (FOLDER / "cnn.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("seed = 0\n", ""), encoding="utf-8")
    assert read_recipe(str(path)).seed == 0
    path.write_text(text.replace("epochs = 60\n", "").replace("learning_rate = 0.01\n", ""), encoding="utf-8")
    with pytest.raises(errors.UsageError, match=r"set training\.epochs, training\.learning_rate\. Received: no value"):
        read_recipe(str(path))
