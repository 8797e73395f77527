"""Images that cannot be read: the whole call fails, or their rows are marked; no answer is ever guessed."""

from pathlib import Path

import pytest

from tests.data_io.corpus import draw_images
from tests.data_io.test_image_rows import REFUSED
from tests.predict.conftest import Predict, paint

# JPEGs are read here.
BAD = [name for name in REFUSED if name not in ("I6 JPEG", "I7 CMYK JPEG")]


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_image_fails_and_no_file_is_written(name: str, predict: Predict, folder: Path) -> None:
    path = folder / "c.png"
    path.write_bytes(draw_images()[name])
    out = folder.parent / "out" / "a.csv"
    said = predict(folder, "--out", out)
    assert (said.exit_code, said.out, list(out.parent.iterdir())) == (3, "", [])
    (message,) = [line for line in said.err if line.startswith("error: ")]
    assert message.startswith(f"error: Expected to read the image {path}. Received: ")


def test_hostile_images_are_marked_and_the_others_answered(predict: Predict, tmp_path: Path) -> None:
    for name, content in draw_images().items():
        (tmp_path / "images" / f"{name}.png").parent.mkdir(exist_ok=True)
        (tmp_path / "images" / f"{name}.png").write_bytes(content)
    said = predict(tmp_path / "images", "--on-bad", "mark")
    assert said.exit_code == 0
    assert len(said.rows) == 1 + len(draw_images())
    for image_id, *fields in said.rows[1:]:
        if image_id.removesuffix(".png") in BAD or image_id == "I6 GIF.png":
            assert fields == ["", "", ""]
        else:
            assert fields[0] in ("0", "1") and float(fields[1]) + float(fields[2]) == pytest.approx(1, abs=1e-8)
    assert (
        said.err[-1] == f"notice: {len(BAD)} of {len(draw_images())} images could not be read; their rows have no label"
    )
    assert any("a JPEG" not in line and "not an image" in line for line in said.err)
    assert any(line.startswith("notice: image formats PNG ") and "JPEG 2" in line for line in said.err)


def test_all_mistakes_are_collected_and_the_first_twenty_shown(predict: Predict, tmp_path: Path) -> None:
    paths = []
    for number in range(90):
        good = number % 3
        paths.append(paint(tmp_path / f"{number}.png", 1, 2) if good else tmp_path / f"{number}.png")
    said = predict(*paths, "--out", tmp_path / "a.csv")
    mistakes = [line for line in said.err if line.startswith("error: ")]
    assert said.exit_code == 3 and not (tmp_path / "a.csv").exists()
    assert len(mistakes) == 21 and "… and 10 more mistakes; all 30 are in " in mistakes[20]
    assert mistakes[1] == (
        f"error: Expected to read the image {tmp_path / '3.png'}. Received: No such file or directory (errno 2)."
    )
    Path(mistakes[20].rpartition(" in ")[2].removesuffix(".")).unlink()


def test_rows_before_the_first_bad_block_are_on_stdout_whichever_thread_was_faster(
    predict: Predict, tmp_path: Path
) -> None:
    good = paint(tmp_path / "a.png", 1, 2)
    said = predict(*[good] * 130, tmp_path / "absent.png", *[good] * 200)
    assert said.exit_code == 3
    assert len(said.rows) == 1 + 128


def test_a_row_of_a_csv_that_names_no_image_is_marked(predict: Predict, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "ids.csv").write_text("image_id\nd\n../b\nb\n")
    words = (tmp_path / "ids.csv", "--images", folder)
    assert predict(*words).exit_code == 3
    said = predict(*words, "--on-bad", "mark")
    assert (said.exit_code, [row[:2] for row in said.rows[1:]]) == (0, [["d", "1"], ["../b", ""], ["b", "0"]])
    assert any(f"{tmp_path}/ids.csv line 3: Expected an id of " in line for line in said.err)
