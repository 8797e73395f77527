import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

import errors
from commands.steps import data
from commands.steps.data import SAMPLE_DATA, find_data, is_sample_data, locate_data, take_over_data

COMPETITION = "deepfake-classification-unibuc"


@pytest.fixture
def kaggle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and a place where Kaggle would mount what was added to a notebook."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(data, "KAGGLE_INPUT", tmp_path / "kaggle")
    monkeypatch.setattr(data, "SAMPLE_IMAGES", 50)
    return tmp_path / "kaggle"


def test_the_option_wins_over_every_folder(kaggle: Path) -> None:
    (kaggle / COMPETITION).mkdir(parents=True)
    Path("data").mkdir()
    assert find_data(Path("elsewhere")) == Path("elsewhere")


def test_a_data_folder_wins_over_kaggle(kaggle: Path) -> None:
    (kaggle / COMPETITION).mkdir(parents=True)
    Path("data").mkdir()
    assert find_data(None) == Path("data")


@pytest.mark.parametrize("place", [COMPETITION, f"competitions/{COMPETITION}"])
def test_on_kaggle_the_mounted_competition_is_found(kaggle: Path, place: str) -> None:
    (kaggle / place).mkdir(parents=True)
    assert find_data(None) == kaggle / place


@pytest.mark.parametrize(
    ("inputs", "named"), [([], "nothing"), (["pets", "competitions/titanic"], "competitions/titanic, pets")]
)
def test_on_kaggle_without_the_competition_nothing_is_drawn(kaggle: Path, inputs: list[str], named: str) -> None:
    kaggle.mkdir()
    for name in inputs:
        (kaggle / name).mkdir(parents=True)
    with pytest.raises(errors.DataError) as caught:
        find_data(None)
    assert caught.value.messages == (
        f"Expected the competition at {kaggle / 'competitions' / COMPETITION} or {kaggle / COMPETITION}. "
        f"Received, in {kaggle}: {named}. Add it to the notebook, or name a data folder with --data DIR.",
    )
    assert list(Path().iterdir()) == []


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


def test_sample_data_that_a_run_names_is_drawn_there_again_if_it_is_gone(kaggle: Path) -> None:
    Path("data").mkdir()  # which came since
    named = kaggle / SAMPLE_DATA
    assert is_sample_data(named) and not is_sample_data(None) and not is_sample_data(Path("data"))
    assert find_data(named) == named and len(list(named.glob("*/*.png"))) == 50


def test_without_any_data_it_is_sample_data(kaggle: Path) -> None:
    assert is_sample_data(None)


def begun_on(tmp_path: Path, options: dict[str, Any] | None, **given: Any) -> Namespace:
    """The options that were given for a run that was made with `options`."""
    manifest = {"files": {}} if options is None else {"files": {}, "options": options}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return Namespace(**{"data": None, "cache": None, "allow_format": [], **given})


def taken(tmp_path: Path, options: dict[str, Any] | None, **given: Any) -> dict[str, Any]:
    args = begun_on(tmp_path, options, **given)
    assert take_over_data(args, tmp_path) is None
    return vars(args)


def test_a_run_s_own_data_is_read_as_it_was(tmp_path: Path) -> None:
    options = {"data": str(tmp_path), "cache": "/kept here", "allow_format": ["jpeg"], "device": "gpu"}
    assert taken(tmp_path, options) == {"data": tmp_path, "cache": Path("/kept here"), "allow_format": ["jpeg"]}


def test_a_data_folder_that_is_named_wins_with_all_that_goes_with_it(tmp_path: Path) -> None:
    options = {"data": str(tmp_path), "cache": "/kept here", "allow_format": ["jpeg"]}
    given = Path("elsewhere")
    assert taken(tmp_path, options, data=given) == {"data": given, "cache": None, "allow_format": []}


def test_a_run_s_data_that_is_gone_is_named_and_leaves_it_open(tmp_path: Path) -> None:
    args = begun_on(tmp_path, {"data": "/gone"})
    assert take_over_data(args, tmp_path) == "/gone" and args.data is None


@pytest.mark.parametrize("options", [None, {"data": None, "cache": None, "allow_format": []}])
def test_a_run_that_names_no_data_leaves_it_open(tmp_path: Path, options: dict[str, Any] | None) -> None:
    assert taken(tmp_path, options) == {"data": None, "cache": None, "allow_format": []}
