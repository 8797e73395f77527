"""A recipe that somebody writes: the least that one must say, and what is said of one that is not whole."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

import errors
from recipes.reading import FOLDER, from_values, read_recipe, to_toml

DOCUMENT = FOLDER.parent / "docs" / "training.md"


def test_all_that_a_recipe_lacks_is_named_at_once_and_so_is_what_no_recipe_has(tmp_path: Path) -> None:
    path = tmp_path / "short.toml"
    path.write_text('[image]\n[model]\nfamily = "cnn"\nclasses = 5\n[training]\nepoch = 2\n', encoding="utf-8")
    with pytest.raises(errors.UsageError) as caught:
        read_recipe(str(path))
    unknown, missing = caught.value.messages
    assert unknown.endswith(" Received: training.epoch.")
    assert missing == (
        "Expected the recipe to set image.size_pixels, augmentation.flip_probability, augmentation.rotation_degrees, "
        "model.dense_units, model.dropout_fraction, training.epochs, training.batch_size, training.learning_rate. "
        "Received: no value."
    )


def test_values_that_do_not_fit_are_told_at_once_whatever_tables_they_are_in() -> None:
    with pytest.raises(errors.UsageError) as caught:
        read_recipe("cnn", ["image.size_pixels=1", "training.optimizer=adam", "training.decay=cosine", "seed=luck"])
    assert caught.value.messages == (
        "Expected seed to be a whole number. Received: 'luck'.",
        "Expected image.size_pixels to be 16 to 1024. Received: 1.",
        "Expected training.momentum to be 0 for adam. Received: 0.9.",
        "Expected training.drop_every_epochs to be 0 for cosine. Received: 7.",
        "Expected training.drop_factor to be 1 for cosine. Received: 0.5.",
    )


def test_a_recipe_that_claims_nothing_is_read_and_written_back_as_it_was() -> None:
    silent = dataclasses.replace(read_recipe("cnn"), expected=None)
    assert "expected" not in to_toml(silent)
    assert from_values(tomllib.loads(to_toml(silent))) == from_values(dataclasses.asdict(silent)) == silent
    half = {**tomllib.loads(to_toml(silent)), "expected": {"data": "sample", "tolerance": 0.1, "minutes": 1}}
    with pytest.raises(errors.UsageError, match=r"set expected\.validation_accuracy, expected\.hardware\. Received"):
        from_values(half)


def test_the_short_recipe_of_the_documents_trains_at_a_constant_rate_and_has_no_line_too_many(tmp_path: Path) -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (text,) = (block for block in blocks if "[image]" in block)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    recipe = read_recipe(str(path))
    assert (recipe.name, recipe.seed, recipe.expected) == ("mine", 0, None)
    assert (recipe.training.decay, recipe.training.drop_every_epochs) == ("steps", 0)
    lines = [line for line in text.splitlines() if "=" in line]
    for line in lines:
        path.write_text(text.replace(f"{line}\n", ""), encoding="utf-8")
        with pytest.raises(errors.UsageError):
            read_recipe(str(path))
    assert len(lines) == 11
