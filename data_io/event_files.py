"""Scalars per epoch as TensorBoard reads them, by the package tensorboard alone, without TensorFlow."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import errors
from data_io.files import unwritable

# Columns of the history and their tags: TensorBoard puts in one group what is the same before the slash.
TAGS = {
    "train_loss": "loss/train",
    "validation_loss": "loss/validation",
    "train_accuracy": "accuracy/train",
    "validation_accuracy": "accuracy/validation",
    "learning_rate": "learning_rate",
    "images_per_second": "images_per_second",
}
FILE_VERSION = "brain.Event:2"  # the one since which TensorBoard takes a START for an order to forget later steps


def check_installed() -> None:
    """Raise EnvironmentFault unless event files can be written."""
    try:
        from tensorboard.summary.writer import record_writer  # noqa: F401
    except ImportError as error:
        raise errors.EnvironmentFault(
            "Expected tensorboard to be installed for --tensorboard. Received: no such package. "
            "Run: pip install -c constraints.txt -e '.[tensorboard]'"
        ) from error


class EventFile:
    """A new event file in a folder, after those that are there; its steps are epochs, from 1.

    A reader of the folder forgets what earlier files say of `first_epoch` and later ones: a run that goes on where it
    was kept trains those epochs again. tensorboard's own EventFileWriter imports TensorFlow wherever it is installed,
    which takes seconds and, on a GPU, memory of it.

    Raises EnvironmentFault for what the operating system refuses.
    """

    def __init__(self, folder: Path, first_epoch: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog
        from tensorboard.summary.writer.record_writer import RecordWriter

        # Readers take the files by name: seconds first, as TensorBoard's own, then what keeps two in a second apart.
        self.path = folder / f"events.out.tfevents.{time.time_ns() / 1e9:020.9f}"
        self._Event = Event
        try:
            folder.mkdir(exist_ok=True)
            self._writer = RecordWriter(self.path.open("xb"))
        except OSError as error:
            raise unwritable(self.path, error) from error
        self._write(Event(wall_time=time.time(), file_version=FILE_VERSION))
        start = SessionLog(status=SessionLog.START)
        self._write(Event(wall_time=time.time(), step=first_epoch, session_log=start))

    def add(self, row: Mapping[str, float]) -> None:
        """Write a row of the history, which has `epoch` and the columns of TAGS."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        scalars = [Summary.Value(tag=tag, simple_value=row[column]) for column, tag in TAGS.items()]
        self._write(self._Event(wall_time=time.time(), step=int(row["epoch"]), summary=Summary(value=scalars)))

    def close(self) -> None:
        """Close the file."""
        self._writer.close()

    def _write(self, event: Any) -> None:
        try:
            self._writer.write(event.SerializeToString())
            self._writer.flush()
        except OSError as error:
            raise unwritable(self.path, error) from error
