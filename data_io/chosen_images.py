"""Some images of one or several arrays, in an order of their own, read as one array without a copy of all of them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray


class ChosenImages:
    """The images at `places` (N,) of `sources`, arrays uint8 (M, H, W, 3) of one size, counted through one by one.

    Read by place, by slice and by places, with the keys that a NumPy array of one dimension takes: a place is a view
    where the source's is, all else a copy. `np.asarray` copies all into memory. Raises ValueError for sources of
    several sizes, IndexError for places beyond them.
    """

    def __init__(self, sources: Sequence[NDArray[np.uint8]], places: NDArray[np.int64]) -> None:
        lengths, sizes = [len(source) for source in sources], {source.shape[1:] for source in sources}
        if len(sizes) != 1:
            raise ValueError(f"Expected images of one size. Received: {[source.shape for source in sources]}.")
        if len(places) and not 0 <= places.min() <= places.max() < sum(lengths):
            raise IndexError(f"Expected places below {sum(lengths)}. Received: {places.min()} to {places.max()}.")
        self.sources = tuple(sources)
        self._starts = [0, *accumulate(lengths[:-1])]
        self._places = places
        self.shape: tuple[int, ...] = (len(places), *sizes.pop())
        self.dtype = np.dtype(np.uint8)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, key: Any) -> NDArray[np.uint8]:
        places = self._places[key]
        if np.ndim(places) != 0:
            return self._gather(np.asarray(places))
        source = bisect_right(self._starts, int(places)) - 1
        found: NDArray[np.uint8] = self.sources[source][int(places) - self._starts[source]]
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("Expected leave to copy, since the images are some of others. Received: copy=False.")
        return self._gather(self._places).astype(dtype or self.dtype, copy=False)

    def _gather(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        images = np.empty((len(places), *self.shape[1:]), np.uint8)
        owners = np.searchsorted(self._starts, places, side="right") - 1
        for source in np.unique(owners):
            here = owners == source
            images[here] = self.sources[source][places[here] - self._starts[source]]
        return images


def choose_images(sources: Sequence[NDArray[np.uint8]], places: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return ChosenImages, typed as what they are read as."""
    return cast("NDArray[np.uint8]", ChosenImages(sources, places))
