"""One process at a time in a run folder, and a lock that ends with its process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import errors
from data_io.locking import LOCK, OWNER, locked

ROOT = Path(__file__).resolve().parent.parent.parent
HOLD = """
import sys
from pathlib import Path
from data_io.locking import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
TRY = """
import sys
from pathlib import Path
import errors
from data_io.locking import locked
try:
    with locked(Path(sys.argv[1])):
        print("free")
except errors.ProgramError as error:
    print(error.exit_code, *error.messages)
"""


def child(program: str, folder: Path) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", program, str(folder)], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def test_f5_a_second_holder_is_told_the_pid_of_the_first(tmp_path: Path) -> None:
    words = rf"Expected {tmp_path} to be free. Received: locked by pid {os.getpid()}\. Wait for that run, or stop it\."
    with locked(tmp_path):
        with pytest.raises(errors.EnvironmentFault, match=words) as caught, locked(tmp_path):
            pass
        other = child(TRY, tmp_path)
        assert other.communicate(timeout=60)[0] == f"4 {caught.value.messages[0]}\n"
        assert (tmp_path / OWNER).read_text() == str(os.getpid())  # the one that was refused took nothing away
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path):
        pass


def test_f5_the_lock_of_a_killed_process_is_recovered(tmp_path: Path) -> None:
    other = child(HOLD, tmp_path)
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    with pytest.raises(errors.EnvironmentFault, match=f"locked by pid {other.pid}"), locked(tmp_path):
        pass
    other.send_signal(signal.SIGKILL)
    other.communicate(timeout=60)
    assert (tmp_path / OWNER).read_text() == str(other.pid)  # it could not clean up
    with locked(tmp_path):
        assert (tmp_path / OWNER).read_text() == str(os.getpid())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("owner", ["1", "", "somebody", None])
def test_f5_files_that_were_left_behind_lock_nothing(tmp_path: Path, owner: str | None) -> None:
    (tmp_path / LOCK).write_text("")
    if owner is not None:
        (tmp_path / OWNER).write_text(owner)
    with locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_lock_ends_with_its_block_however_that_ends(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), locked(tmp_path):
        raise KeyboardInterrupt
    with locked(tmp_path):
        pass


def test_a_folder_that_goes_away_in_the_block_is_no_error(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with locked(folder):
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def test_f6_a_folder_that_cannot_be_locked_is_an_environment_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.EnvironmentFault, match=r"Expected to write .*\.lock"), locked(tmp_path / "file"):
        pass


def test_f4_a_full_disk_is_an_environment_fault_that_holds_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", refuse)
        with pytest.raises(errors.EnvironmentFault, match="No space left"), locked(tmp_path):
            pass
    with locked(tmp_path):
        pass
