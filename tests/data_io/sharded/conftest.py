"""Shards of four images, and a data folder of eleven per split."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data_io.sharded.cached import N


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_io.cache.SHARD_IMAGES", 4)


@pytest.fixture
def root(tmp_path: Path, draw_data_folder: Callable[..., Path]) -> Path:
    return draw_data_folder(tmp_path / "data", images_per_split=N)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"
