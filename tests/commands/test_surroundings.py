"""Rows F17 and F18: nothing around a run changes its numbers, and it needs nothing but its data."""

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import run
from tests.commands.conftest import RECIPE, TinyRun
from tests.commands.interrupting import assert_same

ROOT = Path(run.__file__).resolve().parent
TIME_LIMIT_SECONDS = 300

# No network; files for oneself alone; a clock that jumps back a year at every look.
PROGRAM = """
import os, socket, sys, time
def refuse(*_, **__):
    raise AssertionError("the network was asked for")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
os.umask(0o077)
looks, real = 0, time.time
def jumping():
    global looks
    looks += 1
    return real() - 31536000 * (looks % 9)
time.time = jumping
import run
code = run.main(sys.argv[1:])
assert looks
sys.exit(code)
"""


def test_f17_f18_a_run_in_strange_surroundings_has_the_same_numbers(
    tiny_run: TinyRun, backend: str, tmp_path: Path
) -> None:
    place = tmp_path / "größe und 空間 'a'"
    data = place / "my data"
    shutil.copytree(tiny_run.data, data, ignore=shutil.ignore_patterns(".cache"))
    words = ["train", str(RECIPE), "--data", str(data), "--backend", backend, "--out", str(place / "all runs")]
    environment = {  # no HOME, no LANG; and no PATH, so no git either
        "LC_ALL": "C",
        "NO_COLOR": "1",
        "PYTHONHASHSEED": "12345",
        "CUDA_VISIBLE_DEVICES": "-1",
        "JAX_PLATFORMS": "cpu",
    }
    child = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" "$@" >&-', sys.executable, "-c", PROGRAM, *words],  # stdout is closed
        cwd=ROOT,
        env=environment,
        capture_output=True,
        timeout=TIME_LIMIT_SECONDS,
    )
    assert child.returncode == 0, child.stderr.decode(errors="replace")
    assert child.stdout == b"" and b"\x1b" not in child.stderr and b"Traceback" not in child.stderr
    (folder,) = (place / "all runs").iterdir()
    assert_same(folder, tiny_run.folder)
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
