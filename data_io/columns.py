"""What a split has for each image, in few bytes: a Path and a digest as text would take 800 of memory an image."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from data_io.tables import SUFFIX

DIGEST_BYTES = 32  # of SHA-256


class ImagePaths(Sequence[Path]):
    """The files of `ids`, with or without SUFFIX, in `folder`: each is made when it is asked for."""

    def __init__(self, folder: Path, ids: Sequence[str]) -> None:
        self.folder = folder
        self.ids = ids

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> Path: ...

    @overload
    def __getitem__(self, place: slice) -> "ImagePaths": ...

    def __getitem__(self, place: int | slice) -> "Path | ImagePaths":
        if isinstance(place, slice):
            return ImagePaths(self.folder, self.ids[place])
        return self.folder / name_file(self.ids[place])


class PixelDigestRows(Sequence[str]):
    """SHA-256 digests as 64 hexadecimal digits each, held as `rows`, uint8 (N, 32)."""

    def __init__(self, rows: NDArray[np.uint8]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> "PixelDigestRows": ...

    def __getitem__(self, place: int | slice) -> "str | PixelDigestRows":
        if isinstance(place, slice):
            return PixelDigestRows(self.rows[place])
        digest: str = self.rows[place].tobytes().hex()
        return digest

    def __eq__(self, other: object) -> bool:
        """Tell whether the other sequence has the same digests in this order."""
        if isinstance(other, PixelDigestRows):
            return np.array_equal(self.rows, other.rows)
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]


def name_file(image_id: str) -> str:
    """Return the name of the file of an id, which may have SUFFIX or not."""
    return image_id.removesuffix(SUFFIX) + SUFFIX


def select_paths(paths: Sequence[Path], places: Iterable[int], ids: Sequence[str]) -> Sequence[Path]:
    """Return the paths at `places`, whose ids are `ids`."""
    if isinstance(paths, ImagePaths):
        return ImagePaths(paths.folder, ids)
    return tuple(paths[place] for place in places)
