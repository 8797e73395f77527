"""What is trained on and judged: a fold's share of both labelled splits, or all but one class."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import errors
from data_io.arrangement import UNKNOWN, arrange, join_labelled, name_sources
from data_io.cache import CachedSplit
from data_io.opening import OpenData
from data_io.splits import Split


def make_split(name: str, labels: list[int], first: int) -> CachedSplit:
    """Return a split whose images are each filled with a number, from `first` on, that its id ends with."""
    numbers = range(first, first + len(labels))
    split = Split(
        name,
        Path(f"{name}.csv"),
        tuple(f"id{number}" for number in numbers),
        tuple(range(2, 2 + len(labels))),
        tuple(Path(name) / f"id{number}.png" for number in numbers),
        None if name == "test" else np.array(labels, np.int32),
    )
    images = np.stack([np.full((2, 2, 3), number, np.uint8) for number in numbers])
    return CachedSplit(split, images, f"digest of {name}", tuple(f"pixels {number}" for number in numbers), ())


SPLITS = {
    "train": make_split("train", [0, 1, 2, 2, 1, 0, 0, 1], 0),
    "validation": make_split("validation", [2, 1, 0, 2], 8),
    "test": make_split("test", [0, 0], 12),
}
OPENED = OpenData(Path("data"), SPLITS, ("id12", "id13"), ())
LABEL_OF = dict(zip(range(12), [0, 1, 2, 2, 1, 0, 0, 1, 2, 1, 0, 2], strict=True))


def numbers(cached: CachedSplit) -> list[int]:
    """Return which images a split has, after checking that rows and pixels speak of the same."""
    shown = [int(image[0, 0, 0]) for image in cached.images]
    assert cached.split.ids == tuple(f"id{number}" for number in shown)
    assert [path.name for path in cached.split.paths] == [f"id{number}.png" for number in shown]
    assert cached.pixel_digests == tuple(f"pixels {number}" for number in shown)
    return shown


@pytest.mark.parametrize("folds", [2, 3, 5])
def test_the_folds_partition_all_labelled_images_and_none_is_trained_on_and_judged_in_one(folds: int) -> None:
    judged: list[int] = []
    for fold in range(folds):
        splits = arrange(OPENED, folds, fold).splits
        train, validation = numbers(splits["train"]), numbers(splits["validation"])
        assert sorted(train + validation) == list(range(12)) and not set(train) & set(validation)
        assert train == sorted(train) and validation == sorted(validation)  # train's rows, then validation's
        for name in ("train", "validation"):
            assert splits[name].labels.tolist() == [LABEL_OF[number] for number in numbers(splits[name])]
        assert splits["test"] is SPLITS["test"]
        judged += validation
    assert sorted(judged) == list(range(12))


def test_the_images_of_a_fold_are_found_in_the_folders_they_are_in() -> None:
    paths = [path for fold in range(2) for path in arrange(OPENED, 2, fold).splits["validation"].split.paths]
    assert sorted(path.parent.name for path in paths) == ["train"] * 8 + ["validation"] * 4


def test_each_fold_and_each_part_has_a_digest_of_its_own_that_repeats() -> None:
    digests = {
        (folds, fold, name): arrange(OPENED, folds, fold).splits[name].digest
        for folds, fold in ((2, 0), (2, 1), (3, 0))
        for name in ("train", "validation")
    }
    assert len(set(digests.values())) == 6
    assert arrange(OPENED, 3, 0).splits["train"].digest == digests[3, 0, "train"]
    changed = dataclasses.replace(SPLITS["validation"], digest="of changed files")
    others = dataclasses.replace(OPENED, splits={**SPLITS, "validation": changed})
    assert arrange(others, 2, 0).splits["train"].digest != digests[2, 0, "train"]


def test_a_class_that_is_left_out_is_in_neither_split_and_the_labels_above_it_are_one_less() -> None:
    splits = arrange(OPENED, leave_out=1).splits
    assert numbers(splits["train"]) == [0, 2, 3, 5, 6]
    assert splits["train"].labels.tolist() == [0, 1, 1, 0, 0]
    assert numbers(splits["validation"]) == [8, 10, 11]
    assert splits["validation"].labels.tolist() == [1, 0, 1]
    assert numbers(splits[UNKNOWN]) == [9]
    assert splits[UNKNOWN].split.name == "unknown"
    assert len({splits[name].digest for name in splits} | {SPLITS[name].digest for name in SPLITS}) == 6


def test_without_folds_and_with_no_class_left_out_all_is_as_it_was() -> None:
    assert dict(arrange(OPENED).splits) == SPLITS


def test_a_class_that_validation_lacks_cannot_be_left_out() -> None:
    splits: dict[str, Any] = {"validation": make_split("validation", [0, 2, 1], 8)}
    with pytest.raises(errors.DataError, match="to have the label 3, which is left out, and two others at least"):
        arrange(OpenData(Path("data"), splits, (), ()), leave_out=3)
    two: dict[str, Any] = {"train": make_split("train", [0, 2, 0], 8)}
    with pytest.raises(errors.DataError, match=r"train.csv to have the label 2, .* Received: 0, 2\."):
        arrange(OpenData(Path("data"), two, (), ()), leave_out=2)


def test_a_fold_needs_both_labelled_splits_whichever_is_asked_for() -> None:
    assert name_sources(("validation",), 5) == ("train", "validation")
    assert name_sources(("train", "validation", "test"), 5) == ("train", "validation", "test")
    assert name_sources(("test",), 5) == ("test",)
    assert name_sources(("validation",), 0) == ("validation",)
    joined = join_labelled({name: cached.split for name, cached in SPLITS.items()})
    assert joined.ids == tuple(f"id{number}" for number in range(12))
