"""What of `export` needs no Keras: comparing, the folder, and processes that crash, hang or are stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import errors
from commands.steps import children
from commands.steps.exports import exporting
from commands.steps.exports.folder import place, temporary_folder
from commands.steps.exports.proving import Agreement, compare

ROOT = Path(__file__).resolve().parent.parent
TIME_LIMIT_SECONDS = 60
REFERENCE = np.array([[2.0, -4.0], [1.0, 3.0], [0.5, 0.25]], np.float32)
LABELS = np.array([0, 0, 0], np.int32)
STOPPED = """
import signal, sys
from pathlib import Path
import run
from commands.steps.children import run_child
from commands.steps.exports.folder import temporary_folder
signal.signal(signal.SIGTERM, run._terminate)
parent = Path(sys.argv[1])
with temporary_folder(parent) as work:
    run_child("tests.commands.hanging", [str(parent / "pid")], work / "log")
"""


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    weights = np.exp(logits)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def compare_with(logits: NDArray[np.float32], probabilities: NDArray[np.float32] | None = None) -> Agreement:
    given = softmax(logits) if probabilities is None else probabilities
    answers = {"1 logits": REFERENCE[:2], "1 probabilities": softmax(REFERENCE[:2])}
    return compare(REFERENCE, LABELS, {**answers, "all logits": logits, "all probabilities": given}, 1.0)


def test_equal_answers_agree() -> None:
    agreement = compare_with(REFERENCE)
    assert agreement.holds and agreement.largest_difference == 0 and agreement.changed_answers == 0
    assert agreement.accuracy == pytest.approx(2 / 3) and agreement.accuracy_difference == 0


def test_a_difference_is_of_the_largest_logit_and_more_than_1e_5_of_it_is_refused() -> None:
    allowed, refused = REFERENCE.copy(), REFERENCE.copy()
    allowed[0, 0] += 0.00003  # 0.75e-5 of 4
    refused[0, 0] += 0.00005  # 1.25e-5 of 4
    assert compare_with(allowed).holds
    assert compare_with(refused).largest_difference == pytest.approx(1.25e-5, rel=0.05)
    assert not compare_with(refused).holds


def test_changed_answers_and_accuracy_are_counted() -> None:
    swapped = REFERENCE[:, ::-1].copy()
    agreement = compare_with(swapped)
    assert agreement.changed_answers == 3
    assert agreement.accuracy == pytest.approx(1 / 3) and agreement.accuracy_difference == pytest.approx(-1 / 3)


def test_images_without_labels_agree_or_not_and_have_no_accuracy() -> None:
    answers = {"all logits": REFERENCE, "all probabilities": softmax(REFERENCE)}
    agreement = compare(REFERENCE, None, answers, 1.0)
    assert agreement.holds and (agreement.accuracy, agreement.accuracy_difference) == (None, None)


def test_probabilities_that_are_not_the_softmax_and_numbers_that_are_not_finite_are_refused() -> None:
    assert not compare_with(REFERENCE, softmax(2 * REFERENCE)).holds
    broken = REFERENCE.copy()
    broken[2, 1] = np.nan
    assert not compare_with(broken, softmax(REFERENCE)).holds
    with pytest.raises(ValueError, match="shape"):
        compare_with(REFERENCE[:, :1])


def test_a_crash_in_one_format_does_not_lose_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "WRITER", "tests.commands.crashing_writing")
    refused = exporting.write_formats(tmp_path, ["onnx", "saved_model"], tmp_path)
    assert list(refused) == ["onnx"]
    assert str(refused["onnx"]) == "tests.commands.crashing_writing ended with signal 11"


def test_a_child_that_hangs_is_ended_and_its_last_words_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "LIMIT_SECONDS", 5.0)
    with pytest.raises(errors.PromiseError, match="took more than 5 s and was ended: about to hang"):
        children.run_child("tests.commands.hanging", [str(tmp_path / "pid")], tmp_path / "log")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text(encoding="ascii")), 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_export_that_is_stopped_takes_its_child_along_and_leaves_no_folder(
    number: signal.Signals, tmp_path: Path
) -> None:
    words = [sys.executable, "-c", STOPPED, str(tmp_path)]
    parent = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL)
    pid = tmp_path / "pid"
    end = time.monotonic() + TIME_LIMIT_SECONDS
    while not (pid.is_file() and pid.read_text(encoding="ascii")) and time.monotonic() < end:
        time.sleep(0.05)
    parent.send_signal(number)
    assert parent.wait(timeout=TIME_LIMIT_SECONDS) != 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text(encoding="ascii")), 0)
    assert [path.name for path in tmp_path.iterdir()] == ["pid"]


def test_an_export_gets_a_name_that_is_not_taken(tmp_path: Path) -> None:
    for name in ("export", "export-2", "export-3"):
        with temporary_folder(tmp_path) as work:
            (work / "finished" / "model.onnx").write_bytes(name.encode())
            assert place(work, None, tmp_path) == tmp_path / name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export", "export-2", "export-3"]
    assert (tmp_path / "export" / "model.onnx").read_bytes() == b"export"
