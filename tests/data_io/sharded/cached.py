"""A data folder whose images are cached in shards of four, and what is seen of the files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from data_io import image_records
from data_io.cache import CachedSplit
from data_io.files import digest_file
from data_io.folder import read_data_folder
from data_io.images import Decoded, decode
from tests.data_io.decoded import open_split, read_image

N = 11  # in shards of 4, 4 and 3
SIZE = 16


def open_train(root: Path, folder: Path, advance: Callable[[int], None] = lambda count: None) -> CachedSplit:
    return open_split(read_data_folder(root, 5, ["train"]).splits["train"], SIZE, folder, advance)


def read_train(root: Path) -> list[NDArray[np.uint8]]:
    return [read_image(path, SIZE) for path in read_data_folder(root, 5, ["train"]).splits["train"].paths]


class Stamp(NamedTuple):
    digest: str
    changed_ns: int
    inode: int


def stamp(folder: Path) -> dict[str, Stamp]:
    found = {path.name: path for path in folder.iterdir()}
    return {name: Stamp(digest_file(path), path.stat().st_mtime_ns, path.stat().st_ino) for name, path in found.items()}


def arrays(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npy"))


def count_decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    decoded: list[str] = []

    def note(path: Path, formats: Sequence[str]) -> Decoded:
        decoded.append(path.stem)
        return decode(path, formats)

    monkeypatch.setattr(image_records, "decode", note)
    return decoded
