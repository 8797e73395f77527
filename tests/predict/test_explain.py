"""`run.py predict --explain`: a picture an image, each in a file of its own, and answers that do not change."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from commands.steps.answers.explaining import LONGEST_NAME, Mean, PictureNames
from keras_models.artefacts.contract import Contract
from tests.onnx_files import tiny_contract, write_onnx
from tests.predict.conftest import Predict, paint


def pictures(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_image_gets_a_picture_and_the_answers_stay(predict: Predict, folder: Path, tmp_path: Path) -> None:
    said = predict(folder, "--explain", tmp_path / "a" / "why")
    assert said.exit_code == 0
    assert said.out == predict(folder).out
    assert pictures(tmp_path / "a" / "why") == ["a%2Fc.png", "b.png", "d.png"]
    for path in (tmp_path / "a" / "why").iterdir():
        with Image.open(path) as image:
            image.load()
            assert (image.format, image.width > 2 * image.height) == ("PNG", True)
    assert f"wrote {tmp_path / 'a' / 'why'}: 3 pictures" in said.err


def test_images_of_one_name_do_not_take_each_others_file(predict: Predict, folder: Path, tmp_path: Path) -> None:
    paint(tmp_path / "others" / "b.png", 1, 5)
    assert predict(folder, tmp_path / "others", "--explain", tmp_path / "why").exit_code == 0
    assert pictures(tmp_path / "why") == ["a%2Fc.png", "b.png", "b~2.png", "d.png"]
    first, second = (Image.open(tmp_path / "why" / name).tobytes() for name in ("b.png", "b~2.png"))
    assert first != second


def test_nothing_that_is_there_is_overwritten(predict: Predict, folder: Path, tmp_path: Path) -> None:
    before = (folder / "b.png").read_bytes()
    said = predict(folder, "--explain", folder)
    assert (said.exit_code, said.out) == (2, "")
    assert said.err == [f"error: Expected --explain to name a new or an empty folder. Received: {folder}, with files."]
    assert (folder / "b.png").read_bytes() == before
    assert predict(folder, "--explain", folder / "b.png").exit_code == 2
    (tmp_path / "empty").mkdir()
    assert predict(folder, "--explain", tmp_path / "empty").exit_code == 0


def test_a_folder_that_cannot_be_made_is_said_before_any_work(predict: Predict, folder: Path) -> None:
    said = predict(folder, "--explain", folder / "b.png" / "why")
    assert (said.exit_code, said.out) == (4, "")


def test_a_bad_image_has_no_picture(predict: Predict, folder: Path, tmp_path: Path) -> None:
    (folder / "b.png").write_bytes(b"")
    assert predict(folder, "--on-bad", "mark", "--explain", tmp_path / "why").exit_code == 0
    assert pictures(tmp_path / "why") == ["a%2Fc.png", "d.png"]
    assert predict(folder, "--explain", tmp_path / "none").exit_code == 3
    assert pictures(tmp_path / "none") == []


def test_models_that_are_averaged_are_explained_together(predict: Predict, folder: Path, tmp_path: Path) -> None:
    other = write_onnx(tmp_path / "other.onnx", contract=tiny_contract(size_pixels=24))
    said = predict(folder / "b.png", "--with", other, "--explain", tmp_path / "why", "--out", tmp_path / "a.csv")
    assert said.exit_code == 0
    assert len(pictures(tmp_path / "why")) == 1


@pytest.mark.parametrize(
    ("image_id", "name"),
    [
        ("b", "b.png"),
        ("b.png", "b.png"),
        ("b.jpg", "b.jpg.png"),
        ("a/c.png", "a%2Fc.png"),
        ("../../x", "%2E.%2F..%2Fx.png"),
        ("/etc/passwd", "%2Fetc%2Fpasswd.png"),
        ("..", "%2E%2E.png"),
        (".hidden.png", "%2Ehidden.png"),
        ("", "%.png"),
        (".png", "%.png"),
        ("a%2Fc", "a%252Fc.png"),
        ("a b~2\n\x1b", "a%20b%7E2%0A%1B.png"),
        ("ä", "%C3%A4.png"),
        ("\udcff", "%FF.png"),  # a byte of a name that is no UTF-8
        ("CON:x\\y", "CON%3Ax%5Cy.png"),
    ],
)
def test_an_id_becomes_a_name_in_the_folder(image_id: str, name: str) -> None:
    assert PictureNames().name(image_id) == name


def test_names_differ_in_more_than_capitals() -> None:
    names = PictureNames()
    given = [names.name(image_id) for image_id in ("a", "A", "a.png", "a~2", "a")]
    assert given == ["a.png", "A~2.png", "a~3.png", "a%7E2.png", "a~4.png"]


def test_a_long_id_is_cut_and_still_its_own() -> None:
    names = [PictureNames().name("x" * 400 + end) for end in ("a", "b")]
    assert len(set(names)) == 2
    assert all(name.startswith("x" * LONGEST_NAME + "~") and len(name) < 255 for name in names)


class Constant:
    """Answers the same logits whatever it sees, and notices the size."""

    def __init__(self, logits: list[float], contract: Contract) -> None:
        self.answer = logits
        self.contract = contract
        self.sizes: list[int] = []

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.sizes.append(images.shape[1])
        return np.tile(np.array(self.answer, np.float32), (len(images), 1))


def test_a_mean_of_models_has_the_mean_of_their_probabilities() -> None:
    one = Constant([np.log(3.0), 0.0], tiny_contract())  # 3/4 and 1/4
    other = Constant([0.0, 2 * np.log(4.0)], tiny_contract(size_pixels=32, temperature=2.0))  # 1/5 and 4/5
    mean = Mean([one, other])
    assert (mean.contract.size_pixels, mean.contract.temperature) == (32, 1.0)
    logits = mean.logits(np.zeros((2, 32, 32, 3), np.uint8))
    weights = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(weights, [[0.475, 0.525]] * 2, atol=1e-6)
    assert (one.sizes, other.sizes) == ([16], [32])
    sure = Constant([2000.0, 0.0], tiny_contract())
    assert np.isfinite(Mean([sure, sure]).logits(np.zeros((1, 16, 16, 3), np.uint8))).all()
