"""Which files belong to a data folder or a run, and which may be replaced."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from data_io.owned_files import name_owner


@pytest.mark.parametrize("name", ["train.csv", "validation.csv", "test.csv", "sample_submission.csv"])
def test_a_table_of_a_data_folder_is_owned_by_it_also_by_a_link(
    tmp_path: Path, draw_data_folder: Callable[..., Path], name: str
) -> None:
    root = draw_data_folder(tmp_path / "data")
    (tmp_path / "link.csv").symlink_to(root / name)
    assert name_owner(root / name) == name_owner(tmp_path / "link.csv") == f"a table of the data folder {root}"
    (root / "answers.csv").write_text("")
    assert name_owner(root / "answers.csv") is None


def test_a_table_without_its_folder_of_images_is_anybody_s(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("")
    assert name_owner(tmp_path / "test.csv") is None


@pytest.mark.parametrize("name", ["metrics.json", "manifest.json", "export/contract.json"])
def test_what_a_run_s_manifest_lists_is_owned_by_it_and_so_is_the_manifest(tmp_path: Path, name: str) -> None:
    (tmp_path / "export").mkdir()
    for each in ("metrics.json", "export/contract.json", "answers.json"):
        (tmp_path / each).write_text("{}")
    manifest = {"files": {"metrics.json": "0", "export/contract.json": "0", "gone.csv": "0"}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert name_owner(tmp_path / name) == f"a file of the run {tmp_path}"
    assert name_owner(tmp_path / "answers.json") is None and name_owner(tmp_path / "gone.csv") is None


@pytest.mark.parametrize("content", ["[]", "no JSON", '{"files": 3}'])
def test_a_manifest_of_another_form_owns_nothing_beside_it(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    (tmp_path / "metrics.json").write_text("{}")
    assert name_owner(tmp_path / "metrics.json") is None
