"""A run that is told to stop leaves nothing half-written, says so in one line, and exits with the signal's code."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TIME_LIMIT_SECONDS = 120


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_drawing_that_is_stopped_leaves_no_folder(number: signal.Signals, code: int, tmp_path: Path) -> None:
    words = ["sample", str(tmp_path / "drawn"), "--images", "100000"]  # minutes of work
    child = subprocess.Popen([sys.executable, "run.py", *words], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + TIME_LIMIT_SECONDS
    while not list(tmp_path.rglob("*.png")) and time.monotonic() < end:
        time.sleep(0.05)
    assert list(tmp_path.rglob("*.png")), "it has begun to draw"
    child.send_signal(number)
    _, error = child.communicate(timeout=TIME_LIMIT_SECONDS)
    assert child.returncode == code
    assert error.splitlines()[-1] == f"error: stopped by {number.name}"
    assert list(tmp_path.iterdir()) == []
