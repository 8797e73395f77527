"""A drawn data folder of 32 x 32 images whose third line can be made odd, and training on it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data_io.attempts import Train, attempt_training


@pytest.fixture
def root(tmp_path: Path, draw_data_folder: Callable[..., Path]) -> Path:
    return draw_data_folder(tmp_path / "data", size_pixels=32)


@pytest.fixture
def odd(root: Path) -> Path:
    """The image in line 3 of train.csv, with the label 1."""
    path = root / "train" / "train_1.png"
    path.unlink()
    return path


@pytest.fixture
def train(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Train:
    return lambda *options: attempt_training(root, monkeypatch, capsys, *options)
