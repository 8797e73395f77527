"""A process may be started without stdin, stdout or stderr."""

import subprocess
import sys
from pathlib import Path

import pytest

from commands.steps.streams import one_line

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


def test_a_message_is_one_line_of_what_can_be_printed() -> None:
    assert one_line("naïve “a b”\n\tc\x07\ud800") == "naïve “a b”\\n\\tc\\x07\\ud800"
