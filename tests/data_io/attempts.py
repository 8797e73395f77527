"""One call of `run.py train` on a data folder, in this process, that ends where Keras would be imported."""

import contextlib
import hashlib
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import backends
import commands.train
import run

RECIPE = Path(__file__).resolve().parent.parent / "tiny.toml"


@dataclass(frozen=True)
class Attempt:
    """The exit code, or None when training would have begun, and what was printed."""

    exit_code: int | None
    errors: list[str]
    notices: list[str]
    cache: Path


Train = Callable[..., Attempt]


class _Begun(Exception):
    pass


def attempt_training(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str
) -> Attempt:
    """Also asserts that the data folder was not changed and that after a mistake nothing was written."""

    def begin() -> None:
        raise _Begun

    monkeypatch.setattr(commands.train, "start_keras", begin)
    monkeypatch.setattr(backends, "activate", lambda *choice: None)
    monkeypatch.setattr(backends, "is_installed", lambda name: True)
    out, cache = root.parent / "runs", root.parent / "cache"
    keras_was_there = "keras" in sys.modules
    before, cached = digest_folder(root), list_names(cache)
    words = ["--data", str(root), "--out", str(out), "--cache", str(cache), "--backend", "torch", *options]
    exit_code: int | None = None
    with contextlib.suppress(_Begun):
        exit_code = run.main(["train", str(RECIPE), *words])
    captured = capsys.readouterr()
    assert digest_folder(root) == before
    assert ("keras" in sys.modules) == keras_was_there
    assert list(out.iterdir()) == []
    if exit_code is not None:
        assert list_names(cache) - cached <= {"data_errors.txt"}
        assert "Traceback" not in captured.err
    return Attempt(
        exit_code,
        [line.removeprefix("error: ") for line in captured.err.splitlines() if line.startswith("error: ")],
        [line.removeprefix("notice: ") for line in captured.out.splitlines() if line.startswith("notice: ")],
        cache,
    )


def expect_refused(attempt: Attempt, path: Path, reason: str) -> None:
    assert attempt.exit_code == 3
    (message,) = attempt.errors
    where = f"{path.parent.parent / 'train.csv'} line 3: Expected to read the image {path}. Received: "
    assert message.startswith(where)
    assert re.fullmatch(reason + r"\.", message.removeprefix(where))


def list_names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def digest_folder(root: Path) -> str:
    """SHA-256 over names, kinds, times of change and contents of all that is in a folder."""
    sha = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        found = path.lstat()
        sha.update(f"{path.relative_to(root)} {found.st_mode} {found.st_mtime_ns} {found.st_size}\n".encode())
        if path.is_symlink():
            sha.update(str(path.readlink()).encode())
        elif path.is_file():
            sha.update(path.read_bytes())
    return sha.hexdigest()
