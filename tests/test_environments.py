"""The program without one of the frameworks: a child process in which importing it fails."""

import subprocess
import sys
from pathlib import Path

import pytest

import backends
from data_io.sample import draw_sample
from tests.commands.conftest import RECIPE

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(("absent", "backend"), [("tensorflow", "torch"), ("torch", "jax")])
def test_training_and_judging_work_without(absent: str, backend: str, tmp_path: Path) -> None:
    if not backends.is_installed(backend):
        pytest.skip(f"{backend} is not installed, and whether it must be is for test_ring.py to say")
    data = tmp_path / "data"
    draw_sample(data, 50, 0, lambda count: None)
    run_folder = tmp_path / "runs" / f"tiny-{backend}-seed3"
    program = f"""
from importlib.machinery import PathFinder
find = PathFinder.find_spec  # to find nothing is what an absent package does, for import and for find_spec alike

def find_others(name, path=None, target=None):
    return None if name.partition(".")[0] == {absent!r} else find(name, path, target)

PathFinder.find_spec = find_others
import run
options = ["--data", {str(data)!r}, "--backend", {backend!r}, "--device", "cpu"]
assert run.main(["train", {str(RECIPE)!r}, "--out", {str(run_folder.parent)!r}, *options]) == 0
assert run.main(["evaluate", {str(run_folder)!r}, *options]) == 0
"""
    child = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert child.returncode == 0, child.stderr
    assert (run_folder / "submission.csv").is_file()
