"""`compare` on drawn images, with a stand-in for its processes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import backends
import run
from commands.steps.comparison import contest
from data_io.sample import draw_sample
from tests.compare.contestants import Contestants

RECIPE = Path(__file__).resolve().parent.parent / "tiny.toml"
Compare = Callable[..., int]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "data"
    draw_sample(folder, 100, 0, lambda count: None)
    return folder


@pytest.fixture
def contestants(monkeypatch: pytest.MonkeyPatch) -> Contestants:
    fake = Contestants()
    monkeypatch.setattr(contest, "run_child", fake)
    monkeypatch.setattr(backends, "is_installed", lambda name: True)
    return fake


@pytest.fixture
def compare(data: Path, tmp_path: Path, contestants: Contestants, monkeypatch: pytest.MonkeyPatch) -> Compare:
    def command(*options: str, with_pictures: bool = False) -> int:
        if not with_pictures:  # a second each
            monkeypatch.setattr("commands.compare.draw", lambda *_: None)
        return run.main(["compare", str(RECIPE), "--data", str(data), "--out", str(tmp_path / "runs"), *options])

    return command


def content_of(tmp_path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((tmp_path / "runs" / "compare-tiny" / "comparison.json").read_text())
    return content


def verdicts(tmp_path: Path) -> dict[str, str]:
    return {level["name"]: level["verdict"] for level in content_of(tmp_path)["levels"]}
