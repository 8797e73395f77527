"""Means of probabilities over models and views; the models are fakes, without Keras."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from commands.arguments.parser import build_parser
from commands.steps.answers.averaging import answer_arrays, as_logits, mean_probabilities
from data_io.views import VIEWS
from keras_models.artefacts.contract import Contract
from tests.onnx_files import tiny_contract


class LeftEdge:
    """Its logits are 0 and a tenth of the red of the left upper pixel: it answers by what is at the left."""

    def __init__(self, size_pixels: int = 16, temperature: float = 1.0) -> None:
        self.contract: Contract = tiny_contract(size_pixels=size_pixels, temperature=temperature)
        self.blocks: list[int] = []

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.blocks.append(len(images))
        red = images[:, 0, 0, 0].astype(np.float32) / 10
        return np.stack([np.zeros_like(red), red], axis=1)


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def edges(left: int, right: int, count: int = 1, size: int = 16) -> NDArray[np.uint8]:
    images = np.zeros((count, size, size, 3), np.uint8)
    images[:, :, : size // 2, 0] = left
    images[:, :, size // 2 :, 0] = right
    return images


def test_a_mirrored_view_gives_the_mean_of_two_known_probabilities() -> None:
    weights = mean_probabilities([LeftEdge()], {16: edges(10, 30)}, "mirror")
    expected = (sigmoid(1) + sigmoid(3)) / 2
    np.testing.assert_allclose(weights, [[1 - expected, expected]], rtol=0, atol=1e-6)


def test_two_models_are_averaged_each_at_its_size_and_temperature() -> None:
    models = [LeftEdge(), LeftEdge(32, temperature=2.0)]
    images = {16: edges(10, 0), 32: edges(40, 0, size=32)}
    expected = (sigmoid(1) + sigmoid(4 / 2)) / 2
    np.testing.assert_allclose(mean_probabilities(models, images)[0, 1], expected, rtol=0, atol=1e-6)


def test_what_is_judged_is_not_calibrated() -> None:
    weights = answer_arrays([LeftEdge(temperature=2.0)], {16: edges(10, 0)}, None, lambda count: None)
    np.testing.assert_allclose(weights[0, 1], sigmoid(1), rtol=0, atol=1e-6)


def test_arrays_are_answered_in_full_blocks_of_64_and_each_answer_is_counted() -> None:
    images = np.concatenate([edges(10, 30, 69), edges(20, 0, 1)])
    models = [LeftEdge(), LeftEdge()]
    counted: list[int] = []
    weights = answer_arrays(models, {16: images}, "mirror", counted.append)
    assert weights.shape == (70, 2)
    np.testing.assert_allclose(weights[:69, 1], (sigmoid(1) + sigmoid(3)) / 2, rtol=0, atol=1e-6)
    np.testing.assert_allclose(weights[69, 1], (sigmoid(2) + sigmoid(0)) / 2, rtol=0, atol=1e-6)
    assert models[0].blocks == [64, 64, 64, 64]  # two views of each block
    assert counted == [256, 24]  # 64 and 6 images, two models, two views


def test_probabilities_become_logits_that_give_them_back_and_a_certain_answer_stays_finite() -> None:
    weights = np.array([[0.25, 0.75], [0.0, 1.0]])
    logits = as_logits(weights)
    assert logits.dtype == np.float32 and np.isfinite(logits).all()
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, weights, rtol=0, atol=1e-6)


@pytest.mark.parametrize("words", [["predict", "MODEL", "IMAGE"], ["evaluate", "RUN"]])
def test_the_sets_of_views_can_be_named_and_all_is_what_none_means(words: list[str]) -> None:
    parser = build_parser()
    assert parser.parse_args(words).tta is None
    assert parser.parse_args([*words, "--tta"]).tta == "all"
    assert [parser.parse_args([*words, "--tta", kind]).tta for kind in VIEWS] == list(VIEWS)
