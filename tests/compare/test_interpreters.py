"""`compare` with backends of other environments."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import backends
from tests.compare.conftest import Compare, content_of
from tests.compare.contestants import Contestants

HERE = {"python": "3.11.7", "keras": "3.15.1", "numpy": "2.0.0", "torch": "2.0.0"}
MakePython = Callable[..., Path]


@pytest.fixture
def make_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePython:
    """A program in place of a Python, which has the packages that are named."""
    monkeypatch.setattr(backends, "versions", lambda: dict(HERE))

    def make(**versions: str) -> Path:
        path = tmp_path / f"python{len(list(tmp_path.iterdir()))}"
        answer = repr(versions).replace("'", '"')
        path.write_text(f"#!{sys.executable}\nprint('{answer}')\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return make


def test_a_backend_runs_in_its_own_python_and_its_version_is_that_of_there(
    compare: Compare, contestants: Contestants, tmp_path: Path, make_python: MakePython, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "is_installed", lambda name: name == "torch")
    other = make_python(keras="3.15.1", jax="0.9.9", jaxlib="0.9.8", torch="1.0.0")
    assert compare("--backends", "torch,jax", "--python", f"jax={other}") == 0
    assert contestants.pythons == {"torch": None, "jax": other}
    content = content_of(tmp_path)
    assert [one["status"] for one in content["contestants"]] == ["done", "done"]
    assert content["versions"] == HERE | {"jax": "0.9.9", "jaxlib": "0.9.8"}


def test_another_keras_or_no_backend_there_is_refused_with_what_to_run(
    compare: Compare, make_python: MakePython, capsys: pytest.CaptureFixture[str]
) -> None:
    old, bare = make_python(keras="3.14.0", jax="0.9.9"), make_python(keras="3.15.1")
    for path, reason in (
        (old, "keras 3.15.1 for {}. Received: 3.14.0"),
        (bare, "jax installed for {}. Received: none"),
    ):
        assert compare("--python", f"jax={path}") == 4
        error = capsys.readouterr().err
        assert error.startswith(f"error: Expected {reason.format(path)}. Run: {path} -m pip install -c constraints.txt")


@pytest.mark.parametrize("content", [None, "#!/bin/sh\necho hello\n"])
def test_what_is_no_python_is_refused(
    content: str | None, compare: Compare, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "program"
    if content:
        path.write_text(content)
        path.chmod(0o755)
    assert compare("--python", f"jax={path}") == 4
    assert capsys.readouterr().err.startswith(f"error: Expected a Python at {path}. Received: ")


@pytest.mark.parametrize("words", [("jax",), ("jax=",), ("nonesuch=/x",), ("torch=/x",)])
def test_words_that_name_no_backend_of_the_comparison_are_refused(
    words: tuple[str, ...], compare: Compare, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare("--backends", "tensorflow,jax", *(f"--python={word}" for word in words)) == 2
    assert "Expected --python as BACKEND=PATH, once for each of tensorflow, jax at most." in capsys.readouterr().err


def test_a_real_python_is_asked_what_it_has(compare: Compare, contestants: Contestants, tmp_path: Path) -> None:
    installed = next(name for name in backends.BACKENDS if name in backends.versions())
    assert compare("--python", f"{installed}={sys.executable}") == 0
    assert contestants.pythons[installed] == Path(sys.executable)
    assert content_of(tmp_path)["versions"] == backends.versions()
