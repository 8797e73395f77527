"""Images decoded once into memory-mapped uint8 files, each named after the content it was made from.

A split's images lie in shards of SHARD_IMAGES rows. Each is made by itself, by several threads, and renamed into its
place when it is whole: an image that is changed or added costs its shard alone, and a build that is killed goes on
where it was. What an image becomes depends on its file alone, so the bytes are the same however many threads there are.
"""

import errno
import math
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import errors
from data_io import image_records
from data_io.content_digests import digest_contents
from data_io.files import unwritable
from data_io.image_records import (
    Advance,
    ImageRecords,
    Reading,
    SplitRecord,
    describe_images,
    keep_readable,
    read_images,
)
from data_io.images import FORMATS, RESIZE_RULE
from data_io.shard_files import Shard, find_shard, make_shard, remove_shard, remove_unfinished
from data_io.shards import join_shards
from data_io.splits import Split

SHARD_IMAGES = 4096  # 201 MB at 128 px: few files, and little to make again when an image changes


@dataclass(frozen=True)
class CachedSplit:
    """A split with its pixels: uint8 (N, H, W, 3), read-only memory maps; `digest` names CSV and files.

    `pixel_digests` are the SHA-256 of each image's pixels in its own size, `notices` what was done to images.
    """

    split: Split
    images: NDArray[np.uint8]
    digest: str
    pixel_digests: Sequence[str]
    notices: tuple[str, ...]

    @property
    def labels(self) -> NDArray[np.int32]:
        """The split's labels, int32 (N,). Raises ValueError for a split that has none."""
        if self.split.labels is None:
            raise ValueError(f"Expected a split with labels. Received: {self.split.name}.")
        return self.split.labels


@dataclass(frozen=True)
class Prepared:
    """A split whose pixels are in `shards`, or are not there, for the reasons in `mistakes`."""

    shards: tuple[NDArray[np.uint8], ...]
    digest: str
    record: SplitRecord
    mistakes: tuple[str, ...]
    notices: tuple[str, ...]

    def load(self) -> CachedSplit:
        """Return the split with its pixels."""
        notices = (*self.notices, *describe_images(self.record))
        return CachedSplit(self.record.split, join_shards(self.shards), self.digest, self.record.pixel_digests, notices)


def digest_split(split: Split) -> str:
    """SHA-256 over the bytes of the CSV and of each image in the CSV's order: equal exactly when the data is.

    Raises DataError for files that cannot be read.
    """
    return digest_contents(split, SHARD_IMAGES).split


@contextmanager
def preparing(
    split: Split,
    size_pixels: int,
    folder: Path,
    advance: Advance,
    formats: Sequence[str] = FORMATS,
    writes: bool = True,
) -> Iterator[Prepared]:
    """Find or decode the pixels of a split; shards that were made for it go again if the block raises DataError.

    Whatever else ends it, such as a signal or a full disk, leaves the whole ones for the next time. Without `writes`,
    or with files that cannot be read, all images are decoded for their mistakes alone. Raises EnvironmentFault when
    `folder` cannot be written.
    """
    contents = None
    unread: tuple[str, ...] = ()
    if writes:
        try:
            contents = digest_contents(split, SHARD_IMAGES)
        except errors.DataError as error:
            unread = error.messages
    if contents is None:
        records, mistakes = read_images(split, advance, formats)
        yield Prepared((), "", keep_readable(split, records), tuple(mistakes) or unread, ())
        return
    shards = [_name_shard(split, size_pixels, folder, number, each) for number, each in enumerate(contents.shards)]
    made: list[Path] = []
    try:
        yield _prepare(split, contents.split, shards, advance, formats, made)
    except errors.DataError:
        for path in made:
            remove_shard(path)
        raise


def choose_cache_folder(root: Path, option: Path | None) -> Path:
    """Return `--cache`, else `.cache` in the data folder, else, if that is read-only, one in $XDG_CACHE_HOME."""
    if option is not None:
        return option
    if os.access(root, os.W_OK):
        return root / ".cache"
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "which-generator"


def _name_shard(split: Split, size_pixels: int, folder: Path, number: int, content: str) -> Shard:
    path = folder / f"{split.name}-{size_pixels}px-{RESIZE_RULE}-{number:05d}-{content[:16]}.npy"
    places = range(number * SHARD_IMAGES, min((number + 1) * SHARD_IMAGES, len(split)))
    return Shard(path, content, split.select(places), size_pixels)


def _prepare(
    split: Split, digest: str, shards: Sequence[Shard], advance: Advance, formats: Sequence[str], made: list[Path]
) -> Prepared:
    """Find or make each shard; the paths of those that were made are put into `made`."""
    with ThreadPoolExecutor(image_records.THREADS) as pool:  # SHA-256 releases Python's lock
        found = list(pool.map(lambda shard: find_shard(shard, formats), shards))
    missing = [shard for shard, each in zip(shards, found, strict=True) if each.decoded is None]
    if missing:
        _make_room(missing)
    if 0 < len(missing) < len(shards):
        advance(len(split) - sum(len(shard.rows) for shard in missing))
    images: list[NDArray[np.uint8]] = []
    records = ImageRecords()
    mistakes: list[str] = []
    notices: list[str] = []
    for shard, each in zip(shards, found, strict=True):
        decoded = each.decoded
        if decoded:
            read: Reading = (decoded.records, [])
        elif mistakes:  # nothing will be used: what is left is read for its mistakes alone
            read = read_images(shard.rows, advance, formats)
        else:
            decoded, read = make_shard(shard, advance, formats)
            made.extend([shard.path] if decoded else [])
            notices.extend([f"{shard.path} was not whole and has been made again"] if each.is_damaged else [])
        images.extend([decoded.images] if decoded else [])
        records.extend(read[0])
        mistakes.extend(read[1])
    return Prepared(tuple(images), digest, keep_readable(split, records), tuple(mistakes), tuple(notices))


def _make_room(missing: Sequence[Shard]) -> None:
    """Make the folder, and raise EnvironmentFault if its disk has no room for all that is to be written."""
    folder = missing[0].path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_unfinished(folder)
        disk = shutil.disk_usage(folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    if 0 < disk.free < sum(math.prod(shard.shape) for shard in missing):  # 0: a file system that does not say
        raise unwritable(folder, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
