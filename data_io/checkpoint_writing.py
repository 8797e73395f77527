"""Checkpoints written by a thread of their own, so that training waits for a copy of its state and not for the disk."""

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_io.checkpoints import BEST, FOLDER, LAST, link_checkpoint, save_checkpoint

# One set of arrays is filled while the other is written: what is kept takes twice the memory of a checkpoint at most.
MOST_SPARE = 2


class CheckpointWriter:
    """Writes one checkpoint of a run at a time; `wait` until it is there. Leaving its `with` waits too.

    A write that failed raises its EnvironmentFault at the next `write` or `wait`. One that is under way when the
    process is killed leaves the checkpoint before it, as any write here does.
    """

    def __init__(self, run: Path) -> None:
        self._folder = run / FOLDER
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._write: Future[None] | None = None
        self._spare: deque[Mapping[str, NDArray[np.generic]]] = deque(maxlen=MOST_SPARE)  # of both threads

    @property
    def is_writing(self) -> bool:
        """True while a checkpoint is on its way."""
        return self._write is not None and not self._write.done()

    def take_spare(self) -> Mapping[str, NDArray[np.generic]]:
        """Return arrays of an earlier `write` that is over, to be filled anew, and forget them; {} if there are none.

        A thread that still reads a set of arrays has not given it back, so what is written never changes on its way.
        """
        try:
            return self._spare.pop()
        except IndexError:
            return {}

    def write(
        self,
        arrays: Mapping[str, NDArray[np.generic]],
        values: Mapping[str, Any],
        is_best: bool,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin to write arrays, which are the writer's from now on, as the last checkpoint, or as the best and last.

        `check` is called in the thread first: what it raises comes out as a failed write does, and nothing is written.
        Waits for the one before. Raises EnvironmentFault if that one could not be written.
        """
        self.wait()

        def save() -> None:
            try:
                check()
                self._save(arrays, values, is_best)
            finally:
                self._spare.append(arrays)

        self._write = self._pool.submit(save)

    def wait(self) -> None:
        """Return when nothing is on its way any more. Raises EnvironmentFault when it could not be written."""
        if self._write is not None:
            write, self._write = self._write, None
            write.result()

    def _save(self, arrays: Mapping[str, NDArray[np.generic]], values: Mapping[str, Any], is_best: bool) -> None:
        if is_best:  # this one first: whoever is killed in between does the epoch again and finds it best again
            save_checkpoint(self._folder / BEST, arrays, values)
            link_checkpoint(self._folder / BEST, LAST)
        else:
            save_checkpoint(self._folder / LAST, arrays, values)

    def __enter__(self) -> "CheckpointWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._pool.shutdown()
        if kind is None:
            self.wait()
