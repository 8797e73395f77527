"""`run.py predict --tta` with a tiny ONNX file, whose logits are the means of red and green."""

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import run
from tests.predict.conftest import Predict, paint


@pytest.fixture
def edge(tmp_path: Path) -> Path:
    """An image with a red left column of 16 in 16 x 16 pixels, so that the mean of red is 1."""
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[:, 0, 0] = 16
    path = tmp_path / "edge.png"
    Image.fromarray(pixels).save(path)
    return path


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], sigmoid(1)),
        (["--tta", "mirror"], sigmoid(1)),
        # To the right the edge is there three times, to the left not at all; up and down it stays.
        (["--tta", "shifts"], (3 * sigmoid(1) + sigmoid(3) + sigmoid(0)) / 5),
        (["--tta"], (6 * sigmoid(1) + 2 * sigmoid(3) + 2 * sigmoid(0)) / 10),
    ],
)
def test_the_answer_is_the_mean_over_the_views(words: list[str], expected: float, predict: Predict, edge: Path) -> None:
    said = predict(edge, *words)
    assert said.exit_code == 0
    assert float(said.rows[1][2]) == pytest.approx(expected, abs=1e-6)


def test_the_same_images_give_the_same_bytes_whatever_the_number_of_threads(predict: Predict, tmp_path: Path) -> None:
    for number in range(130):
        paint(tmp_path / "many" / f"{number:03}.png", number % 6, number % 5)
    said = [predict(tmp_path / "many", "--workers", workers, "--tta").out for workers in (1, 3, 3)]
    assert len(said[0].splitlines()) == 131
    assert said[0] == said[1] == said[2]


def test_a_part_with_views_is_no_part_of_an_answer_without(
    predict: Predict, folder: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    parts = [tmp_path / "0.csv", tmp_path / "1.csv"]
    assert predict(folder, "--shard", "0/2", "--out", parts[0]).exit_code == 0
    assert predict(folder, "--shard", "1/2", "--out", parts[1], "--tta", "mirror").exit_code == 0
    assert run.main(["predict", "--merge", *map(str, parts), "--out", str(tmp_path / "all.csv")]) == 6
    assert b"other options" in capfdbinary.readouterr().err


def test_an_image_after_tta_is_taken_for_a_set_of_views_and_the_message_says_which_there_are(
    predict: Predict, edge: Path
) -> None:
    said = predict("--tta", edge)
    assert said.exit_code == 2
    assert "mirror" in said.err[0] and "shifts" in said.err[0]
