from pathlib import Path

import pytest

from commands.steps import data
from commands.steps.data import find_data, locate_data


@pytest.fixture
def kaggle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and a place where Kaggle would mount the competition."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(data, "KAGGLE_FOLDER", tmp_path / "kaggle")
    monkeypatch.setattr(data, "SAMPLE_IMAGES", 50)
    return tmp_path / "kaggle"


def test_the_option_wins_over_every_folder(kaggle: Path) -> None:
    kaggle.mkdir()
    Path("data").mkdir()
    assert find_data(Path("elsewhere")) == Path("elsewhere")


def test_a_data_folder_wins_over_kaggle(kaggle: Path) -> None:
    kaggle.mkdir()
    Path("data").mkdir()
    assert find_data(None) == Path("data")


def test_on_kaggle_the_mounted_competition_is_found(kaggle: Path) -> None:
    kaggle.mkdir()
    assert find_data(None) == kaggle


def test_with_no_data_sample_data_is_drawn_once_and_a_line_says_how_to_use_real_data(
    kaggle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert locate_data(None) is None
    folder = find_data(None)
    assert len(list(folder.glob("*/*.png"))) == 50
    drawn = (folder / "train.csv").stat().st_mtime_ns
    assert find_data(None) == folder
    assert (folder / "train.csv").stat().st_mtime_ns == drawn
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and "drawn sample data" in lines[0] and "--data" in lines[0]
