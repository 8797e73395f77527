from pathlib import Path

from PIL import Image

from benchmarks.folders import make_folder
from data_io.folder import read_data_folder
from tests.conftest import DrawDataFolder


def test_a_folder_of_the_first_rows_is_a_data_folder(draw_data_folder: DrawDataFolder, tmp_path: Path) -> None:
    source = draw_data_folder(tmp_path / "source")
    make_folder(source, tmp_path / "made", {"train": 4, "validation": 2, "test": 3})
    read = read_data_folder(tmp_path / "made", 5)
    assert read.splits["train"].ids == ("train_0", "train_1", "train_2", "train_3")
    assert read.submission_ids == ("test_0", "test_1", "test_2")


def test_more_names_than_pictures_keep_each_picture_its_label(draw_data_folder: DrawDataFolder, tmp_path: Path) -> None:
    source = draw_data_folder(tmp_path / "source")
    make_folder(source, tmp_path / "made", {"train": 7}, distinct=3)
    split = read_data_folder(tmp_path / "made", 5, ("train",)).splits["train"]
    assert split.labels is not None and split.labels.tolist() == [0, 1, 2, 0, 1, 2, 0]
    pixels = [Image.open(path).tobytes() for path in split.paths]
    assert pixels[0] == pixels[3] == pixels[6] != pixels[1]
