"""The processes of a sweep, with a little program in place of run.py."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from commands.steps.stopping import Terminated
from commands.steps.sweeping import trainer
from commands.steps.sweeping.trainer import describe_end, train_here

PROGRAM = """
import os, signal, sys, time
words = sys.argv[1:]
print("words:", *words, flush=True)
if words == ["fail"]:
    sys.exit(5)
asked = []
def ask(number, _):
    print("asked", number, flush=True)
    asked.append(number)
    if len(asked) == int(words[1]):
        os._exit(128 + number)
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, ask)
open(words[0], "w").close()
time.sleep(60)
while True:
    time.sleep(60)
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    monkeypatch.setattr(trainer, "PROGRAM", path)
    return path


def send_when_there(ready: Path, log: Path, number: int, times: int) -> threading.Thread:
    def send() -> None:
        while not ready.exists():
            time.sleep(0.01)
        for sent in range(times):
            while log.read_text().count("asked") < sent:
                time.sleep(0.01)
            os.kill(os.getpid(), number)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def test_the_exit_code_is_returned_and_the_output_added_to_the_log(program: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("before\n")
    assert train_here(["fail"], log) == 5
    assert log.read_text() == "before\nwords: fail\n"
    assert describe_end(5, log) == "exit code 5: words: fail"


@pytest.mark.parametrize(("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)])
@pytest.mark.parametrize("times", [1, 2])
def test_signals_are_passed_on_one_by_one_and_raised_once_the_process_has_ended(
    program: Path, tmp_path: Path, number: int, raised: type[BaseException], times: int
) -> None:
    ready, log = tmp_path / "ready", tmp_path / "log.txt"
    before = signal.getsignal(number)
    thread = send_when_there(ready, log, number, times)
    with pytest.raises(KeyboardInterrupt) as caught:
        train_here([str(ready), str(times)], log)
    thread.join()
    assert caught.type is raised
    assert log.read_text().count(f"asked {int(number)}") == times
    assert signal.getsignal(number) is before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "signal 9"),
        ("one\n\n two \n", "signal 9: two"),
        ("error: old\nx\nerror: a\nerror: b\ny\n", "signal 9: a b"),
        ("error: old\nTraceback\n  line\nValueError: x\n", "signal 9: ValueError: x"),
    ],
)
def test_why_it_failed_is_its_last_errors_or_its_last_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "log.txt").write_text(text)
    assert describe_end(-9, tmp_path / "log.txt") == said
