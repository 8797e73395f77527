"""What is known of a split's images beside their pixels: digests, formats, modes and notices."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar, overload

import numpy as np
from PIL import Image

from data_io.columns import DIGEST_BYTES, PixelDigestRows
from data_io.images import FORMATS, decode, digest_pixels
from data_io.splits import Split

Advance = Callable[[int], None]
Store = Callable[[int, Image.Image], None]
Result = TypeVar("Result")
THREADS = os.cpu_count() or 1  # decoding PNG releases Python's lock
CHUNK_IMAGES = 256  # images in flight at once, so that memory does not grow with the split
NAMED_ROWS = 3


@dataclass(frozen=True)
class Unreadable:
    """What stands in the place of an image that could not be read."""

    mistake: str


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One image: SHA-256 of its pixels (see digest_pixels), its format, its mode in the file, its notices."""

    pixel_digest: str
    format: str
    mode: str
    notices: tuple[str, ...]


class ImageRecords(Sequence[ImageRecord]):
    """Records of images in the order that they are added in, 48 bytes each; `unread` are the places of those between
    them that have none.
    """

    def __init__(self) -> None:
        self._digests = bytearray()
        self._formats: list[str] = []
        self._modes: list[str] = []
        self._notices: dict[int, tuple[str, ...]] = {}
        self.unread: list[int] = []

    def add(self, record: ImageRecord | None) -> None:
        """Add the next image's record, or None for one that could not be read."""
        if record is None:
            self.unread.append(len(self) + len(self.unread))
            return
        if record.notices:
            self._notices[len(self)] = record.notices
        self._digests += bytes.fromhex(record.pixel_digest)
        self._formats.append(sys.intern(record.format))
        self._modes.append(sys.intern(record.mode))

    def extend(self, others: "ImageRecords") -> None:
        """Add the records of the images that come next."""
        images = len(self) + len(self.unread)
        self.unread.extend(images + place for place in others.unread)
        self._notices.update((len(self) + place, notices) for place, notices in others._notices.items())
        self._digests += others._digests
        self._formats += others._formats
        self._modes += others._modes

    @property
    def pixel_digests(self) -> PixelDigestRows:
        """The digest of each image's pixels."""
        return PixelDigestRows(np.frombuffer(bytes(self._digests), np.uint8).reshape(-1, DIGEST_BYTES))

    @property
    def formats(self) -> set[str]:
        """All formats that images have."""
        return set(self._formats)

    def __len__(self) -> int:
        return len(self._formats)

    @overload
    def __getitem__(self, place: int) -> ImageRecord: ...

    @overload
    def __getitem__(self, place: slice) -> list[ImageRecord]: ...

    def __getitem__(self, place: int | slice) -> ImageRecord | list[ImageRecord]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        format, mode = self._formats[place], self._modes[place]  # raises IndexError first
        place %= len(self)
        digest = self._digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES].hex()
        return ImageRecord(digest, format, mode, self._notices.get(place, ()))


# The records of images, and a mistake for each that could not be read.
Reading = tuple[ImageRecords, list[str]]


@dataclass(frozen=True)
class SplitRecord:
    """The images of a split that can be read, one record for each row of `split`."""

    split: Split
    images: ImageRecords
    pixel_digests: PixelDigestRows


def read_images(
    split: Split, advance: Advance, formats: Sequence[str] = FORMATS, store: Store | None = None
) -> Reading:
    """Decode each image of a split.

    `store` is called in threads with an image's place in the split and the image, RGB in its own size.
    """

    def read(place: int) -> ImageRecord:
        decoded = decode(split.paths[place], formats)
        if store:
            store(place, decoded.image)
        return ImageRecord(digest_pixels(decoded.image), decoded.format, decoded.mode, decoded.notices)

    records = ImageRecords()
    mistakes: list[str] = []
    for result in read_each(split, read, advance):
        if isinstance(result, Unreadable):
            mistakes.append(result.mistake)
        records.add(None if isinstance(result, Unreadable) else result)
    return records, mistakes


def keep_readable(split: Split, records: ImageRecords) -> SplitRecord:
    """Return the rows of a split that have a record, with their records."""
    unread = set(records.unread)
    rows = split.select([place for place in range(len(split)) if place not in unread]) if unread else split
    return SplitRecord(rows, records, records.pixel_digests)


def read_each(split: Split, read: Callable[[int], Result], advance: Advance) -> Iterator[Result | Unreadable]:
    """Yield `read(place)` for each row of a split in order, read in threads; a ValueError's text is a mistake's."""

    def attempt(place: int) -> Result | Unreadable:
        try:
            return read(place)
        except ValueError as error:
            where = f"{split.table} line {split.lines[place]}"
            return Unreadable(f"{where}: Expected to read the image {split.paths[place]}. Received: {error}.")

    places = iter(range(len(split)))
    with ThreadPoolExecutor(THREADS) as pool:
        while chunk := list(islice(places, CHUNK_IMAGES)):
            yield from pool.map(attempt, chunk)
            advance(len(chunk))


def describe_images(record: SplitRecord) -> tuple[str, ...]:
    """Return a notice for each thing that was done to images of the split, and for formats or modes that differ."""
    split = record.split
    places: dict[str, list[int]] = {}
    for place, image in enumerate(record.images):
        for notice in image.notices:
            places.setdefault(notice, []).append(place)
    notices = []
    for notice, members in places.items():
        named = ", ".join(f"{split.paths[place].name} (line {split.lines[place]})" for place in members[:NAMED_ROWS])
        images = "1 image" if len(members) == 1 else f"{len(members):,} images"
        notices.append(f"{split.name}: {images} with {notice}: {named}{', …' * (len(members) > NAMED_ROWS)}")
    for what, values in (
        ("formats", [image.format for image in record.images]),
        ("modes", [image.mode for image in record.images]),
    ):
        if len(set(values)) > 1 or (what == "formats" and set(values) - set(FORMATS)):
            notices.append(f"{split.name}: image {what} {_count(values, split)}")
    return tuple(notices)


def _count(values: Sequence[str], split: Split) -> str:
    """Count each value, with the labels it comes with: what comes with one label alone tells it."""
    counts = Counter(values)
    if split.labels is None:
        return ", ".join(f"{value} {count:,}" for value, count in counts.most_common())
    pairs = sorted(set(zip(values, split.labels.tolist(), strict=True)))
    return ", ".join(
        f"{value} {count:,} (label {' '.join(str(label) for found, label in pairs if found == value)})"
        for value, count in counts.most_common()
    )
