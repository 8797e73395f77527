"""The digest of the code that decides a run's numbers."""

import hashlib
import re
from pathlib import Path

import pytest

from data_io import source
from data_io.source import FILES, ROOMS, ROOT, digest_source


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("recipes/a.py", "data_io/deep/b.py", "keras_models/c.py", "commands/d.py", "recipes/cnn.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(source, "ROOT", tmp_path)
    monkeypatch.setattr(source, "FILES", ("commands/e.py",))
    (tmp_path / "commands/e.py").write_text("commands/e.py")
    return tmp_path


def test_it_is_the_sha_256_of_names_lengths_and_bytes(program: Path) -> None:
    names = ("commands/e.py", "data_io/deep/b.py", "keras_models/c.py", "recipes/a.py")
    text = "".join(f"{name}:{len(name)}:{name}" for name in names)
    assert digest_source() == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "name", ["recipes/a.py", "data_io/deep/b.py", "keras_models/c.py", "data_io/new.py", "commands/e.py"]
)
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


def test_recipes_other_commands_and_compiled_files_are_not_in_it(program: Path) -> None:
    before = digest_source()
    (program / "recipes/cnn.toml").write_text("changed")
    (program / "commands/d.py").write_text("changed")
    (program / "recipes/a.pyc").write_bytes(b"compiled")
    assert digest_source() == before


def test_the_rooms_and_files_are_those_of_the_program() -> None:
    assert all((ROOT / room / "__init__.py").is_file() for room in ROOMS)
    assert all((ROOT / name).is_file() for name in FILES)
    assert len(digest_source()) == 64


def test_whatever_computes_what_a_run_writes_of_its_answers_is_among_the_files() -> None:
    judging = [(ROOT / f"commands/steps/{name}.py").read_text() for name in ("judging", "leaving_out")]
    modules = {name for text in judging for name in re.findall(r"^from reports\.(\w+) import", text, re.MULTILINE)}
    assert {f"reports/{name}.py" for name in modules - {"figures"}} <= set(FILES)
