"""What a thread writes is what a checkpoint is."""

from pathlib import Path
from threading import Event

import numpy as np
import pytest

import errors
from data_io import checkpoint_writing
from data_io.checkpoint_writing import CheckpointWriter
from data_io.checkpoints import BEST, FOLDER, LAST, load_checkpoint


def test_what_was_given_is_there_after_waiting_and_the_best_is_the_last_too(tmp_path: Path) -> None:
    with CheckpointWriter(tmp_path) as writer:
        writer.write({"a": np.arange(3)}, {"step": 1}, is_best=True)
        writer.wait()
        assert load_checkpoint(tmp_path / FOLDER / BEST)[1] == {"step": 1}
        writer.write({"a": np.arange(3)}, {"step": 2}, is_best=False)
    assert load_checkpoint(tmp_path / FOLDER / BEST)[1] == {"step": 1}
    assert load_checkpoint(tmp_path / FOLDER / LAST)[1] == {"step": 2}


def test_the_caller_goes_on_while_a_slow_disk_takes_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    released = Event()
    monkeypatch.setattr(checkpoint_writing, "save_checkpoint", lambda *_: released.wait(60))
    with CheckpointWriter(tmp_path) as writer:
        writer.write({}, {}, is_best=False)
        assert writer.is_writing  # and this line was reached
        released.set()
        writer.wait()
        assert not writer.is_writing


def test_arrays_come_back_to_be_filled_anew_only_when_their_write_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = Event()
    monkeypatch.setattr(checkpoint_writing, "save_checkpoint", lambda *_: released.wait(60))
    given = {"a": np.arange(3)}
    with CheckpointWriter(tmp_path) as writer:
        assert writer.take_spare() == {}
        writer.write(given, {}, is_best=False)
        assert writer.take_spare() == {}  # they are being read
        released.set()
        writer.wait()
        assert writer.take_spare() is given
        assert writer.take_spare() == {}  # whoever has them has them alone


def test_arrays_of_a_write_that_failed_come_back_too(tmp_path: Path) -> None:
    def refuse() -> None:
        raise errors.DivergedError("Expected finite weights. Received: others.")

    given = {"a": np.arange(3)}
    with CheckpointWriter(tmp_path) as writer:
        writer.write(given, {}, is_best=False, check=refuse)
        with pytest.raises(errors.DivergedError):
            writer.wait()
        assert writer.take_spare() is given


def test_a_write_that_failed_is_told_to_whoever_waits_for_it(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / LAST).mkdir()  # a folder cannot be replaced by a file
    with CheckpointWriter(tmp_path) as writer:
        writer.write({}, {}, is_best=False)
        with pytest.raises(errors.EnvironmentFault, match=LAST):
            writer.wait()
        writer.wait()  # and once only


def test_what_a_check_refuses_is_not_written_and_is_told(tmp_path: Path) -> None:
    def refuse() -> None:
        raise errors.DivergedError("Expected finite weights. Received: others.")

    with CheckpointWriter(tmp_path) as writer:
        writer.write({}, {"step": 1}, is_best=False)
        writer.write({}, {"step": 2}, is_best=True, check=refuse)
        with pytest.raises(errors.DivergedError, match="finite"):
            writer.wait()
    assert load_checkpoint(tmp_path / FOLDER / LAST)[1] == {"step": 1}
    assert not (tmp_path / FOLDER / BEST).exists()
