"""Event files as TensorBoard's own reader takes them, without TensorFlow."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

import errors
from data_io.event_files import TAGS, EventFile, check_installed

Series = dict[str, list[tuple[int, float]]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("tensorboard")
    # What tensorboard looks for to leave TensorFlow alone.
    monkeypatch.setitem(sys.modules, "tensorboard.compat.notf", ModuleType("notf"))
    return tmp_path / "tensorboard"


def read(folder: Path) -> Series:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def row(epoch: int, start: float) -> dict[str, float]:
    """Return a row of the history with start, start + 1, … in the columns of TAGS, all of them exact in float32."""
    return {"epoch": epoch, "seconds": 9.0, **{column: start + place for place, column in enumerate(TAGS)}}


def test_a_row_of_the_history_is_a_step_of_six_scalars(folder: Path) -> None:
    events = EventFile(folder, 1)
    events.add(row(1, 0.5))
    # Before the file is closed: a run that is killed has written its epochs.
    assert read(folder) == {
        "loss/train": [(1, 0.5)],
        "loss/validation": [(1, 1.5)],
        "accuracy/train": [(1, 2.5)],
        "accuracy/validation": [(1, 3.5)],
        "learning_rate": [(1, 4.5)],
        "images_per_second": [(1, 5.5)],
    }
    events.add(row(2, 1.5))
    events.close()
    assert read(folder)["loss/train"] == [(1, 0.5), (2, 1.5)]


def test_a_run_that_goes_on_has_every_epoch_once(folder: Path) -> None:
    for first, values in ((1, (1.0, 2.0, 3.0)), (3, (30.0, 40.0))):  # the state was kept after epoch 2 of 3
        events = EventFile(folder, first)
        for epoch, value in enumerate(values, start=first):
            events.add(row(epoch, value))
        events.close()
    assert len(list(folder.iterdir())) == 2
    assert read(folder)["loss/train"] == [(1, 1.0), (2, 2.0), (3, 30.0), (4, 40.0)]


def test_a_folder_that_cannot_be_written_is_said(folder: Path) -> None:
    folder.write_bytes(b"")
    with pytest.raises(errors.EnvironmentFault, match="Expected to write .*tensorboard"):
        EventFile(folder, 1)


def test_without_the_package_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.summary.writer", None)
    with pytest.raises(errors.EnvironmentFault) as caught:
        check_installed()
    (message,) = caught.value.messages
    assert message.startswith("Expected tensorboard to be installed for --tensorboard. Received: no such package.")
    assert "pip install -c constraints.txt -e '.[tensorboard]'" in message and "\n" not in message
