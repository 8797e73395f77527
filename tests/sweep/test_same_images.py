"""A finished run of a sweep is taken only if it is on what the data folder holds now."""

from pathlib import Path

import pytest

from commands.steps.sweeping.same_images import check_same_images
from data_io.cache import digest_split
from data_io.folder import read_data_folder
from tests.data_folders import draw_folder
from tests.sweep.conftest import SweepCommand
from tests.sweep.trainers import Trainers

TINY = """recipes = ["quick"]
seeds = [0, 2]
backends = ["jax"]
set.image.size_pixels = 16
"""


@pytest.fixture
def data(tmp_path: Path, trainers: Trainers) -> Path:
    root = draw_folder(tmp_path / "images")
    trainers.data_digest = digest_split(read_data_folder(root, 5).splits["train"])
    return root


def test_runs_on_the_same_images_are_finished_before(
    data: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep(TINY, "--data", str(data)) == 0
    assert sweep(TINY, "--data", str(data)) == 0
    assert len(trainers.said) == 2
    assert "seed 2: finished before" in capsys.readouterr().out


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_runs_on_labels_that_were_changed_since_are_refused(
    options: tuple[str, ...], data: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep(TINY, "--data", str(data)) == 0
    table = data / "train.csv"
    table.write_text(table.read_text().replace("train0,0", "train0,1"))
    capsys.readouterr()
    assert sweep(TINY, "--data", str(data), *options) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(said) == 2 and len(trainers.said) == 2
    assert said[0].startswith("error: Expected the run in ") and "Received: other images or labels of train" in said[0]


def test_trials_of_a_search_are_compared_too(
    data: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    space = TINY.replace("seeds = [0, 2]", "seeds = [0]") + "[search]\ntraining.batch_size = [16, 32]\n"
    assert sweep(space, "--data", str(data), "--search", "2") == 0
    assert sweep(space, "--data", str(data), "--search", "2") == 0
    table = data / "train.csv"
    table.write_text(table.read_text().replace("train0,0", "train0,1"))
    capsys.readouterr()
    assert sweep(space, "--data", str(data), "--search", "3") == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(said) == 2 and len(trainers.said) == 2
    assert "trial-0000" in said[0] and "Received: other images or labels of train" in said[0]


def test_a_folder_that_nothing_can_be_trained_on_any_more_is_said(
    data: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep(TINY, "--data", str(data)) == 0
    (data / "train.csv").unlink()
    assert sweep(TINY, "--data", str(data)) == 3
    assert "train.csv" in capsys.readouterr().err and len(trainers.said) == 2


def test_drawn_images_are_the_same_always(tmp_path: Path) -> None:
    check_same_images([], None)
