"""The digest of the code that decides a run's numbers."""

import hashlib
from pathlib import Path

import pytest

from data_io import source
from data_io.source import ROOMS, ROOT, digest_source


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("recipes/a.py", "data_io/deep/b.py", "keras_models/c.py", "commands/d.py", "recipes/cnn.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(source, "ROOT", tmp_path)
    return tmp_path


def test_it_is_the_sha_256_of_names_lengths_and_bytes(program: Path) -> None:
    text = "data_io/deep/b.py:17:data_io/deep/b.pykeras_models/c.py:17:keras_models/c.pyrecipes/a.py:12:recipes/a.py"
    assert digest_source() == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("name", ["recipes/a.py", "data_io/deep/b.py", "keras_models/c.py", "data_io/new.py"])
def test_f14_a_changed_or_a_new_file_changes_it(program: Path, name: str) -> None:
    before = digest_source()
    (program / name).write_text("changed")
    assert digest_source() != before


def test_f14_a_file_that_was_renamed_or_taken_away_changes_it(program: Path) -> None:
    found = {digest_source()}
    (program / "recipes/a.py").rename(program / "recipes/b.py")
    found.add(digest_source())
    (program / "recipes/b.py").unlink()
    found.add(digest_source())
    assert len(found) == 3


def test_recipes_commands_and_compiled_files_are_not_in_it(program: Path) -> None:
    before = digest_source()
    (program / "recipes/cnn.toml").write_text("changed")
    (program / "commands/d.py").write_text("changed")
    (program / "recipes/a.pyc").write_bytes(b"compiled")
    assert digest_source() == before


def test_the_rooms_are_those_of_the_program() -> None:
    assert all((ROOT / room / "__init__.py").is_file() for room in ROOMS)
    assert len(digest_source()) == 64
