"""The pictures of the analysis: small, drawn from numbers, and those that its page names."""

import re
from pathlib import Path

import pytest
from PIL import Image

import errors
from benchmarks import analysis
from benchmarks.analysis import MOST_BYTES, PICTURES, draw, encode_small, name_runs, write_pictures
from reports.figures import start_figure
from tests.analysis_content import make_content


def test_all_pictures_are_written_with_a_palette(tmp_path: Path) -> None:
    write_pictures(make_content(), tmp_path / "pictures")
    files = sorted((tmp_path / "pictures").iterdir())
    assert [path.stem for path in files] == sorted(draw(make_content()))
    for path in files:
        with Image.open(path) as picture:
            assert picture.mode == "P"


def test_runs_of_one_recipe_are_named_after_their_folders(tmp_path: Path) -> None:
    runs = [{"name": "cnn"}, {"name": "mlp"}, {"name": "cnn"}]
    named = name_runs(runs, [tmp_path / "first", tmp_path / "second", tmp_path / "third"])
    assert [run["name"] for run in named] == ["first", "mlp", "third"]


def test_more_runs_than_colours_are_refused_before_anything_is_measured(tmp_path: Path) -> None:
    words = [word for number in range(5) for word in ("--best", str(tmp_path / str(number)))]
    with pytest.raises(errors.UsageError, match="Expected at most 6 runs. Received: 7."):
        analysis.main(["--cnn", str(tmp_path), "--mlp", str(tmp_path), *words])


def test_a_picture_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "MOST_BYTES", 10)
    with pytest.raises(errors.PromiseError, match="Expected at most 10 bytes"):
        encode_small(start_figure(1, 1, "a"))


def test_the_page_shows_each_picture_that_is_there_and_they_are_small() -> None:
    page = (PICTURES.parent / "analysis.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\(analysis/([^)]*)\)", page)) == {path.name for path in PICTURES.iterdir()}
    assert all(path.stat().st_size <= MOST_BYTES for path in PICTURES.iterdir())
