"""A drawn data folder is measured, its mistakes are named, and its test split is let alone."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import errors
from benchmarks.image_measuring import explore
from data_io.folder import read_data_folder
from data_io.splits import LABELLED_SPLITS


def test_both_labelled_splits_are_measured_and_judged(draw_data_folder: Callable[..., Path], tmp_path: Path) -> None:
    root = draw_data_folder(tmp_path / "data", images_per_split=10)
    shutil.rmtree(root / "test")
    splits, cues = explore(read_data_folder(root, 5, LABELLED_SPLITS).splits, 5)
    assert list(splits) == ["train", "validation"]
    for split in splits.values():
        assert (split["images"], split["sizes"]) == (10, {"16x16": 10})
        assert [row["images"] for row in split["classes"]] == [2] * 5
    assert {row["train_images"] for row in cues} == {row["images"] for row in cues} == {10}


def test_an_image_that_cannot_be_read_is_named(draw_data_folder: Callable[..., Path], tmp_path: Path) -> None:
    root = draw_data_folder(tmp_path / "data")
    (root / "validation" / "validation_3.png").write_bytes(b"no image")
    splits = read_data_folder(root, 5, LABELLED_SPLITS).splits
    with pytest.raises(errors.DataError, match="Expected to read the image .*validation_3.png. Received"):
        explore(splits, 5)
