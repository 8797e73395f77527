"""The page that `train` leaves, and the heat maps that `report` adds to it."""

import shutil
from pathlib import Path

import pytest

import run
from tests.commands.conftest import TinyRun


@pytest.fixture(scope="module")
def explained(tiny_run: TinyRun, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a copy of the tiny run, written anew with heat maps."""
    copy = shutil.copytree(tiny_run.folder, tmp_path_factory.mktemp("explained") / "copy")
    assert run.main(["report", str(copy), "--explain"]) == 0
    return (copy / "report.html").read_text(encoding="utf-8")


def test_train_writes_a_report_with_thumbnails(tiny_run: TinyRun) -> None:
    text = (tiny_run.folder / "report.html").read_text(encoding="utf-8")
    assert text.count("<article") == text.count('src="data:image/jpeg;base64,') > 0
    assert "Heat maps of what each answer rests on: python run.py report RUN --explain" in text


def test_every_thumbnail_gets_a_heat_map_and_the_network_its_plates(explained: str) -> None:
    assert explained.count('alt="heat map of image ') == explained.count("<article") > 0
    assert '<section id="fingerprints">' in explained
    assert explained.count("data:image/webp;base64,") == 2  # spectra and filters
    assert "python run.py report RUN --explain" not in explained


def test_a_run_whose_network_was_changed_has_a_page_without_heat_maps_unless_they_are_asked_for(
    tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(tiny_run.folder, tmp_path / "copy")
    (copy / "model.keras").unlink()
    assert run.main(["report", str(copy)]) == 0
    assert "Without heat maps: Expected a Keras file at" in (copy / "report.html").read_text(encoding="utf-8")
    assert run.main(["report", str(copy), "--explain"]) == 6
    assert "error: Expected a Keras file at" in capsys.readouterr().err
