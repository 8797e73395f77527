"""A sample submission and what becomes of it."""

from pathlib import Path

import pytest

import errors
from data_io.inputs import Input
from data_io.submissions import Submission

LABELS = ("0", "1", "2")


def sample(folder: Path, text: str = "image_id,label\nb,0\n007,0\na,0\n") -> Path:
    path = folder / "sample.csv"
    path.write_text(text)
    return path


def asked(name: str, image_id: str | None = None) -> Input:
    return Input(image_id or name, Path(name), name)


def test_it_has_the_ids_and_the_order_of_the_sample(tmp_path: Path) -> None:
    submission = Submission(sample(tmp_path))
    for name, label in (("a", "2"), ("007.png", "1"), ("b.JPG", "0")):
        submission.give(asked(name), label)
    submission.write(tmp_path / "s.csv", LABELS)
    assert (tmp_path / "s.csv").read_bytes() == b"image_id,label\nb,0\n007,1\na,2\n"
    assert (submission.notices, submission.warnings) == ([], [])


def test_ids_of_the_sample_with_a_suffix_stay_as_they_are(tmp_path: Path) -> None:
    submission = Submission(sample(tmp_path, "image_id,label\nb.png,0\na.png,0\n"))
    submission.give(asked("a.png", "/some/where/a.png"), "2")
    submission.give(asked("b"), "1")
    submission.write(tmp_path / "s.csv", LABELS)
    assert (tmp_path / "s.csv").read_text() == "image_id,label\nb.png,1\na.png,2\n"


def test_an_id_without_an_answer_is_an_error_and_leaves_no_file(tmp_path: Path) -> None:
    submission = Submission(sample(tmp_path))
    submission.give(asked("a"), "2")
    with pytest.raises(errors.DataError, match=r"Received: none for 2 of 3 \(b, 007\)\. Nothing was written\."):
        submission.write(tmp_path / "s.csv", LABELS)
    assert not (tmp_path / "s.csv").exists()


def test_images_that_are_not_in_the_sample_are_counted(tmp_path: Path) -> None:
    submission = Submission(sample(tmp_path))
    for name in ("c", "a", "x/b", "b", "d", "e", "007"):
        submission.give(asked(name), "0" if name == "a" else "1")
    submission.write(tmp_path / "s.csv", LABELS)
    assert submission.notices == ["4 images are not in sample.csv: c, x/b, d, …"]


def test_two_images_for_one_id_are_an_error_and_one_image_twice_is_none(tmp_path: Path) -> None:
    submission = Submission(sample(tmp_path))
    submission.give(asked("a.png"), "2")
    submission.give(asked("a.png"), "2")
    with pytest.raises(errors.DataError, match=r"Expected one image for the id a\. Received: a\.png and a\.jpg\."):
        submission.give(asked("a.jpg"), "2")
    with pytest.raises(errors.DataError, match=r"Received: a\.png and other/a\.png\."):  # a name relative to its folder
        submission.give(Input("a.png", Path("other/a.png"), "a.png"), "2")


def test_an_answer_that_is_no_label_breaks_a_promise(tmp_path: Path) -> None:
    submission = Submission(sample(tmp_path, "image_id,label\na,0\n"))
    submission.give(asked("a"), "7")
    with pytest.raises(errors.PromiseError, match=r"Expected the labels 0, 1, 2\. Received: 7\."):
        submission.write(tmp_path / "s.csv", LABELS)
    assert not (tmp_path / "s.csv").exists()


def test_one_class_for_all_images_is_a_warning(tmp_path: Path) -> None:
    submission = Submission(sample(tmp_path))
    for name in ("a", "b", "007"):
        submission.give(asked(name), "2")
    submission.write(tmp_path / "s.csv", LABELS)
    assert submission.warnings == ["all 3 answers are 2: is this the model that is meant?"]


@pytest.mark.parametrize(
    "text",
    ["image_id\na\n", "label,image_id\n0,a\n", "image_id,label,x\na,0,1\n", "image_id,label\na,0\na,0\n", "", "a,0\n"],
    ids=["no label", "other order", "one more column", "an id twice", "empty", "no header"],
)
def test_a_sample_in_another_form_is_an_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(errors.DataError):
        Submission(sample(tmp_path, text))
