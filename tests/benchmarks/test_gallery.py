"""The gallery: of drawn images alone, small enough to be committed, and complete."""

import json
import re
from pathlib import Path

import pytest

import errors
from benchmarks.gallery import GALLERY, MOST_BYTES, ROOT, check_run
from data_io.run_folder import write_manifest


def test_a_run_on_other_images_than_the_drawn_ones_is_refused(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text(json.dumps({"data_digest": "a"}))
    write_manifest(tmp_path, {})
    check_run(tmp_path, "a")
    with pytest.raises(errors.DataError, match="Expected .* of the drawn sample data. Received: a run on other images"):
        check_run(tmp_path, "b")


def test_the_gallery_is_small_and_its_page_names_files_that_are_there() -> None:
    files = {f"gallery/{path.name}" for path in GALLERY.iterdir()}
    named = set(re.findall(r"\]\((gallery/[^)]*)\)", (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")))
    assert named == files
    assert sum(path.stat().st_size for path in GALLERY.iterdir()) <= MOST_BYTES


def test_the_pages_of_the_gallery_fetch_nothing_and_name_no_folder_of_a_machine() -> None:
    for path in GALLERY.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', text) == []
        assert "/tmp" not in text and "/home" not in text
