"""Progress that people can read: rich bars on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from keras_models.following import Epoch

PLAIN_INTERVAL_SECONDS = 10.0  # rare enough for a log file, often enough to see that something happens


def _bars() -> "Progress":
    # imported here: it takes 0.1 s, and without a terminal there is no bar
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    # stderr, so that what a command prints can be piped on
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        redirect_stdout=sys.stdout.isatty(),  # else a log file would not get the lines printed beside the bar
        transient=True,
    )


@contextmanager
def counting(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show how far `what` has come; yields `advance(count)`. Shows nothing until the first advance.

    A `total` of None is one that nobody knows yet.
    """
    if not sys.stderr.isatty():
        yield _PlainCount(what, total).advance
        return
    bars = _bars()
    task = bars.add_task(what, total=total)

    def advance(count: int) -> None:
        bars.start()  # no effect after the first time
        bars.advance(task, count)

    try:
        yield advance
    finally:
        bars.stop()


class _PlainCount:
    def __init__(self, what: str, total: int | None) -> None:
        self.what = what
        self.total = total
        self.done = 0
        self.said_seconds = time.monotonic()

    def advance(self, count: int) -> None:
        self.done += count
        now = time.monotonic()
        if now - self.said_seconds >= PLAIN_INTERVAL_SECONDS or self.done == self.total:
            self.said_seconds = now
            known = "" if self.total is None else f" of {self.total:,}"
            print(f"{self.what}: {self.done:,}{known}", file=sys.stderr, flush=True)


class TrainingProgress:
    """Follows a training run: a bar within the epoch, a line per epoch, and after the first the expected minutes."""

    def __init__(self, epochs: int, steps: int, epochs_before: int = 0) -> None:
        self.epochs = epochs
        self.steps = steps
        self.epochs_before = epochs_before
        self.begun_seconds = time.monotonic()
        self._bars = _bars() if sys.stderr.isatty() else None
        self._task = self._bars.add_task("training", total=epochs * steps) if self._bars else None
        if self._bars:
            self._bars.start()

    def step(self, epoch: int, steps_done: int) -> None:
        """Show that `steps_done` steps of `epoch`, counted from 0, are done."""
        if self._bars and self._task is not None:
            self._bars.update(self._task, completed=epoch * self.steps + steps_done, description=f"epoch {epoch + 1}")

    def epoch(self, record: "Epoch") -> None:
        """Print an epoch's line, and after the first how long the rest will take."""
        print(
            f"epoch {record.epoch:>{len(str(self.epochs))}}/{self.epochs}  "
            f"train loss {record.train_loss:.4f} accuracy {record.train_accuracy:.4f}  "
            f"validation loss {record.validation_loss:.4f} accuracy {record.validation_accuracy:.4f}  "
            f"rate {record.learning_rate:g}  {record.seconds:.1f} s  {record.images_per_second:,.0f} images/s",
            flush=True,
        )
        if record.epoch == self.epochs_before + 1 and self.epochs > record.epoch:
            # The first epoch holds the compilation, so this is rather too long than too short.
            minutes = record.seconds * (self.epochs - record.epoch) / 60
            print(f"expected: about {minutes:.1f} more minutes for {self.epochs - record.epoch} epochs", flush=True)

    def close(self) -> None:
        """Take the bar off the terminal."""
        if self._bars:
            self._bars.stop()
