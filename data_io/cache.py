"""Images decoded once into a memory-mapped uint8 file, named after the content it was made from."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

import errors
from data_io.files import digest_file, replacing, unwritable
from data_io.folder import Split, shorten
from data_io.images import RESIZE_RULE, read_image

Advance = Callable[[int], None]
Result = TypeVar("Result")
THREADS = os.cpu_count() or 1  # decoding PNG releases Python's lock
CHUNK_IMAGES = 256  # images in flight at once, so that memory does not grow with the split


@dataclass(frozen=True)
class Unreadable:
    """What stands in the place of an image that could not be read."""

    mistake: str


@dataclass(frozen=True)
class CachedSplit:
    """A split with its pixels: uint8 (N, H, W, 3), a read-only memory map; `digest` names CSV and files."""

    split: Split
    images: NDArray[np.uint8]
    digest: str

    @property
    def labels(self) -> NDArray[np.int32]:
        """The split's labels, int32 (N,). Raises ValueError for a split that has none."""
        if self.split.labels is None:
            raise ValueError(f"Expected a split with labels. Received: {self.split.name}.")
        return self.split.labels


def digest_split(split: Split) -> str:
    """SHA-256 over the bytes of the CSV and of each image in the CSV's order: equal exactly when the data is.

    Raises DataError for files that cannot be read.
    """
    sha = hashlib.sha256(digest_file(split.table).encode())
    for digest in _each(split, digest_file, lambda _: None):
        sha.update(digest.encode())
    return sha.hexdigest()


def open_split(split: Split, size_pixels: int, folder: Path, advance: Advance | None = None) -> CachedSplit:
    """Map the pixels of a split, decoding them first if `folder` has no file for this content, size and rule.

    The file is written beside its place and renamed, so a killed or concurrent process leaves no half of one.
    `advance` is called with a number of images as these are decoded, not at all when nothing is. Raises
    DataError with one message per unreadable image, EnvironmentFault when `folder` cannot be written.
    """
    digest = digest_split(split)
    path = folder / f"{split.name}-{size_pixels}px-{RESIZE_RULE}-{digest[:16]}.npy"
    if not path.is_file():
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from error
        with replacing(path) as temporary:
            _decode(split, size_pixels, temporary, advance or (lambda count: None))
    images: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return CachedSplit(split, images, digest)


def choose_cache_folder(root: Path, option: Path | None) -> Path:
    """Return `--cache`, else `.cache` in the data folder, else, if that is read-only, one in $XDG_CACHE_HOME."""
    if option is not None:
        return option
    if os.access(root, os.W_OK):
        return root / ".cache"
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "which-generator"


def _decode(split: Split, size_pixels: int, path: Path, advance: Advance) -> None:
    shape = (len(split), size_pixels, size_pixels, 3)
    target = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
    _reserve(path)
    for place, image in enumerate(_each(split, lambda path: read_image(path, size_pixels), advance)):
        target[place] = image
    target.flush()


def _reserve(path: Path) -> None:
    """Take a sparse file's space on the disk: writing a map on a full disk kills the process (SIGBUS), this raises."""
    if not hasattr(os, "posix_fallocate"):
        return
    with path.open("r+b") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):  # a file system that cannot reserve is no fault
                raise


def _each(split: Split, read: Callable[[Path], Result], advance: Advance) -> Iterator[Result]:
    """Yield `read(path)` for each image in order, read in threads; at the end raise all failures together."""
    mistakes: list[str] = []
    jobs = zip(split.paths, split.lines, strict=True)

    def attempt(job: tuple[Path, int]) -> Result | Unreadable:
        path, line = job
        try:
            return read(path)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            return Unreadable(f"{split.table} line {line}: Expected to read the image {path}. Received: {reason}.")

    with ThreadPoolExecutor(THREADS) as pool:
        while chunk := list(islice(jobs, CHUNK_IMAGES)):
            for result in pool.map(attempt, chunk):
                if isinstance(result, Unreadable):
                    mistakes.append(result.mistake)
                else:
                    yield result
            advance(len(chunk))
    if mistakes:
        raise errors.DataError(shorten(mistakes))
