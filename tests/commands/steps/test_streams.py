"""A process may be started without stdin, stdout or stderr."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import os, sys
from commands.steps.streams import open_closed_streams
open_closed_streams()
before = [stream.fileno() for stream in (sys.stdin, sys.stdout, sys.stderr)]
print("to stdout")
print("to stderr", file=sys.stderr)
with open(sys.argv[1], "w") as file:
    file.write(f"{before} {file.fileno() > 2} {sys.stdin.buffer.read()!r}")
"""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_opened_on_nothing_so_that_no_file_takes_their_numbers(closed: str, tmp_path: Path) -> None:
    words = ["sh", "-c", f'exec "$0" -c "$1" "$2" {closed}', sys.executable, PROGRAM, str(tmp_path / "said")]
    child = subprocess.run(words, cwd=ROOT, input="", capture_output=True, text=True, timeout=60)
    assert (tmp_path / "said").read_text() == "[0, 1, 2] True b''"
    assert child.stdout == ("" if ">&-" in closed.replace("2>&-", "") else "to stdout\n")
    assert child.stderr == ("" if "2>&-" in closed else "to stderr\n")


def test_the_program_says_its_help_to_nobody_and_ends_well() -> None:
    words = ["sh", "-c", 'exec "$0" run.py --help <&- >&- 2>&-', sys.executable]
    assert subprocess.run(words, cwd=ROOT, timeout=60).returncode == 0


LEFT = """
import os, signal, sys
from commands.steps.stopping import deferring_signals
from commands.steps.streams import outliving_readers
with outliving_readers(), deferring_signals(None, 0) as stop:
    print("begun", flush=True)
    sys.stdin.readline()
    os.kill(os.getpid(), signal.SIGINT)
    print("not read", flush=True)
    with open(sys.argv[1], "w") as file:
        file.write(stop.reason.__name__)
    print("neither, at the end")
"""


def test_a_ctrl_c_that_ends_the_reader_too_is_still_a_request_to_stop(tmp_path: Path) -> None:
    words = [sys.executable, "-c", LEFT, str(tmp_path / "said")]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT) as child:
        assert child.stdin and child.stdout and child.stdout.readline() == b"begun\n"
        child.stdout.close()
        child.stdin.write(b"\n")
        child.stdin.close()
        assert child.wait(timeout=60) == 0
    assert (tmp_path / "said").read_text() == "KeyboardInterrupt"
