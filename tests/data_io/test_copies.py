"""Equal pixels, in one split and across splits."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_io.copies import compare_splits
from data_io.splits import Split


@dataclass(frozen=True)
class Digests:
    split: Split
    pixel_digests: tuple[str, ...]


def make(name: str, digests: str, labels: str | None) -> Digests:
    """Make a split of images a, b, … in lines 2, 3, … with a letter as the digest of each."""
    ids = tuple("abcdefgh"[: len(digests)])
    paths = tuple(Path(name) / f"{image_id}.png" for image_id in ids)
    lines = tuple(range(2, 2 + len(ids)))
    values = None if labels is None else np.array([int(label) for label in labels], np.int32)
    return Digests(Split(name, Path(f"{name}.csv"), ids, lines, paths, values), tuple(digests))


def test_different_pixels_are_nothing() -> None:
    assert compare_splits([make("train", "xy", "01"), make("validation", "z", "0")]) == ([], [])


def test_copies_of_one_label_in_one_split_are_left_to_the_audit() -> None:
    assert compare_splits([make("train", "xx", "11")]) == ([], [])


def test_two_labels_are_a_mistake_whatever_is_in_test() -> None:
    mistakes, notices = compare_splits([make("train", "xyx", "010"), make("validation", "zx", "13")])
    assert mistakes == [
        "validation.csv line 3: Expected one label for equal pixels. "
        "Received: 3 for validation/b.png (line 3) and 0 for train/a.png (line 2)."
    ]
    assert notices == [
        "1 image is in train and validation, pixel for pixel: "
        "train/a.png (line 2) and validation/b.png (line 3) and 1 more"
    ]


def test_an_image_of_test_has_no_label_to_conflict_with() -> None:
    mistakes, notices = compare_splits([make("train", "x", "1"), make("test", "x", None)])
    assert mistakes == []
    assert len(notices) == 1


def test_leaks_are_counted_and_three_are_named_but_when_strict_each_is_a_mistake() -> None:
    splits = [make("train", "pqrst", "01234"), make("validation", "tsrq", "4321")]
    mistakes, notices = compare_splits(splits)
    assert mistakes == []
    (notice,) = notices
    assert notice.startswith("4 images are in train and validation, pixel for pixel: ")
    assert notice.count("train/") == 3 and notice.endswith("; …")
    mistakes, notices = compare_splits(splits, strict=True)
    assert (len(mistakes), notices) == (4, [])
    assert mistakes[0] == (
        "validation.csv line 5: Expected each image in one split. "
        "Received: equal pixels in train/b.png (line 3) and validation/d.png (line 5)."
    )
