"""What logits are worth: every expected number here is worked out by hand."""

import json
import math

import numpy as np
import pytest
from numpy.typing import NDArray

import errors
from reports import scores

# Six images of three classes. The label given has logit ln 2, so probability 2 / 4; the others have 1 / 4.
TRUE = np.array([0, 0, 0, 1, 1, 2])
GIVEN = np.array([0, 0, 1, 1, 0, 1])


def give(given: NDArray[np.int64], classes: int = 3) -> NDArray[np.float32]:
    """Return logits (N, classes) that give these labels."""
    return (math.log(2) * np.eye(classes)[given]).astype(np.float32)


def test_accuracy_is_the_share_of_right_labels_with_its_binomial_standard_error() -> None:
    result = scores.score(give(GIVEN), TRUE)
    assert (result.images, result.accuracy) == (6, 0.5)
    assert result.accuracy_standard_error == pytest.approx(math.sqrt(0.25 / 6))


def test_the_standard_error_of_1250_images_of_which_1109_are_right() -> None:
    given = np.array([0] * 1109 + [1] * 141)
    result = scores.score(give(given), np.zeros(1250, dtype=np.int64))
    assert result.accuracy == 0.8872
    assert result.accuracy_standard_error == pytest.approx(0.00894768, abs=1e-8)  # sqrt(0.8872 * 0.1128 / 1250)


def test_rows_of_the_confusion_are_true_labels_and_columns_given_labels() -> None:
    assert scores.score(give(GIVEN), TRUE).confusion == ((2, 1, 0), (1, 1, 0), (0, 1, 0))


def test_precision_looks_down_the_column_and_recall_along_the_row() -> None:
    zero, one, two = scores.score(give(GIVEN), TRUE).per_class
    assert (zero.precision, zero.recall, zero.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (one.precision, one.recall, one.f1) == pytest.approx((1 / 3, 1 / 2, 0.4))
    assert (two.precision, two.recall, two.f1) == (0.0, 0.0, 0.0)
    assert [row.label for row in (zero, one, two)] == [0, 1, 2]
    assert [row.support for row in (zero, one, two)] == [3, 2, 1]


def test_the_loss_is_the_mean_over_images_in_nats() -> None:
    # Three right at -ln(1/2), three wrong at -ln(1/4): a mean of 1.5 ln 2.
    assert scores.score(give(GIVEN), TRUE).loss == pytest.approx(1.5 * math.log(2), rel=1e-6)


@pytest.mark.parametrize("classes", [2, 5, 7])
def test_the_loss_of_uniform_logits_is_the_logarithm_of_the_number_of_classes(classes: int) -> None:
    logits = np.full((4, classes), 3.0, dtype=np.float32)
    assert scores.score(logits, np.array([0, 1, 0, 1])).loss == pytest.approx(math.log(classes), rel=1e-12)


def test_large_logits_neither_overflow_nor_lose_the_loss() -> None:
    logits = np.array([[1000, 0], [-1000, 1000]], dtype=np.float32)
    assert scores.score(logits, np.array([1, 0])).loss == 1500.0
    perfect = scores.score(logits, np.array([0, 1])).loss
    assert perfect == 0.0
    assert math.copysign(1, perfect) == 1


def test_a_class_without_images_is_still_listed() -> None:
    result = scores.score(give(np.array([0, 3]), classes=5), np.array([0, 1]))
    assert [row.support for row in result.per_class] == [1, 1, 0, 0, 0]
    assert [row.recall for row in result.per_class] == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert result.confusion[1] == (0, 0, 0, 1, 0)
    assert len(result.confusion) == len(result.confusion[4]) == 5


def test_labels_of_any_integer_type_are_taken() -> None:
    assert scores.score(give(GIVEN), TRUE.astype(np.uint8)) == scores.score(give(GIVEN), TRUE)


def test_a_tie_gives_the_lowest_label() -> None:
    logits = np.array([[0, 0, 0], [1, 3, 3], [2, 1, 2]], dtype=np.float32)
    assert scores.given_labels(logits).tolist() == [0, 1, 0]


def test_probabilities_are_the_softmax_of_the_logits_over_the_temperature() -> None:
    logits = np.array([[math.log(9), 0]], dtype=np.float32)
    assert scores.probabilities(logits).tolist()[0] == pytest.approx([0.9, 0.1], rel=1e-6)
    # Half of ln 9 is ln 3.
    assert scores.probabilities(logits, temperature=2.0).tolist()[0] == pytest.approx([0.75, 0.25], rel=1e-6)
    assert scores.probabilities(logits).dtype == np.float64


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.inf, math.nan])
def test_a_temperature_that_is_not_above_nought_is_refused(temperature: float) -> None:
    with pytest.raises(ValueError, match=r"Expected a finite temperature above 0\. Received"):
        scores.probabilities(give(GIVEN), temperature)


