"""Batches made in threads before they are asked for."""

import os
from concurrent.futures import Future, ThreadPoolExecutor

from keras_models.batches import Batch, Batches

# A batch takes a fiftieth of a step on a CPU, so one thread is enough there; a GPU with 16 cores beside it wants more.
READERS = max(1, min(16, (os.cpu_count() or 1) - 1))
AHEAD = READERS + 1


class ReadAhead:
    """Batches of a source, of which the next AHEAD of an epoch are being made while one is used.

    A batch is a pure function of (epoch, index), so whatever was made and is never asked for changes nothing. Asked
    for by one thread at a time.
    """

    def __init__(self, batches: Batches) -> None:
        self.batches = batches
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="batches")
        self._made: dict[tuple[int, int], Future[Batch]] = {}

    @property
    def steps(self) -> int:
        """Number of batches in an epoch."""
        return self.batches.steps

    @property
    def images_per_epoch(self) -> int:
        """Number of images in an epoch."""
        return self.batches.images_per_epoch

    def batch(self, epoch: int, index: int) -> Batch:
        """Return batch `index` of `epoch`, and have the next ones made."""
        places = [(epoch, place) for place in range(index, min(index + 1 + AHEAD, self.steps))]
        made = {place: self._made.get(place) or self._pool.submit(self.batches.batch, *place) for place in places}
        for place in self._made.keys() - made.keys():
            self._made[place].cancel()
        self._made = made
        return made[epoch, index].result()
