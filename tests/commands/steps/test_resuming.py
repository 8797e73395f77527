"""What a run says of itself when it begins."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from commands.steps.resuming import find_facts
from data_io.opening import OpenData


def test_folders_are_named_so_that_they_are_found_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    values: dict[str, Any] = {"data": Path("data"), "cache": Path("../kept"), "allow_format": ["jpeg"]}
    others = dict.fromkeys(("command_line", "backend", "loader", "devices", "processes", "device", "strict", "on_nan"))
    args = Namespace(**others, **values)
    facts = find_facts(args, OpenData(tmp_path, {}, (), ()), "seed = 0\n")
    assert facts["options"]["data"] == str(tmp_path / "data")
    assert facts["options"]["cache"] == f"{tmp_path}/../kept"
    assert facts["options"]["allow_format"] == ["jpeg"]
