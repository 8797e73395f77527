"""Ensembles of fakes: what is judged is the mean over models, each at its own size."""

from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from commands.steps.data import open_data
from commands.steps.ensemble import Ensemble, judge_ensemble
from keras_models.artefacts.contract import SCALING, Contract
from recipes.reading import read_recipe
from tests.commands.conftest import RECIPE
from tests.data_io.decoded import read_image


class Fake:
    """Its logits are the mean red of the image and zeros."""

    def __init__(self, size_pixels: int) -> None:
        labels = ("0", "1", "2", "3", "4")
        self.contract = Contract("fake", "cnn", "torch", labels, size_pixels, "r", SCALING, 2.0, "a", "b", {}, {})

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        assert images.shape == (64, self.contract.size_pixels, self.contract.size_pixels, 3)
        logits = np.zeros((64, 5), np.float32)
        logits[:, 0] = images[..., 0].mean(axis=(1, 2)) / 100
        logits[:, 1] = images[:, 0, 0, 0] / 100
        return logits


def test_models_of_two_sizes_each_see_the_files_at_their_own_size(
    tiny_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = Namespace(cache=tmp_path, allow_format=[], strict=False, split="validation")
    recipe = read_recipe(str(RECIPE))
    cached = open_data(args, tiny_data, recipe, ["validation"]).splits["validation"]
    ensemble = Ensemble(["small", "large"], [Fake(32), Fake(64)], None)
    logits, facts = judge_ensemble(args, tiny_data, recipe, cached, ensemble)
    parts = []
    for size in (32, 64):
        pixels = np.stack([read_image(path, size) for path in cached.split.paths]).astype(np.float64)
        expected = np.zeros((len(pixels), 5))
        expected[:, 0], expected[:, 1] = pixels[..., 0].mean(axis=(1, 2)) / 100, pixels[:, 0, 0, 0] / 100
        parts.append(np.exp(expected) / np.exp(expected).sum(axis=1, keepdims=True))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, (parts[0] + parts[1]) / 2, rtol=0, atol=1e-6)
    assert np.abs(parts[0] - parts[1]).max() > 1e-3  # else the sizes could be mixed up unseen
    alone = [float((part.argmax(axis=1) == cached.labels).mean()) for part in parts]
    assert [named["accuracy"] for named in facts["models"]] == alone
    losses = [-np.log(part[np.arange(len(part)), cached.labels]).mean() for part in parts]
    np.testing.assert_allclose([named["loss"] for named in facts["models"]], losses, rtol=0, atol=1e-5)
    assert abs(losses[0] - losses[1]) > 1e-4
    assert facts["views"] == 1 and "mean of 2 models:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("models", "tta", "suffix", "words"),
    [
        (1, None, "", ""),
        (1, "all", "-tta", "mean of 10 views"),
        (1, "shifts", "-tta-shifts", "mean of 5 views"),
        (3, None, "-models3", "mean of 3 models"),
        (2, "mirror", "-models2-tta-mirror", "mean of 2 models and 2 views"),
    ],
)
def test_an_ensemble_is_named_by_its_models_and_views(models: int, tta: str | None, suffix: str, words: str) -> None:
    ensemble = Ensemble(["a"] * models, [Fake(32)] * models, tta)
    assert (ensemble.suffix(), ensemble.describe(), ensemble.averages) == (suffix, words, bool(suffix))
