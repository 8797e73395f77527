"""`run.py report` on folders that look like runs; it needs no Keras."""

from collections.abc import Callable
from pathlib import Path

import pytest

import run
from tests.conftest import DrawDataFolder
from tests.report.fake_runs import make_run

Report = Callable[..., int]
GIVEN = (0, 1, 2, 3, 4, 0, 1, 2, 3, 0)  # to ten images of the labels 0 to 4, twice: the last is a mistake


@pytest.fixture
def data(tmp_path: Path, draw_data_folder: DrawDataFolder) -> Path:
    return draw_data_folder(tmp_path / "data", images_per_split=10, size_pixels=32)


@pytest.fixture
def finished(tmp_path: Path, data: Path) -> Path:
    return make_run(tmp_path / "runs" / "quick-torch-seed0", data, GIVEN)


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.chdir(tmp_path)

    def command(*words: object) -> int:
        return run.main(["report", *map(str, words), "--no-explain"])

    return command
