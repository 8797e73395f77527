"""The backend ring: the tests of `keras_models` and `commands`, once per backend, each in a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import backends

ROOT = Path(__file__).resolve().parent.parent
REQUESTED = os.environ.get("TEST_BACKENDS", ",".join(backends.BACKENDS)).split(",")
TIME_LIMIT_SECONDS = 2400  # a hang must end; 150 s on two cores with AVX-512, 900 and more on busy ones without it


@pytest.mark.parametrize("backend", REQUESTED)
def test_the_ring_passes_on(backend: str) -> None:
    assert backends.is_installed(backend), f"{backend} is requested, so it must be installed"
    child = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/keras_models", "tests/commands"],
        cwd=ROOT,
        env={**backends.HABITS, **os.environ, **backends.environment(backend, "cpu")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIME_LIMIT_SECONDS,
    )
    assert child.returncode == 0, child.stdout
    passed = re.search(r"(\d+) passed", child.stdout)
    assert passed is not None and int(passed[1]) > 30, child.stdout
    if all(map(backends.is_installed, backends.BACKENDS)):
        assert "skipped" not in child.stdout, child.stdout
