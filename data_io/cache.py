"""Images decoded once into a memory-mapped uint8 file, named after the content it was made from.

Beside each `.npy` is a `.json` with the records of its images, the array's SHA-256 and its own. A pair that is not
whole is made again. Processes that make one at once write the same bytes, each file in one rename.
"""

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import errors
from data_io.csv_files import MAXIMUM_TABLE_BYTES
from data_io.files import digest_bytes, digest_file, replacing, unwritable, write_text
from data_io.image_records import Advance, ImageRecord, SplitRecord, Unreadable, describe_images, read_each, read_images
from data_io.images import FORMATS, MAXIMUM_IMAGE_BYTES, RESIZE_RULE, resize
from data_io.regular_files import digest_regular
from data_io.splits import Split


@dataclass(frozen=True)
class CachedSplit:
    """A split with its pixels: uint8 (N, H, W, 3), a read-only memory map; `digest` names CSV and files.

    `pixel_digests` are the SHA-256 of each image's pixels in its own size, `notices` what was done to images.
    """

    split: Split
    images: NDArray[np.uint8]
    digest: str
    pixel_digests: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def labels(self) -> NDArray[np.int32]:
        """The split's labels, int32 (N,). Raises ValueError for a split that has none."""
        if self.split.labels is None:
            raise ValueError(f"Expected a split with labels. Received: {self.split.name}.")
        return self.split.labels


@dataclass(frozen=True)
class Prepared:
    """A split whose pixels are, or will be, in the file `path`, or cannot be, for the reasons in `mistakes`."""

    path: Path
    digest: str
    record: SplitRecord
    mistakes: tuple[str, ...]
    notices: tuple[str, ...]

    def load(self) -> CachedSplit:
        """Map the pixels."""
        images: NDArray[np.uint8] = np.load(self.path, mmap_mode="r")
        notices = (*self.notices, *describe_images(self.record))
        return CachedSplit(self.record.split, images, self.digest, self.record.pixel_digests, notices)


def digest_split(split: Split) -> str:
    """SHA-256 over the bytes of the CSV and of each image in the CSV's order: equal exactly when the data is.

    Raises DataError for files that cannot be read.
    """
    try:
        sha = hashlib.sha256(digest_regular(split.table, MAXIMUM_TABLE_BYTES).encode())
    except ValueError as error:
        raise errors.DataError(f"Expected to read {split.table}. Received: {error}.") from error
    mistakes = []
    for digest in read_each(split, lambda place: digest_regular(split.paths[place], MAXIMUM_IMAGE_BYTES), _ignore):
        if isinstance(digest, Unreadable):
            mistakes.append(digest.mistake)
        else:
            sha.update(digest.encode())
    if mistakes:
        raise errors.DataError(mistakes)
    return sha.hexdigest()


def open_split(
    split: Split, size_pixels: int, folder: Path, advance: Advance | None = None, formats: Sequence[str] = FORMATS
) -> CachedSplit:
    """Map the pixels of a split, decoding them first if `folder` has no whole file for this content, size and rule.

    `advance` is called with a number of images as these are decoded, not at all when nothing is. Raises
    DataError with one message per unreadable image, EnvironmentFault when `folder` cannot be written.
    """
    with preparing(split, size_pixels, folder, advance or _ignore, formats) as prepared:
        if prepared.mistakes:
            raise errors.DataError(prepared.mistakes)
    return prepared.load()


@contextmanager
def preparing(
    split: Split,
    size_pixels: int,
    folder: Path,
    advance: Advance,
    formats: Sequence[str] = FORMATS,
    writes: bool = True,
) -> Iterator[Prepared]:
    """Find or decode the pixels of a split; a new file is renamed into its place when the block ends well.

    Without `writes`, or with unreadable files, all images are decoded for their mistakes alone. Raises
    EnvironmentFault when `folder` cannot be written.
    """
    digest = ""
    unread: tuple[str, ...] = ()
    if writes:
        try:
            digest = digest_split(split)
        except errors.DataError as error:
            unread = error.messages
    if not digest:
        record, found = read_images(split, advance, formats)
        yield Prepared(folder, digest, record, tuple(found) or unread, ())
        return
    path = folder / f"{split.name}-{size_pixels}px-{RESIZE_RULE}-{digest[:16]}.npy"
    there = path.exists()
    known = _read_record(path, split)
    if known and {image.format for image in known.images} <= set(formats):
        yield Prepared(path, digest, known, (), ())
        return
    notices = (f"{path} was not whole and has been made again",) if there and not known else ()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    with replacing(path) as temporary:
        record, found = _decode(split, size_pixels, temporary, advance, formats)
        yield Prepared(path, digest, record, tuple(found), notices)
        array_digest = digest_file(temporary)
    _write_record(path, record, array_digest)


def choose_cache_folder(root: Path, option: Path | None) -> Path:
    """Return `--cache`, else `.cache` in the data folder, else, if that is read-only, one in $XDG_CACHE_HOME."""
    if option is not None:
        return option
    if os.access(root, os.W_OK):
        return root / ".cache"
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "which-generator"


def _ignore(count: int) -> None:
    """Show no progress."""


def _decode(
    split: Split, size_pixels: int, path: Path, advance: Advance, formats: Sequence[str]
) -> tuple[SplitRecord, list[str]]:
    shape = (len(split), size_pixels, size_pixels, 3)
    target = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
    _reserve(path)

    def store(place: int, image: Image.Image) -> None:
        target[place] = resize(image, size_pixels)

    found = read_images(split, advance, formats, store)
    target.flush()
    return found


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


def _write_record(path: Path, record: SplitRecord, array_digest: str) -> None:
    text = json.dumps({"array_digest": array_digest, "images": [asdict(image) for image in record.images]})
    write_text(path.with_suffix(".json"), json.dumps({"digest": digest_bytes(text.encode()), "text": text}))


def _read_record(path: Path, split: Split) -> SplitRecord | None:
    """Return the record beside a `.npy` if both are whole. 530 MB of array are verified in 0.4 s."""
    try:
        outer = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if digest_bytes(outer["text"].encode()) != outer["digest"]:
            return None
        values = json.loads(outer["text"])
        if digest_file(path) != values["array_digest"]:
            return None
        images = tuple(ImageRecord(**{**image, "notices": tuple(image["notices"])}) for image in values["images"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # absent, or JSON of another shape
        return None
    return SplitRecord(split, images) if len(images) == len(split) else None
