"""`run.py predict` with a tiny ONNX file, whose logits are the means of red and green; it needs no Keras."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import run
from tests.onnx_files import tiny_contract, write_onnx


@dataclass(frozen=True)
class Said:
    exit_code: int
    out: str
    err: list[str]

    @property
    def rows(self) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.out)))


Predict = Callable[..., Said]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_onnx(tmp_path_factory.mktemp("model") / "model.onnx", contract=tiny_contract(source_pixels=(20, 20)))


@pytest.fixture
def predict(model: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Predict:
    def command(*words: object) -> Said:
        exit_code = run.main(["predict", str(model), *map(str, words)])
        said = capfdbinary.readouterr()
        return Said(exit_code, said.out.decode(), said.err.decode().splitlines())

    return command


@pytest.fixture
def whole(predict: Predict, many: Path, tmp_path: Path) -> bytes:
    """The CSV that one process makes of the images `many` of the module that asks."""
    assert predict(many, "--on-bad", "mark", "--out", tmp_path / "whole.csv").exit_code == 0
    return (tmp_path / "whole.csv").read_bytes()


def paint(path: Path, red: int, green: int, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (20, 20), (red, green, 9)).save(path, **options)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three images: b answers 0, a/c and d answer 1."""
    for name, red, green in (("b.png", 2, 1), ("d.png", 1, 2), ("a/c.png", 5, 6)):
        paint(tmp_path / "images" / name, red, green)
    return tmp_path / "images"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample.csv"
    path.write_text("image_id,label\nd,0\nb,0\n")
    return path
