"""What a run says of itself when it begins."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands.steps.resuming import find_facts
from data_io.folder import read_data_folder
from data_io.opening import OpenData
from tests.data_io.decoded import open_split


def test_folders_are_named_so_that_they_are_found_from_elsewhere_and_the_size_of_images_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draw_data_folder: Callable[..., Path]
) -> None:
    monkeypatch.chdir(tmp_path)
    values: dict[str, Any] = {"data": Path("data"), "cache": Path("../kept"), "allow_format": ["jpeg"]}
    others = dict.fromkeys(("command_line", "backend", "loader", "devices", "processes", "device", "strict", "on_nan"))
    args = Namespace(**others, **values)
    train = read_data_folder(draw_data_folder(tmp_path / "data"), 5, ["train"]).splits["train"]
    splits = {"train": open_split(train, 16, tmp_path / "kept")}
    facts = find_facts(args, OpenData(tmp_path, splits, (), ()), "seed = 0\n")
    assert facts["source_pixels"] == (16, 16)
    assert facts["options"]["data"] == str(tmp_path / "data")
    assert facts["options"]["cache"] == f"{tmp_path}/../kept"
    assert facts["options"]["allow_format"] == ["jpeg"]
