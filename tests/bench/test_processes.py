"""`bench` with real processes: the original's network, and one backend."""

from pathlib import Path

import pytest

import backends
import run
from tests.bench.conftest import RECIPE, rows_of


def test_a_backend_is_really_measured_against_pytorch(data: Path, tmp_path: Path) -> None:
    names = [name for name in ("jax", "tensorflow", "torch") if backends.is_installed(name)]
    if not backends.is_installed("torch"):
        pytest.skip("plain PyTorch needs torch")
    path = tmp_path / "bench.json"
    words = ["training", "--quick", "--recipe", str(RECIPE), "--backends", names[0], "--threads", "1"]
    places = ["--data", str(data), "--out", str(tmp_path / "runs"), "--json", str(path)]
    assert run.main(["bench", *words, *places]) == 0
    rows = rows_of(path, "training")
    assert [row["status"] for row in rows.values()] == ["done", "done"]
    for row in rows.values():
        (repeat,) = row["variants"][0]["repeats"]
        assert repeat["images"] == 8 * 16 and repeat["device"] == "cpu"
        assert 0 < repeat["seconds"] < repeat["process"]["seconds"]
        assert repeat["cpu_seconds"] > 0


def test_the_loader_is_really_measured_against_the_originals_way(data: Path, tmp_path: Path) -> None:
    if not backends.is_installed("torch"):
        pytest.skip("the original's way needs torch")
    path = tmp_path / "bench.json"
    places = ["--data", str(data), "--out", str(tmp_path / "runs"), "--json", str(path)]
    assert run.main(["bench", "loader", "--quick", "--recipe", str(RECIPE), *places]) == 0
    for table in (0, 1):
        for row in rows_of(path, "loader", table).values():
            assert row["status"] == "done" and row["variants"][0]["repeats"][0]["images"] == 300
