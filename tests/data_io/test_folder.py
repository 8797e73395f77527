"""A data folder in the competition's form, and everything that can be wrong with one, in one answer."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import errors
from data_io.folder import examine_data_folder, read_data_folder
from tests.data_folders import draw_folder


@pytest.fixture
def root(tmp_path: Path, draw_data_folder: Callable[..., Path]) -> Path:
    return draw_data_folder(tmp_path / "data")


def mistakes_of(root: Path, splits: tuple[str, ...] = ("train", "validation", "test")) -> tuple[str, ...]:
    with pytest.raises(errors.DataError) as caught:
        read_data_folder(root, 5, splits)
    return caught.value.messages


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_whole_folder_gives_ids_lines_paths_and_labels_in_the_order_of_the_csv(root: Path) -> None:
    data = read_data_folder(root, 5)
    assert list(data.splits) == ["train", "validation", "test"]
    train = data.splits["train"]
    assert len(train) == 6
    assert train.table == root / "train.csv"
    assert train.ids == ("train_0", "train_1", "train_2", "train_3", "train_4", "train_5")
    assert train.lines == (2, 3, 4, 5, 6, 7)
    assert train.paths[5] == root / "train" / "train_5.png"
    assert train.labels is not None
    assert train.labels.dtype == np.int32
    assert train.labels.tolist() == [0, 1, 2, 3, 4, 0]
    assert data.splits["test"].labels is None
    assert data.submission_ids == ("test_0", "test_1", "test_2", "test_3", "test_4", "test_5")


def test_submission_ids_keep_the_order_of_the_sample(root: Path) -> None:
    (root / "sample_submission.csv").write_text(
        "image_id,label\ntest_5,0\ntest_0,0\ntest_4,0\ntest_1,0\ntest_3,0\ntest_2,0\n"
    )
    ids = read_data_folder(root, 5).submission_ids
    assert ids == ("test_5", "test_0", "test_4", "test_1", "test_3", "test_2")


def test_ids_may_carry_the_suffix_of_their_files(root: Path) -> None:
    text = (root / "train.csv").read_text(encoding="utf-8")
    (root / "train.csv").write_text(text.replace(",", ".png,").replace("image_id.png", "image_id"))
    train = read_data_folder(root, 5).splits["train"]
    assert train.ids[0] == "train_0.png"
    assert train.paths[0] == root / "train" / "train_0.png"


def test_only_the_splits_that_are_asked_for_are_read(root: Path) -> None:
    (root / "test.csv").unlink()
    (root / "sample_submission.csv").unlink()
    (root / "train.csv").write_text("nonsense")
    data = read_data_folder(root, 5, ["validation"])
    assert list(data.splits) == ["validation"]
    assert data.submission_ids == ()


@pytest.mark.parametrize("taken_by_a_file", [False, True])
def test_without_a_data_folder_the_option_is_named(tmp_path: Path, taken_by_a_file: bool) -> None:
    if taken_by_a_file:
        (tmp_path / "absent").write_text("")
    what = "a file" if taken_by_a_file else "no such folder"
    (mistake,) = mistakes_of(tmp_path / "absent")
    assert mistake == f"Expected a data folder at {tmp_path / 'absent'}. Received: {what}. Name yours with --data."


def test_folders_that_may_not_be_entered_are_mistakes_like_others(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    list_folder = os.scandir

    def refuse(folder: Path) -> "os._ScandirIterator[str]":
        if folder == root / "train":
            raise refusal
        return list_folder(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    (root / "validation.csv").unlink()
    assert mistakes_of(root) == (
        f"Expected the folder {root / 'train'} with the images of train.csv. Received: Permission denied (errno 13).",
        f"Expected the file {root / 'validation.csv'}. Received: no such file.",
    )

    def fail(path: Path) -> bool:
        raise refusal

    monkeypatch.setattr(Path, "is_dir", fail)  # below a folder that may not be entered
    assert mistakes_of(root) == (f"Expected to read the folder {root}. Received: Permission denied (errno 13).",)


@pytest.mark.parametrize("name", ["train.csv", "validation.csv", "test.csv", "sample_submission.csv"])
def test_a_csv_that_is_not_there_is_one_mistake(root: Path, name: str) -> None:
    (root / name).unlink()
    assert mistakes_of(root) == (f"Expected the file {root / name}. Received: no such file.",)


def test_a_folder_of_images_that_is_not_there_is_one_mistake_not_one_per_image(root: Path) -> None:
    (root / "validation").rename(root / "val")
    assert mistakes_of(root) == (
        f"Expected the folder {root / 'validation'} with the images of validation.csv. Received: no such folder.",
    )


@pytest.mark.parametrize("new_name", ["train_2.PNG", "train_2.jpg", "train_2"])
def test_an_image_of_another_name_is_missing_with_its_line(root: Path, new_name: str) -> None:
    (root / "train" / "train_2.png").rename(root / "train" / new_name)
    assert mistakes_of(root) == (
        f"{root / 'train.csv'} line 4: Expected the image {root / 'train' / 'train_2.png'}. "
        f"Received: no such file, but {new_name} is there.",
    )


def test_a_column_that_is_not_there_is_one_mistake(root: Path) -> None:
    change(root / "train.csv", "image_id,label", "image_id,class")
    (mistake,) = mistakes_of(root)
    assert "the column label once in line 1. Received: 'image_id,class'." in mistake


def test_a_label_is_judged_by_the_number_of_classes(root: Path) -> None:
    with pytest.raises(errors.DataError) as caught:
        read_data_folder(root, 4)
    assert [message.partition(": ")[0] for message in caught.value.messages] == [
        f"{root / 'train.csv'} line 6",
        f"{root / 'validation.csv'} line 6",
    ]


def test_the_mistakes_of_all_tables_come_together(root: Path) -> None:
    change(root / "train.csv", "train_1,1", "train_1,7")
    (root / "train" / "train_3.png").unlink()
    (root / "validation.csv").unlink()
    change(root / "test.csv", "test_0\n", "test_0\n../test_0\n")
    assert [message.partition(" Received")[0] for message in mistakes_of(root)] == [
        f"{root / 'train.csv'} line 3: Expected a label from 0 to 4.",
        f"{root / 'train.csv'} line 5: Expected the image {root / 'train' / 'train_3.png'}.",
        f"Expected the file {root / 'validation.csv'}.",
        f"{root / 'test.csv'} line 3: Expected an id of letters, digits, '.', '_' and '-', not starting with '.'.",
    ]


def test_the_rows_that_are_whole_are_there_beside_the_mistakes_of_the_others(root: Path) -> None:
    change(root / "train.csv", "train_1,1", "train_1,7")
    (root / "train" / "train_3.png").unlink()
    (root / "test.csv").unlink()
    data, mistakes = examine_data_folder(root, 5)
    assert len(mistakes) == 3
    train = data.splits["train"]
    assert train.ids == ("train_0", "train_2", "train_4", "train_5")
    assert train.lines == (2, 4, 6, 7)
    assert [path.name for path in train.paths] == ["train_0.png", "train_2.png", "train_4.png", "train_5.png"]
    assert train.labels is not None and train.labels.tolist() == [0, 2, 4, 0]
    assert (len(data.splits["validation"]), len(data.splits["test"])) == (6, 0)


def test_a_missing_image_of_test_is_no_missing_id_of_the_submission(root: Path) -> None:
    (root / "test" / "test_0.png").unlink()
    assert len(mistakes_of(root)) == 1


def test_a_whole_folder_has_no_notices_and_an_odd_one_has_those_of_all_splits(root: Path) -> None:
    assert read_data_folder(root, 5).notices == ()
    change(root / "train.csv", "train_1,1\n", "")
    change(root / "validation.csv", "image_id,label\n", "image_id,label\n\n")
    assert read_data_folder(root, 5).notices == (
        f"1 file in {root / 'train'} is in no row: train_1.png",
        "validation.csv: 1 blank row passed over",
        "train.csv: no image has the label 1",
    )


def test_where_train_has_none_of_the_last_labels_it_is_said_how_fewer_classes_are_asked_for(root: Path) -> None:
    for name in ("train", "validation"):
        rows = "".join(f"{name}_{number},{number % 3}\n" for number in range(6))
        (root / f"{name}.csv").write_text(f"image_id,label\n{rows}")
    assert read_data_folder(root, 5).notices == (
        "train.csv: no image has the labels 3, 4; for 3 classes: train --set model.classes=3, check --classes 3",
        "validation.csv: no image has the labels 3, 4",
    )
    assert read_data_folder(root, 3).notices == ()


def test_one_class_is_enough_for_validation_but_not_to_train_on(root: Path) -> None:
    for name in ("train", "validation"):
        (root / f"{name}.csv").write_text(f"image_id,label\n{name}_2,2\n{name}_3,2\n")
    data, mistakes = examine_data_folder(root, 5)
    assert mistakes == [f"Expected {root / 'train.csv'} to have at least two labels. Received: 2 in all its rows."]
    assert data.notices[-1] == "validation.csv: no image has the labels 0, 1, 3, 4"


def test_a_sample_submission_with_other_ids_is_reported_before_any_training(root: Path) -> None:
    change(root / "sample_submission.csv", "test_3,0\ntest_4,0\n", "test_9,0\n")
    assert mistakes_of(root) == (
        f"Expected {root / 'sample_submission.csv'} to have the ids of test.csv. "
        "Received: 1 other (test_9) and 2 missing (test_3, test_4).",
    )


def test_a_folder_one_level_up_says_where_the_tables_are(tmp_path: Path) -> None:
    draw_folder(tmp_path / "up" / "data")
    with pytest.raises(errors.DataError) as caught:
        read_data_folder(tmp_path / "up", 5)
    assert caught.value.messages == (
        f"Expected a data folder at {tmp_path / 'up'}. Received: a folder without train.csv, but "
        f"{tmp_path / 'up' / 'data'} has one. Name that with --data.",
    )


def test_a_zip_that_was_not_unpacked_says_how(tmp_path: Path) -> None:
    root = tmp_path / "my data"
    root.mkdir()
    (root / "a.zip").write_bytes(b"")
    assert mistakes_of(root) == (
        f"Expected a data folder at {root}. Received: a folder without train.csv, but a.zip is there. "
        f"Unpack it: unzip -q '{root / 'a.zip'}' -d '{root}'",
    )
    assert mistakes_of(root / "a.zip") == (
        f"Expected a data folder at {root / 'a.zip'}. Received: a file. Unpack it: unzip -q '{root / 'a.zip'}' -d data",
    )
    (root / "b.zip").write_bytes(b"")
    assert mistakes_of(root)[0].endswith(f"Unpack it: unzip -q '{root / '*.zip'}' -d '{root}'")
    (root / "validation.csv").write_text("")  # as of a folder to judge a run on, with a zip of something else
    assert mistakes_of(root)[0] == f"Expected the file {root / 'train.csv'}. Received: no such file."


def test_images_one_level_too_deep_are_one_mistake_that_says_where_they_are(root: Path) -> None:
    (root / "train").rename(root / "train2")
    (root / "train").mkdir()
    (root / "train2").rename(root / "train" / "train")
    assert mistakes_of(root) == (
        f"Expected the images of train.csv in {root / 'train'}. Received: none there, but train_0.png in "
        f"{root / 'train' / 'train'}. Move what is in that folder up into {root / 'train'}.",
    )
    (root / "train" / "train" / "train_1.png").rename(root / "train" / "train_1.png")
    assert len(mistakes_of(root)) == 5  # one for each of the others: somebody is moving them
