"""`run.py predict --explain` of a trained run, on the backend of this process; what needs no Keras: tests/predict."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import run
from commands.steps.answers import explaining
from reports.heat_maps import draw_explanation
from tests.commands.conftest import TinyRun

Heat = NDArray[np.float32]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Heat, str]]:
    """Return the heat and the caption of each picture that is drawn."""
    found: list[tuple[Heat, str]] = []

    def draw(image: object, heat: Heat, weights: object, labels: object, title: str, caption: str) -> object:
        found.append((heat, caption))
        return draw_explanation(image, heat, weights, labels, title, caption)  # type: ignore[arg-type]

    monkeypatch.setattr(explaining, "draw_explanation", draw)
    return found


def test_the_cnn_of_a_run_is_explained_by_its_last_convolution_and_an_average_by_occlusion(
    tiny_run: TinyRun, backend: str, tmp_path: Path, drawn: list[tuple[Heat, str]]
) -> None:
    words = ["predict", str(tiny_run.folder), str(tiny_run.data / "validation"), "--backend", backend]
    for name, others in (("one", []), ("two", ["--with", str(tiny_run.folder / "model.keras")])):
        why = tmp_path / name
        assert run.main([*words, *others, "--explain", str(why), "--out", str(tmp_path / f"{name}.csv")]) == 0
        assert len(list(why.glob("*.png"))) == 10
    assert [caption for _, caption in drawn] == [explaining.GRAD_CAM] * 10 + [explaining.OCCLUSION] * 10
    assert all(heat.shape == (32, 32) and heat.max() in (0, 1) for heat, _ in drawn)
