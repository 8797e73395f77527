"""A finished run, run again and compared."""

import json
import shutil
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import run
from commands import train as train_command
from tests.commands.conftest import TinyRun
from tests.commands.interrupting import assert_same, read_manifest

COMPARED = (
    "first weights",
    "weights",
    "history, times left out",
    "validation_predictions.csv",
    "submission.csv",
    "metrics.json",
    "calibration.json",
)


def answers(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    found = {what: line.split()[-1] for line in lines for what in COMPARED if line.strip().startswith(f"{what} ")}
    (surroundings,) = [line.split(": ")[1] for line in lines if line.startswith("  surroundings")]
    return {**found, "surroundings": surroundings}


def test_a_run_that_is_reproduced_is_identical_in_everything_but_its_times(
    tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in tiny_run.folder.rglob("*") if path.is_file()}
    assert run.main(["reproduce", str(tiny_run.folder), "--out", str(tmp_path)]) == 0
    assert answers(capsys) == {**dict.fromkeys(COMPARED, "identical"), "surroundings": "the same"}
    (folder,) = tmp_path.iterdir()
    assert folder.name == tiny_run.folder.name
    assert_same(folder, tiny_run.folder)
    assert before == {path: path.read_bytes() for path in tiny_run.folder.rglob("*") if path.is_file()}


@pytest.fixture
def copies(tiny_run: TinyRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two copies of one run, of which the second is what training again gives."""
    one, other = (Path(shutil.copytree(tiny_run.folder, tmp_path / name)) for name in ("one", "other"))
    monkeypatch.setattr(train_command, "run", lambda args: other)
    return one, other


def change(folder: Path, act: Callable[[dict[str, Any]], None]) -> None:
    manifest = read_manifest(folder)
    act(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_what_differs_with_nothing_changed_around_it_is_exit_6(
    copies: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = copies
    change(other, lambda manifest: manifest.update(weights_digest="0" * 64))
    change(other, lambda manifest: manifest["files"].update({"submission.csv": "0" * 64}))
    assert run.main(["reproduce", str(one)]) == 6
    printed = capsys.readouterr()
    assert printed.err == (
        f"error: Expected {other} to repeat {one}, since nothing around it has changed. "
        "Received: other weights, submission.csv.\n"
    )
    assert printed.out.count("identical") == 5 and printed.out.count("different") == 2


def test_what_differs_with_other_surroundings_is_said_and_no_error(
    copies: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = copies
    change(other, lambda manifest: manifest.update(weights_digest="0" * 64, hardware="another", backend="numpy"))
    assert run.main(["reproduce", str(one)]) == 0
    found = answers(capsys)
    assert (found["weights"], found["first weights"]) == ("different", "identical")
    assert found["surroundings"] == "backend, hardware changed"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"mixed": ["the run began on torch and goes on with jax"]}, "conditions on the way changed"),
        ({"rewinds": [{"epoch": 1, "step": 2}]}, "weights by --on-nan rewind changed"),
    ],
)
def test_a_run_that_was_changed_on_its_way_is_not_accused(
    copies: tuple[Path, Path], capsys: pytest.CaptureFixture[str], facts: dict[str, Any], said: str
) -> None:
    one, other = copies
    change(other, lambda manifest: manifest.update(weights_digest="0" * 64))
    change(one, lambda manifest: manifest.update(facts))
    assert run.main(["reproduce", str(one)]) == 0
    assert answers(capsys)["surroundings"] == said


def test_a_run_where_one_stands_is_reproduced_beside_it(
    copies: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = copies
    places: list[Path] = []

    def train(args: Namespace) -> Path:
        places.append(args.out)
        return other

    monkeypatch.setattr(train_command, "run", train)
    monkeypatch.chdir(one)
    assert run.main(["reproduce", "."]) == 0
    assert places == [one.parent]


def test_a_history_or_recipe_that_was_edited_is_refused(
    copies: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one, _ = copies
    for name in ("history.csv", "recipe.toml"):
        (one / name).write_text((one / name).read_text() + "\n")
        assert run.main(["reproduce", str(one)]) == 6
        assert f"Expected {one / name} to be the file in " in capsys.readouterr().err


def test_a_run_that_is_not_finished_cannot_be_reproduced(
    copies: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one, _ = copies
    change(one, lambda manifest: manifest.pop("files"))
    assert run.main(["reproduce", str(one)]) == 2
    assert f"Finish it with: python run.py train --resume {one}" in capsys.readouterr().err
