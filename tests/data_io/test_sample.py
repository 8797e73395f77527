"""The drawn sample data: the competition's folder form, the same bytes every time, and no way around the pixels."""

import csv
import hashlib
import uuid
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score

import errors
from data_io import sample
from data_io.sample import draw_sample

SPLITS = ("train", "validation", "test")


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def digest_folder(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(path.relative_to(folder).as_posix().encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "data"
    draw_sample(folder, 57, seed=0)
    return folder


def test_the_folder_holds_the_competition_s_files_and_no_others(drawn: Path) -> None:
    tables = {"train.csv", "validation.csv", "test.csv", "sample_submission.csv"}
    assert {path.name for path in drawn.iterdir()} == {*SPLITS, *tables}
    assert (drawn / "train.csv").read_bytes().startswith(b"image_id,label\n")
    assert (drawn / "validation.csv").read_bytes().startswith(b"image_id,label\n")
    assert (drawn / "test.csv").read_bytes().startswith(b"image_id\n")
    assert (drawn / "sample_submission.csv").read_bytes().startswith(b"image_id,label\n")
    assert all(b"\r" not in (drawn / name).read_bytes() for name in tables)


def test_the_splits_are_eight_to_one_to_one_and_the_rest_goes_to_train(drawn: Path) -> None:
    assert [len(read_rows(drawn / f"{split}.csv")) for split in SPLITS] == [47, 5, 5]


@pytest.mark.parametrize("split", SPLITS)
def test_the_ids_are_uuids_and_name_the_files(drawn: Path, split: str) -> None:
    image_ids = [row["image_id"] for row in read_rows(drawn / f"{split}.csv")]
    assert {path.name for path in (drawn / split).iterdir()} == {f"{image_id}.png" for image_id in image_ids}
    assert len(set(image_ids)) == len(image_ids)
    assert all(str(uuid.UUID(image_id)) == image_id for image_id in image_ids)


def test_the_classes_of_a_split_differ_by_one_image_at_most(drawn: Path) -> None:
    for split, expected in (("train", [9, 9, 9, 10, 10]), ("validation", [1, 1, 1, 1, 1])):
        labels = [int(row["label"]) for row in read_rows(drawn / f"{split}.csv")]
        assert sorted(labels.count(label) for label in range(5)) == expected


def test_the_order_of_the_rows_does_not_follow_the_labels(drawn: Path) -> None:
    labels = [int(row["label"]) for row in read_rows(drawn / "train.csv")]
    assert labels != [number % 5 for number in range(47)]
    assert labels != sorted(labels)


def test_the_sample_submission_is_all_zeros_in_the_order_of_the_test_table(drawn: Path) -> None:
    image_ids = [row["image_id"] for row in read_rows(drawn / "test.csv")]
    submission = read_rows(drawn / "sample_submission.csv")
    assert [row["image_id"] for row in submission] == image_ids
    assert {row["label"] for row in submission} == {"0"}


def test_every_image_is_a_100_pixel_rgb_png_without_metadata(drawn: Path) -> None:
    for path in drawn.rglob("*.png"):
        with Image.open(path) as image:
            assert (image.format, image.mode, image.size, image.info) == ("PNG", "RGB", (100, 100), {})


def test_the_same_seed_draws_the_same_bytes_whatever_the_threads(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "THREADS_MAXIMUM", 1)
    draw_sample(tmp_path / "again", 57, seed=0)
    assert digest_folder(tmp_path / "again") == digest_folder(drawn)


def test_another_seed_draws_other_images_under_other_ids(drawn: Path, tmp_path: Path) -> None:
    draw_sample(tmp_path / "other", 57, seed=1)
    other = tmp_path / "other"
    assert not {path.name for path in drawn.rglob("*.png")} & {path.name for path in other.rglob("*.png")}
    assert not {path.read_bytes() for path in drawn.rglob("*.png")} & {
        path.read_bytes() for path in other.rglob("*.png")
    }


def test_every_finished_image_is_told(tmp_path: Path) -> None:
    told: list[int] = []
    draw_sample(tmp_path / "data", 50, seed=0, advance=told.append)
    assert sum(told) == 50


@pytest.mark.parametrize(("images", "seed"), [(49, 0), (0, 0), (-5, 0), (50, -1)])
def test_too_few_images_or_a_negative_seed_are_refused(tmp_path: Path, images: int, seed: int) -> None:
    with pytest.raises(errors.UsageError, match=r"Expected .* Received: -?\d+"):
        draw_sample(tmp_path / "data", images, seed)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.txt").write_text("mine")
    with pytest.raises(errors.UsageError, match="data, a folder that holds files"):
        draw_sample(tmp_path / "data", 50, seed=0)
    assert [path.name for path in tmp_path.rglob("*")] == ["data", "mine.txt"]
    assert (tmp_path / "data" / "mine.txt").read_text() == "mine"


def test_a_file_in_the_folder_s_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    with pytest.raises(errors.UsageError, match="data, a file"):
        draw_sample(tmp_path / "data", 50, seed=0)
    assert (tmp_path / "data").read_text() == "mine"


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    draw_sample(tmp_path / "data", 50, seed=0)
    assert len(list((tmp_path / "data" / "train").iterdir())) == 40
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_nothing_is_left_behind_when_drawing_is_broken_off(tmp_path: Path) -> None:
    finished = 0

    def interrupt(count: int) -> None:
        nonlocal finished
        finished += count
        if finished == 45:  # in the middle of validation
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_sample(tmp_path / "data", 50, seed=0, advance=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_an_environment_fault_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(errors.EnvironmentFault, match="No space left on device"):
        draw_sample(tmp_path / "data", 50, seed=0)
    assert list(tmp_path.iterdir()) == []


def describe_without_pixels(folder: Path) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Returns file size, width, height, mode and the colour means and deviations, (N, 10), and the labels, (N,)."""
    features, labels = [], []
    for split in ("train", "validation"):
        for row in read_rows(folder / f"{split}.csv"):
            path = folder / split / f"{row['image_id']}.png"
            with Image.open(path) as image:
                pixels = np.asarray(image, np.float64).reshape(-1, 3)
                shape = (path.stat().st_size, *image.size, len(image.mode))
            features.append([*shape, *pixels.mean(axis=0), *pixels.std(axis=0)])
            labels.append(int(row["label"]))
    return np.array(features), np.array(labels)


def test_file_size_and_colour_alone_do_not_give_the_class_away(tmp_path: Path) -> None:
    # Chance is 0.20. With the same grain in every class, size alone guesses about half of the labels.
    draw_sample(tmp_path / "data", 600, seed=0)
    features, labels = describe_without_pixels(tmp_path / "data")
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    boosting = HistGradientBoostingClassifier(max_iter=30, max_depth=3, random_state=0)
    forest = RandomForestClassifier(60, min_samples_leaf=5, random_state=0)
    size_alone, with_means, with_deviations = features[:, :1], features[:, :7], features
    for model, known in (
        (boosting, size_alone),
        (boosting, with_means),
        (boosting, with_deviations),
        (forest, with_means),
        (forest, with_deviations),
    ):
        assert cross_val_score(model, known, labels, cv=folds).mean() <= 0.35
