"""One shard of the image cache: a `.npy` of decoded images, and a `.json` that says of what, and whether it is whole.

The `.json` holds the records of the images, the digest of the files that they were decoded from, the array's SHA-256
and its own. A pair that is not whole, or of other files, is not used. Processes that make one at once write the same
bytes, each file in one rename.
"""

import errno
import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from data_io.files import digest_bytes, digest_file, replacing, write_text
from data_io.image_records import Advance, ImageRecord, ImageRecords, Reading, read_images
from data_io.images import resize
from data_io.splits import Split

UNFINISHED_SECONDS = 86_400.0  # a shard takes minutes at most


@dataclass(frozen=True)
class Shard:
    """The rows of a split that one file is for; `content` names the bytes of their image files, in order."""

    path: Path
    content: str
    rows: Split
    size_pixels: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The array's shape."""
        return len(self.rows), self.size_pixels, self.size_pixels, 3


@dataclass(frozen=True)
class Decoded:
    """A shard's images, uint8 (N, H, W, 3), a read-only memory map, and a record for each of them."""

    images: NDArray[np.uint8]
    records: ImageRecords


@dataclass(frozen=True)
class Found:
    """What is there of a shard: all of it, or something that is damaged, or neither."""

    decoded: Decoded | None
    is_damaged: bool


def find_shard(shard: Shard, formats: Sequence[str]) -> Found:
    """Map the shard if it is there, whole, and of images of `formats` alone. 530 MB are verified in 0.4 s."""
    damaged = Found(None, shard.path.exists())
    try:
        outer = json.loads(shard.path.with_suffix(".json").read_text(encoding="utf-8"))
        if digest_bytes(outer["text"].encode()) != outer["digest"]:
            return damaged
        values = json.loads(outer["text"])
        images: NDArray[np.uint8] = np.load(shard.path, mmap_mode="r")
        if values["content"] != shard.content or values["array_digest"] != digest_file(shard.path):
            return damaged
        records = ImageRecords()
        for image in values["images"]:
            records.add(ImageRecord(**{**image, "notices": tuple(image["notices"])}))
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError):  # absent, or of another shape
        return damaged
    if len(records) != len(shard.rows) or images.shape != shard.shape:
        return damaged
    return Found(Decoded(images, records) if records.formats <= set(formats) else None, False)


def make_shard(shard: Shard, advance: Advance, formats: Sequence[str]) -> tuple[Decoded | None, Reading]:
    """Decode the rows' images and rename the pair into its place; with a mistake in one of them, write nothing.

    Raises EnvironmentFault when the folder cannot be written.
    """
    with suppress(_UnreadableError), replacing(shard.path) as temporary:
        records, mistakes = _decode(shard, temporary, advance, formats)
        if mistakes:
            raise _UnreadableError
        array_digest = digest_file(temporary)
    if mistakes:
        return None, (records, mistakes)
    text = json.dumps(
        {"content": shard.content, "array_digest": array_digest, "images": [asdict(record) for record in records]}
    )
    write_text(shard.path.with_suffix(".json"), json.dumps({"digest": digest_bytes(text.encode()), "text": text}))
    return Decoded(np.load(shard.path, mmap_mode="r"), records), (records, mistakes)


def remove_shard(path: Path) -> None:
    """Remove a pair; whoever has mapped it keeps it."""
    path.with_suffix(".json").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove what processes that were killed had not finished, up to 201 MB each, and not what one makes now."""
    for path in folder.glob(".*-*px-*.*"):  # as `replacing` names what becomes a pair
        with suppress(OSError):  # another process has removed it, or it is another user's
            if path.suffix in (".npy", ".json") and time.time() - path.stat().st_mtime > UNFINISHED_SECONDS:
                path.unlink()


class _UnreadableError(Exception):
    """A shard that is not written, since some image of it cannot be read."""


def _decode(shard: Shard, path: Path, advance: Advance, formats: Sequence[str]) -> Reading:
    target = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shard.shape)
    _reserve(path)

    def store(place: int, image: Image.Image) -> None:
        target[place] = resize(image, shard.size_pixels)

    found = read_images(shard.rows, advance, formats, store)
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
