"""The command line: parsing and dispatch, with verbs that only write down what they were given."""

import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

import pytest

import backends
import errors
import run
from commands.arguments.parser import build_parser

ROOT = Path(run.__file__).resolve().parent


@pytest.fixture
def dispatched(monkeypatch: pytest.MonkeyPatch) -> list[Namespace]:
    """Collects the arguments of each verb that is run, and keeps this process's environment as it is."""
    given: list[Namespace] = []
    monkeypatch.setattr(run, "importlib", SimpleNamespace(import_module=lambda name: SimpleNamespace(run=given.append)))
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(backends, "is_installed", lambda name: True)
    return given


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def verb(args: Namespace) -> None:
        raise error

    monkeypatch.setattr(run, "importlib", SimpleNamespace(import_module=lambda name: SimpleNamespace(run=verb)))


def test_help_is_printed_without_loading_a_framework_or_numpy() -> None:
    program = """
import sys
import run
try:
    run.main(["--help"])
except SystemExit as end:
    assert end.code == 0
heavy = {"keras", "torch", "tensorflow", "jax", "numpy", "pandas", "PIL", "matplotlib", "sklearn"} & set(sys.modules)
assert not heavy, heavy
"""
    child = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert child.returncode == 0, child.stderr
    assert child.stderr == ""
    assert child.stdout.startswith("usage: run.py ")
    assert "Without a verb: train" in child.stdout


def test_each_verb_is_a_file_of_commands_and_each_file_a_verb() -> None:
    files = {path.stem for path in (ROOT / "commands").glob("*.py")} - {"__init__"}
    actions = [action for action in build_parser()._actions if action.dest == "verb"]
    assert isinstance(actions[0].choices, dict)
    assert set(actions[0].choices) == files


def test_verbs_with_a_backend_choose_it_here_unless_their_model_decides() -> None:
    actions = [action for action in build_parser()._actions if action.dest == "verb"]
    assert isinstance(actions[0].choices, dict)
    with_option = {
        verb
        for verb, parser in actions[0].choices.items()
        if any("--backend" in action.option_strings for action in parser._actions)
    }
    assert with_option - {"export", "predict"} == set(run.BACKEND_VERBS)


def test_no_arguments_mean_train_with_nothing_asked_for(dispatched: list[Namespace]) -> None:
    assert run.main([]) == 0
    (args,) = dispatched
    assert (args.verb, args.recipe, args.data, args.seed, args.set) == ("train", None, None, None, [])
    assert (args.loader, args.out, args.check) == (None, None, False)
    assert (args.resume, args.force, args.time_limit) == (None, False, None)
    assert args.command_line == "python run.py"


def test_options_without_a_verb_are_those_of_train(dispatched: list[Namespace]) -> None:
    assert run.main(["--seed", "3", "--data", "my data"]) == 0
    (args,) = dispatched
    assert (args.verb, args.seed, args.data) == ("train", 3, Path("my data"))
    assert args.command_line == "python run.py --seed 3 --data 'my data'"


def test_settings_are_collected_in_order(dispatched: list[Namespace]) -> None:
    assert run.main(["train", "mlp", "--set", "seed=1", "--set", "training.epochs=2", "--check"]) == 0
    assert dispatched[0].recipe == "mlp"
    assert dispatched[0].set == ["seed=1", "training.epochs=2"]
    assert dispatched[0].check is True


def test_the_chosen_backend_is_said_with_its_reason_and_set_before_the_verb_is_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "environ", {"KERAS_BACKEND": "tensorflow"})
    monkeypatch.setattr(backends, "is_installed", lambda name: True)
    seen: list[tuple[str, str]] = []

    def import_module(name: str) -> SimpleNamespace:
        seen.append((name, os.environ["KERAS_BACKEND"]))
        return SimpleNamespace(run=lambda args: None)

    monkeypatch.setattr(run, "importlib", SimpleNamespace(import_module=import_module))
    assert run.main(["train", "--backend", "jax"]) == 0
    assert seen == [("commands.train", "jax")]
    assert capsys.readouterr().out == "backend: jax (--backend)\n"


def test_drawing_sample_data_needs_no_backend(
    dispatched: list[Namespace], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backends, "is_installed", lambda name: False)
    assert run.main(["sample", "drawn", "--images", "20"]) == 0
    assert (dispatched[0].folder, dispatched[0].images, dispatched[0].seed) == (Path("drawn"), 20, 0)
    assert capsys.readouterr().out == ""


def test_f9_an_unknown_backend_is_one_line_and_exit_code_2(
    dispatched: list[Namespace], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["train", "--backend", "theano"]) == 2
    assert dispatched == []
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["error: Expected a backend from torch, tensorflow, jax. Received: 'theano' from --backend."]


def test_f10_a_backend_that_is_not_installed_is_one_line_with_the_pip_command_and_exit_code_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    assert run.main(["evaluate", "some run", "--backend", "jax"]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: Expected jax to be installed")
    assert line.endswith("Run: pip install -c constraints.txt -e '.[jax]'")


@pytest.mark.parametrize("seed", ["-1", "1.5", "one", "", "²", "9" * 5000])
def test_a_seed_that_is_no_whole_number_is_exit_code_2(
    dispatched: list[Namespace], seed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["train", f"--seed={seed}"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: Expected ") and "argument --seed" in line
    assert dispatched == []


@pytest.mark.parametrize(
    "arguments", [["dance"], ["evaluate"], ["train", "--loader", "numpy"], ["train", "--sed", "1"]]
)
def test_what_the_parser_does_not_know_is_exit_code_2(
    dispatched: list[Namespace], arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: Expected ") and line.endswith(" --help")
    assert dispatched == []


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (errors.DataError(["one thing", "another"]), 3),
        (errors.DivergedError(["one thing", "another"]), 5),
        (errors.PromiseError(["one thing", "another"]), 6),
    ],
)
def test_a_users_mistakes_are_a_line_each_and_their_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: errors.ProgramError, exit_code: int
) -> None:
    fail_with(monkeypatch, error)
    assert run.main(["sample", "folder"]) == exit_code
    printed = capsys.readouterr()
    assert printed.err == "error: one thing\nerror: another\n"
    assert printed.out == ""


def test_a_name_in_a_message_cannot_make_two_lines_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, errors.DataError("Expected a. Received: b\nerror: é\x1b[2J."))
    assert run.main(["check"]) == 3
    assert capsys.readouterr().err == "error: Expected a. Received: b\\nerror: é\\x1b[2J.\n"


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, ValueError("a bug"))
    with pytest.raises(ValueError, match="a bug"):
        run.main(["sample", "folder"])


def test_a_run_that_is_stopped_by_its_user_is_one_line_and_exit_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, KeyboardInterrupt())
    assert run.main(["sample", "folder"]) == 130
    assert len(capsys.readouterr().err.splitlines()) == 1
