"""Which ONNX file a path means."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import errors
from commands.steps.serving import model_file
from commands.steps.serving.model_file import find_onnx, find_or_export
from tests.onnx_files import tiny_contract, write_onnx


def begin_run(run: Path, weights_digest: str) -> Path:
    run.mkdir()
    (run / "manifest.json").write_text(json.dumps({"files": {}, "weights_digest": weights_digest}))
    return run


def export_into(folder: Path, weights_digest: str) -> Path:
    folder.mkdir()
    return write_onnx(folder / "model.onnx", contract=tiny_contract(weights_digest=weights_digest))


def test_a_file_is_itself(tmp_path: Path) -> None:
    path = write_onnx(tmp_path / "any name")
    assert find_onnx(path) == path


def test_a_run_is_the_first_export_of_its_weights(tmp_path: Path) -> None:
    run = begin_run(tmp_path / "run", "b" * 64)
    export_into(run / "export", "c" * 64)
    wanted = export_into(run / "export-2", "b" * 64)
    export_into(run / "export-3", "b" * 64)
    assert find_onnx(run) == wanted


def test_a_run_that_was_not_exported_is_exported_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin_run(tmp_path / "run", "b" * 64)
    asked: list[list[str]] = []

    def export(words: list[str]) -> int:
        asked.append(words[2:])
        export_into(run / "export", "b" * 64)
        return 0

    monkeypatch.setattr(model_file, "run_export", export)
    assert find_or_export(run) == find_or_export(run) == run / "export" / "model.onnx"
    assert asked == [["export", str(run)]]


def test_an_export_that_fails_is_told_with_its_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin_run(tmp_path / "run", "b" * 64)
    monkeypatch.setattr(model_file, "run_export", lambda words: 4)
    with pytest.raises(errors.EnvironmentFault, match=r"before it is served\. Received: exit code 4, as said above"):
        find_or_export(run)


def test_an_export_is_let_end_in_order_when_its_server_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = """
import signal, sys, time
from pathlib import Path
def end(number, frame):
    time.sleep(0.5)  # longer than subprocess.run would wait
    Path(sys.argv[1]).write_text("in order")
    sys.exit(143)
signal.signal(signal.SIGTERM, end)
Path(sys.argv[1]).write_text("begun")
time.sleep(60)
"""
    mark = tmp_path / "mark"

    def stop(child: "subprocess.Popen[bytes]", timeout: float | None = None) -> int:
        if timeout is None:
            while not mark.exists() or mark.read_text() != "begun":
                time.sleep(0.01)
            raise KeyboardInterrupt
        return wait(child, timeout)

    wait = subprocess.Popen.wait
    monkeypatch.setattr(subprocess.Popen, "wait", stop)
    with pytest.raises(KeyboardInterrupt):
        model_file.run_export([sys.executable, "-c", program, str(mark)])
    assert mark.read_text() == "in order"


def test_an_export_of_other_weights_is_refused(tmp_path: Path) -> None:
    run = begin_run(tmp_path / "run", "b" * 64)
    export_into(run / "export", "c" * 64)
    with pytest.raises(errors.PromiseError, match="Received: others. Run: python run.py export"):
        find_onnx(run)


def test_a_changed_export_is_refused(tmp_path: Path) -> None:
    run = begin_run(tmp_path / "run", "b" * 64)
    path = export_into(run / "export", "b" * 64)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(errors.PromiseError, match="SHA-256"):
        find_onnx(run)


@pytest.mark.parametrize("name", ["absent", "text", "folder"])
def test_anything_else_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    (tmp_path / "folder").mkdir()
    with pytest.raises(errors.UsageError, match="Expected a run folder or a model.onnx"):
        find_onnx(tmp_path / name)


def test_an_export_that_was_changed_is_passed_over_if_another_is_whole(tmp_path: Path) -> None:
    run = begin_run(tmp_path / "run", "b" * 64)
    changed = export_into(run / "export", "b" * 64)
    changed.write_bytes(changed.read_bytes() + b"x")
    with pytest.raises(errors.PromiseError, match="It was changed since it was exported"):
        find_onnx(run)
    export_into(run / "export-2", "c" * 64)
    with pytest.raises(errors.PromiseError, match="It was changed since it was exported"):
        find_onnx(run)
    wanted = export_into(run / "export-3", "b" * 64)
    assert find_onnx(run) == wanted


def test_a_saved_model_is_not_served_and_what_is_is_said(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(errors.UsageError, match=r"a SavedModel folder\. Serve the model\.onnx of: "):
        find_onnx(tmp_path)