def test_logits_that_are_not_finite_are_counted_and_refused() -> None:
    logits = give(GIVEN)
    logits[1] = np.nan
    logits[4, 2] = -np.inf
    message = r"Expected finite logits\. Received: 4 non-finite values in 2 of 6 images\."
    with pytest.raises(errors.DivergedError, match=message):
        scores.score(logits, TRUE)
    with pytest.raises(errors.DivergedError, match=message):
        scores.given_labels(logits)
    with pytest.raises(errors.DivergedError, match=message):
        scores.probabilities(logits)


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.zeros(3, np.float32), TRUE, r"shape \(N, K\).*Received: float32 of shape \(3,\)"),
        (np.zeros((0, 3), np.float32), TRUE[:0], r"at least 1 image.*Received: float32 of shape \(0, 3\)"),
        (np.zeros((6, 1), np.float32), TRUE, r"2 classes.*Received: float32 of shape \(6, 1\)"),
        (np.zeros((6, 3), np.int64), TRUE, r"floating-point.*Received: int64 of shape \(6, 3\)"),
        (np.zeros((6, 3), np.float32), TRUE[:5], r"shape \(6,\).*Received: int64 of shape \(5,\)"),
        (np.zeros((6, 3), np.float32), TRUE[:, None], r"shape \(6,\).*Received: int64 of shape \(6, 1\)"),
        (np.zeros((6, 3), np.float32), TRUE.astype(float), r"integer labels.*Received: float64"),
        (np.zeros((6, 3), np.float32), TRUE + 1, r"labels from 0 to 2\. Received: labels from 1 to 3"),
        (np.zeros((6, 3), np.float32), TRUE - 1, r"labels from 0 to 2\. Received: labels from -1 to 1"),
    ],
)
def test_what_does_not_fit_is_refused(logits: NDArray[np.float32], labels: NDArray[np.int64], message: str) -> None:
    with pytest.raises(ValueError, match=f"Expected.*{message}"):
        scores.score(logits, labels)


def test_the_dict_goes_through_json_and_comes_back_the_same() -> None:
    as_dict = scores.score(give(GIVEN), TRUE).as_dict()
    assert json.loads(json.dumps(as_dict, allow_nan=False)) == as_dict
    assert list(as_dict) == [
        "images",
        "accuracy",
        "accuracy_standard_error",
        "loss",
        "per_class",
        "confusion",
    ]
    assert as_dict["confusion"] == [[2, 1, 0], [1, 1, 0], [0, 1, 0]]
    assert as_dict["per_class"][2] == {"label": 2, "precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}
    assert {type(value) for value in as_dict["per_class"][0].values()} == {int, float}
    assert type(as_dict["loss"]) is float


def test_the_description_is_a_headline_and_an_aligned_row_per_class() -> None:
    result = scores.Scores(
        images=1250,
        accuracy=0.8872,
        accuracy_standard_error=0.00894768,
        loss=0.34561,
        per_class=(scores.ClassScores(0, 1.0, 0.5, 2 / 3, 1240), scores.ClassScores(1, 0.0, 0.0, 0.0, 10)),
        confusion=((620, 620), (10, 0)),
    )
    assert scores.describe(result) == [
        "accuracy 0.8872 ± 0.0089 (1,250 images), loss 0.3456",
        "label  precision  recall      f1   images",
        "    0     1.0000  0.5000  0.6667    1,240",
        "    1     0.0000  0.0000  0.0000       10",
    ]
