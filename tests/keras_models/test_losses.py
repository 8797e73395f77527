"""Losses and metrics, against NumPy."""

import keras
import numpy as np
import pytest

from keras_models.losses import make_loss, make_metrics

LOGITS = np.random.default_rng(1).normal(0, 3, (7, 5)).astype(np.float32)
LABELS = np.random.default_rng(2).integers(0, 5, 7, np.int32)
LOG_PROBABILITIES = LOGITS - np.log(np.exp(LOGITS).sum(axis=1, keepdims=True))


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 0.5])
def test_the_loss_is_the_cross_entropy_with_a_share_of_the_target_spread_over_all_classes(
    label_smoothing: float,
) -> None:
    wanted = (1 - label_smoothing) * np.eye(5)[LABELS] + label_smoothing / 5
    expected = -(wanted * LOG_PROBABILITIES).sum(axis=1).mean()
    assert float(make_loss(label_smoothing)(LABELS, LOGITS)) == pytest.approx(expected, rel=1e-6)


def test_beside_a_smoothed_loss_the_plain_one_is_reported() -> None:
    plain = -LOG_PROBABILITIES[np.arange(7), LABELS].mean()
    accuracy, crossentropy = make_metrics(0.1)
    for metric in (accuracy, crossentropy):
        metric.update_state(LABELS, LOGITS)
    assert float(crossentropy.result()) == pytest.approx(plain, rel=1e-6)
    assert float(accuracy.result()) == pytest.approx((LOGITS.argmax(axis=1) == LABELS).mean())
    assert float(make_loss(0.1)(LABELS, LOGITS)) != pytest.approx(plain, rel=1e-3)
    assert [metric.name for metric in make_metrics(0.0)] == ["accuracy"]


def test_the_gradient_of_a_smoothed_loss_vanishes_at_its_own_target() -> None:
    # at logits log(t) of the smoothed target t the softmax is t, where the cross-entropy has its minimum: the entropy
    target = np.array([0.92, 0.02, 0.02, 0.02, 0.02])
    loss = float(make_loss(0.1)(np.array([0]), np.log(target)[None].astype(np.float32)))
    assert loss == pytest.approx(-(target * np.log(target)).sum(), rel=1e-6)
    assert keras.backend.floatx() == "float32"


MIXTURES = np.random.default_rng(3).dirichlet(np.ones(5), 7).astype(np.float32)


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_the_loss_of_a_mixture_is_the_cross_entropy_with_its_shares(label_smoothing: float) -> None:
    wanted = (1 - label_smoothing) * MIXTURES + label_smoothing / 5
    expected = -(wanted * LOG_PROBABILITIES).sum(axis=1).mean()
    assert float(make_loss(label_smoothing)(MIXTURES, LOGITS)) == pytest.approx(expected, rel=1e-6)


def test_a_mixture_is_answered_right_where_its_largest_share_is() -> None:
    accuracy, crossentropy = make_metrics(0.1)
    for metric in (accuracy, crossentropy):
        metric.update_state(MIXTURES, LOGITS)
        metric.update_state(LABELS, LOGITS)  # labels and mixtures, one after the other: training and validation
    right = (LOGITS.argmax(axis=1) == MIXTURES.argmax(axis=1)).sum() + (LOGITS.argmax(axis=1) == LABELS).sum()
    assert 0 < right < 14
    assert float(accuracy.result()) == pytest.approx(right / 14)
    plain = -(MIXTURES * LOG_PROBABILITIES).sum() - LOG_PROBABILITIES[np.arange(7), LABELS].sum()
    assert float(crossentropy.result()) == pytest.approx(plain / 14, rel=1e-6)
