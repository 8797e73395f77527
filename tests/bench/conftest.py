"""`bench` on drawn images, with a stand-in for its processes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import backends
import run
from commands import bench as verb
from commands.steps.measurement import outcome, stand
from data_io.sample import draw_sample
from tests.bench.contestants import Contestants, Watch

RECIPE = Path(__file__).resolve().parent.parent / "tiny.toml"
Bench = Callable[..., int]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "data"
    draw_sample(folder, 100, 0, lambda count: None)
    return folder


@pytest.fixture
def contestants(monkeypatch: pytest.MonkeyPatch) -> Contestants:
    fake = Contestants()
    monkeypatch.setattr(stand, "run_child", fake)
    monkeypatch.setattr(stand, "Stopwatch", Watch(fake))
    monkeypatch.setattr(backends, "is_installed", lambda name: True)
    return fake


@pytest.fixture
def bench(data: Path, tmp_path: Path, contestants: Contestants, monkeypatch: pytest.MonkeyPatch) -> Bench:
    def command(*options: str, with_picture: bool = False, with_recipe: bool = True) -> int:
        if not with_picture:  # half a second each
            monkeypatch.setattr(outcome, "draw_ratios", lambda content: None)
        monkeypatch.setattr(verb, "usable_cores", lambda: 2)
        monkeypatch.setattr(verb, "find_sample", lambda: data)
        words = ["--data", str(data), "--out", str(tmp_path / "runs")]
        words += ["--recipe", str(RECIPE)] if with_recipe else []
        return run.main(["bench", *options, *words])

    return command


def content_of(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def rows_of(path: Path, section: str, table: int = 0) -> dict[str, dict[str, Any]]:
    rows = content_of(path)["sections"][section]["tables"][table]["rows"]
    return {row["contestant"]: row for row in rows}
