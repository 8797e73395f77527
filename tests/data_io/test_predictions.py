"""CSV files of answers."""

from pathlib import Path

import numpy as np
import pytest

import errors
from data_io.predictions import read_predictions, write_predictions, write_submission

GIVEN = np.array([4, 0, 2], np.int64)


def test_a_submission_is_in_the_order_of_the_sample_and_keeps_ids_as_text(tmp_path: Path) -> None:
    write_submission(tmp_path / "submission.csv", ["NA", "007", "1e5"], ["007", "1e5", "NA"], GIVEN)
    assert (tmp_path / "submission.csv").read_bytes() == b"image_id,label\nNA,2\n007,4\n1e5,0\n"


def test_an_id_of_the_sample_without_an_answer_is_an_error_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="d"):
        write_submission(tmp_path / "submission.csv", ["a", "d"], ["a", "b", "c"], GIVEN)
    assert list(tmp_path.iterdir()) == []


def test_fewer_answers_than_ids_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shorter"):
        write_submission(tmp_path / "submission.csv", ["a"], ["a", "b", "c", "d"], GIVEN)


def test_predictions_hold_the_true_label_the_answer_and_a_column_per_class(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    probabilities = np.array([[0.25, 0.75], [1 / 3, 2 / 3]])
    write_predictions(path, ["a", "007"], np.array([1, 0], np.int32), np.array([1, 1], np.int64), probabilities)
    assert path.read_text(encoding="utf-8") == (
        "image_id,label,given_label,probability_0,probability_1\na,1,1,0.25,0.75\n007,0,1,0.333333333,0.666666667\n"
    )


def test_the_digits_give_the_same_float32_back(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    wanted = np.random.default_rng(0).random((1000, 1), np.float32)
    wanted[:3, 0] = np.array([1e-30, 1.0, 1 - 2**-24])  # small, one, and the float32 just below one
    nobody = np.zeros(1000, np.int32)
    write_predictions(path, ["x"] * 1000, nobody, nobody.astype(np.int64), wanted.astype(np.float64))
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    received = np.array([line.rpartition(",")[2] for line in lines], np.float64).astype(np.float32)
    np.testing.assert_array_equal(received, wanted[:, 0])


def test_what_was_written_is_read_again_and_ids_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    probabilities = np.array([[0.25, 0.75], [1 / 3, 2 / 3]])
    write_predictions(path, ["NA", "007"], np.array([1, 0], np.int32), np.array([1, 1], np.int64), probabilities)
    found = read_predictions(path)
    assert found.ids == ("NA", "007")
    assert (found.labels.tolist(), found.given.tolist()) == ([1, 0], [1, 1])
    np.testing.assert_allclose(found.probabilities, probabilities, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "received"),
    [
        ("", "No columns"),
        ("image_id,label\na,1\n", "given_label"),
        ("image_id,label,given_label,probability_0,probability_1\n", "0 rows of 2 classes"),
        ("image_id,label,given_label,probability_0,probability_1\na,2,0,0.5,0.5\n", "a label outside of 0 to 1"),
        ("image_id,label,given_label,probability_0,probability_1\na,0,-1,0.5,0.5\n", "a given_label outside"),
        ("image_id,label,given_label,probability_0,probability_1\na,0,0,0.5,0.6\n", "do not sum to 1"),
        ("image_id,label,given_label,probability_0,probability_1\na,0,0,,1\n", "could not convert|do not sum to 1"),
        ("image_id,label,given_label,probability_0,probability_2\na,0,0,0.5,0.5\n", "probability_1"),
        ("image_id,label,given_label,probability_0,probability_1\na,x,0,0.5,0.5\n", "invalid literal"),
    ],
)
def test_answers_of_another_form_are_refused(tmp_path: Path, text: str, received: str) -> None:
    path = tmp_path / "predictions.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(errors.PromiseError, match=f"Expected the answers of a run in .*Received: .*({received})"):
        read_predictions(path)
