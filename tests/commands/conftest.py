"""One tiny run, trained once per backend, that the tests of the commands look at."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import run
from data_io.sample import draw_sample

RECIPE = Path(__file__).resolve().parent.parent / "tiny.toml"


@dataclass(frozen=True)
class TinyRun:
    folder: Path
    data: Path


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "data"
    draw_sample(folder, 100, 0, lambda count: None)
    return folder


@pytest.fixture(scope="session")
def backend() -> str:
    import keras

    return str(keras.backend.backend())


@pytest.fixture(scope="session")
def train(tiny_data: Path, backend: str) -> Callable[..., int]:
    def command(*options: str) -> int:
        words = ["train", str(RECIPE), "--data", str(tiny_data), "--backend", backend, *options]
        return run.main(words)

    return command


@pytest.fixture(scope="session")
def tiny_run(
    tmp_path_factory: pytest.TempPathFactory, tiny_data: Path, train: Callable[..., int], backend: str
) -> TinyRun:
    out = tmp_path_factory.mktemp("runs")
    assert train("--out", str(out)) == 0
    return TinyRun(out / f"tiny-{backend}-seed3", tiny_data)
