"""Statistics of batch normalisation taken anew from given batches: their means, and nothing else changes."""

import numpy as np
import pytest

from keras_models import residual
from keras_models.batch_statistics import estimate_statistics


def test_running_statistics_become_the_means_over_the_batches_and_weights_stay() -> None:
    model = residual.build(16, 5, seed=0, channels=(4, 6), blocks=(1,), dropout_fraction=0.5)
    generator = np.random.default_rng(0)
    batches = [generator.integers(0, level, (8, 16, 16, 3), np.uint8) for level in (256, 128, 32)]
    weights = {variable.path: np.array(variable) for variable in model.trainable_variables}
    stem = model.get_layer("stem_convolution")
    kernel, bias = (np.asarray(each, np.float64) for each in stem.get_weights())
    means, variances = [], []
    for images in batches:  # of the stem's convolution at one place inside, in NumPy
        folded = (images / 127.5 - 1).reshape(8, 8, 2, 8, 2, 3).transpose(0, 1, 3, 2, 4, 5).reshape(8, 8, 8, 12)
        padded = np.pad(folded, ((0, 0), (1, 1), (1, 1), (0, 0)))
        answers = bias + sum(
            padded[:, row : row + 8, column : column + 8] @ kernel[row, column]
            for row in range(3)
            for column in range(3)
        )
        means.append(answers.mean(axis=(0, 1, 2)))
        variances.append(answers.var(axis=(0, 1, 2)))
    estimate_statistics(model, iter(batches))
    _, _, mean, variance = model.get_layer("stem_normalization").get_weights()
    np.testing.assert_allclose(mean, np.mean(means, axis=0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(variance, np.mean(variances, axis=0), rtol=1e-2)
    assert model.get_layer("stem_normalization").momentum == 0.9
    for variable in model.trainable_variables:
        np.testing.assert_array_equal(np.array(variable), weights[variable.path])


def test_without_batches_nothing_changes() -> None:
    model = residual.build(16, 5, seed=0, channels=(4, 6), blocks=(0,))
    before = [np.array(each) for each in model.get_weights()]
    estimate_statistics(model, [])
    for one, other in zip(before, model.get_weights(), strict=True):
        assert one == pytest.approx(other)
