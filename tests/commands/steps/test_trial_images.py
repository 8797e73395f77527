"""What exported files are tried on, with and without the data that the run was made with."""

import dataclasses
import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.steps.exports import trial_images
from commands.steps.exports.trial_images import DRAWN, VALIDATION, find_trial_images
from data_io.images import decode_content, resize
from data_io.sample import draw_image
from recipes.reading import read_recipe
from recipes.recipe import Recipe
from tests.commands.conftest import RECIPE


@pytest.fixture(autouse=True)
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_images, "DRAWN_IMAGES", 3)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def recipe() -> Recipe:
    read = read_recipe(str(RECIPE))
    return dataclasses.replace(read, image=dataclasses.replace(read.image, size_pixels=16))


def begun_on(data: object, tmp_path: Path) -> Namespace:
    (tmp_path / "run").mkdir()
    facts = {"files": {}, "options": {"data": data and str(data)}, "data_digests": {"validation": "a" * 64}}
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")
    return Namespace(run=tmp_path / "run", data=None, cache=tmp_path / "cache", allow_format=[], strict=False)


def test_a_file_is_tried_on_the_validation_images_of_its_run(
    tmp_path: Path, draw_data_folder: Callable[..., Path], recipe: Recipe
) -> None:
    trial = find_trial_images(begun_on(draw_data_folder(tmp_path / "named"), tmp_path), recipe)
    assert (trial.kind, trial.images.shape) == (VALIDATION, (6, 16, 16, 3))
    assert trial.labels is not None and trial.labels.tolist() == [0, 1, 2, 3, 4, 0]


def test_where_the_data_of_a_run_is_gone_images_are_drawn_for_any_number_of_classes_and_others_are_left_alone(
    tmp_path: Path, draw_data_folder: Callable[..., Path], recipe: Recipe, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_data_folder(tmp_path / "data")  # of something else, perhaps
    three = dataclasses.replace(recipe, model=dataclasses.replace(recipe.model, classes=3))
    args = begun_on(tmp_path / "gone", tmp_path)
    trial = find_trial_images(args, three)
    assert (trial.kind, trial.labels, trial.digest) == (DRAWN, None, None)
    for number in range(3):
        _, content = draw_image(0, number)
        assert (trial.images[number] == resize(decode_content(content).image, 16)).all()
    assert capsys.readouterr().out.splitlines() == [
        f"notice: {tmp_path / 'gone'}, which {args.run} was made with, is not there",
        "data: 3 drawn images, for agreement alone; accuracy takes --data DIR",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "run"]


def test_for_a_run_that_names_no_folder_the_data_beside_it_is_taken_or_images_are_drawn(
    tmp_path: Path, draw_data_folder: Callable[..., Path], recipe: Recipe
) -> None:
    args = begun_on(None, tmp_path)
    assert find_trial_images(args, recipe).kind == DRAWN
    draw_data_folder(tmp_path / "data")
    assert find_trial_images(args, recipe).kind == VALIDATION
