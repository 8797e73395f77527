"""What is seen of a command's memory from outside, and what is killed."""

import sys
from pathlib import Path

import pytest

from benchmarks.process_tree import list_tree, watch_command

MEBIBYTE = 1 << 20
# A process with 40 MiB that starts a worker with 80 MiB, which lives for a second.
PARENT = """
import subprocess, sys
held = bytearray(b"x") * (40 << 20)
worker = 'held = bytearray(b"y") * (80 << 20); import time; time.sleep(1.0)'
sys.exit(subprocess.run([sys.executable, "-c", worker, "i-am-a-worker"]).returncode {then})
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc, which Linux has")


def test_the_memory_of_a_command_of_its_worker_and_of_both_is_seen() -> None:
    peaks = watch_command([sys.executable, "-c", PARENT.format(then="")], Path.cwd(), "i-am-a-worker")
    assert 40 * MEBIBYTE < peaks.own_bytes < 70 * MEBIBYTE
    assert 80 * MEBIBYTE < peaks.worker_bytes < 110 * MEBIBYTE
    assert peaks.tree_bytes > 120 * MEBIBYTE
    assert peaks.killed == []


def test_one_worker_is_killed_when_it_may_be() -> None:
    words = [sys.executable, "-c", PARENT.format(then="!= -9")]
    peaks = watch_command(words, Path.cwd(), "i-am-a-worker", may_kill=lambda: True)
    assert len(peaks.killed) == 1
    with pytest.raises(RuntimeError, match="ended with 7: why"):
        watch_command([sys.executable, "-c", "print('why'); raise SystemExit(7)"], Path.cwd(), "none")


def test_a_process_that_has_ended_has_no_tree() -> None:
    assert list_tree(2**22 + 1) == []
