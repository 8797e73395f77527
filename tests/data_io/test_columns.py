"""Columns are read as the tuples that they stand for."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from data_io.columns import ImagePaths, PixelDigestRows, select_paths
from data_io.image_records import ImageRecord, ImageRecords

TEXTS = tuple(hashlib.sha256(bytes([number])).hexdigest() for number in range(4))


def rows_of(*texts: str) -> PixelDigestRows:
    return PixelDigestRows(np.array([list(bytes.fromhex(text)) for text in texts], np.uint8))


def test_paths_are_in_their_folder_and_end_in_png_once() -> None:
    paths = ImagePaths(Path("a"), ("x", "y.png", "z"))
    assert list(paths) == [Path("a/x.png"), Path("a/y.png"), Path("a/z.png")]
    assert (len(paths), paths[-1]) == (3, Path("a/z.png"))
    assert list(paths[1:]) == [Path("a/y.png"), Path("a/z.png")]
    with pytest.raises(IndexError):
        paths[3]


def test_chosen_paths_are_those_at_the_places_however_they_are_held() -> None:
    paths = ImagePaths(Path("a"), ("x", "y", "z"))
    for held in (paths, tuple(paths)):
        assert list(select_paths(held, [2, 0], ("z", "x"))) == [Path("a/z.png"), Path("a/x.png")]


def test_digests_are_read_as_text() -> None:
    digests = rows_of(*TEXTS)
    assert tuple(digests) == TEXTS
    assert digests == TEXTS and digests != TEXTS[:3] and digests != (*TEXTS[:3], TEXTS[0])
    assert digests == rows_of(*TEXTS) and digests != rows_of(*reversed(TEXTS))
    assert digests[1:3] == TEXTS[1:3]
    assert digests != 3


def test_records_come_back_as_they_were_added_and_places_without_one_are_known() -> None:
    first, second, third = (
        ImageRecord(TEXTS[0], "PNG", "RGB", ()),
        ImageRecord(TEXTS[1], "JPEG", "L", ("odd", "very")),
        ImageRecord(TEXTS[2], "PNG", "P", ()),
    )
    one, other = ImageRecords(), ImageRecords()
    for record in (None, first, None):
        one.add(record)
    for record in (second, None, third):
        other.add(record)
    one.extend(other)
    assert list(one) == [first, second, third]
    assert one[-1] == third and one[0:2] == [first, second]
    assert one.unread == [0, 2, 4]
    assert one.formats == {"PNG", "JPEG"}
    assert one.pixel_digests == TEXTS[:3]
    with pytest.raises(IndexError):
        one[3]
