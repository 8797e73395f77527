"""The folder that a run leaves, and what its manifest promises."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

import errors
from data_io import run_folder
from data_io.run_folder import (
    begin_manifest,
    check_digest,
    check_writable,
    create_run_folder,
    describe_hardware,
    read_beginning,
    read_commit,
    read_manifest,
    record_files,
    resume_command,
    write_manifest,
)

SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B


def test_f5_a_second_run_gets_a_new_name_and_nothing_is_overwritten(tmp_path: Path) -> None:
    parent = tmp_path / "some" / "runs"
    first = create_run_folder(parent, "cnn-torch-seed0")
    (first / "model.keras").write_text("weights")
    second, third = (create_run_folder(parent, "cnn-torch-seed0") for _ in range(2))
    assert [path.name for path in (first, second, third)] == [
        "cnn-torch-seed0",
        "cnn-torch-seed0-2",
        "cnn-torch-seed0-3",
    ]
    assert (first / "model.keras").read_text() == "weights"
    assert list(second.iterdir()) == []


def test_a_file_of_the_runs_name_is_not_overwritten_either(tmp_path: Path) -> None:
    (tmp_path / "mlp").write_text("mine")
    assert create_run_folder(tmp_path, "mlp").name == "mlp-2"
    assert (tmp_path / "mlp").read_text() == "mine"


def test_f6_a_parent_that_cannot_be_made_is_an_environment_fault(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    for parent in (tmp_path / "taken", tmp_path / "taken" / "deeper"):
        with pytest.raises(errors.EnvironmentFault, match=r"Expected to write .*taken.*--out"):
            create_run_folder(parent, "cnn")
        with pytest.raises(errors.EnvironmentFault, match=r"Expected to write .*taken.*--out"):
            check_writable(parent)
    assert (tmp_path / "taken").read_text() == ""


def test_f6_a_read_only_parent_is_an_environment_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(errors.EnvironmentFault, match="Permission denied"):
        check_writable(tmp_path)


def test_checking_makes_the_folder_and_leaves_nothing_in_it(tmp_path: Path) -> None:
    check_writable(tmp_path / "some" / "runs")
    check_writable(tmp_path / "some" / "runs")
    assert list((tmp_path / "some" / "runs").iterdir()) == []


@pytest.fixture
def finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run_folder, "read_commit", lambda: "c0ffee")
    run = create_run_folder(tmp_path, "cnn")
    (run / "model.keras").write_bytes(b"abc")
    (run / "export").mkdir()
    (run / "export" / "model.onnx").write_bytes(b"abc")
    write_manifest(run, {"seed": 3, "backend": "jax"})
    return run


def test_the_manifest_holds_the_facts_the_commit_and_the_digest_of_every_file(finished: Path) -> None:
    assert read_manifest(finished) == {
        "seed": 3,
        "backend": "jax",
        "commit": "c0ffee",
        "files": {"export/model.onnx": SHA256_OF_ABC, "model.keras": SHA256_OF_ABC},
    }


def test_a_run_that_has_begun_is_not_finished(finished: Path) -> None:
    begin_manifest(finished, {"seed": 3, "backend": "jax"})
    assert read_beginning(finished) == {"seed": 3, "backend": "jax", "commit": "c0ffee"}
    with pytest.raises(errors.UsageError, match=r"Finish it with: python run\.py train --resume .*cnn$"):
        read_manifest(finished)


def test_hidden_files_are_not_in_the_manifest(finished: Path) -> None:
    (finished / ".lock").write_text("")
    (finished / "export" / ".model.abc.onnx").write_text("")
    write_manifest(finished, {})
    assert set(read_manifest(finished)["files"]) == {"export/model.onnx", "model.keras"}


def test_writing_the_manifest_again_does_not_put_it_into_itself(finished: Path) -> None:
    before = (finished / "manifest.json").read_bytes()
    write_manifest(finished, {"seed": 3, "backend": "jax"})
    assert (finished / "manifest.json").read_bytes() == before


def test_a_file_as_it_was_written_is_given_by_its_path(finished: Path) -> None:
    assert check_digest(finished, "model.keras") == finished / "model.keras"
    assert check_digest(finished, "export/model.onnx") == finished / "export" / "model.onnx"


def test_a_changed_file_breaks_the_promise(finished: Path) -> None:
    (finished / "model.keras").write_bytes(b"abd")
    with pytest.raises(errors.PromiseError, match=rf"model\.keras to be the file .*{SHA256_OF_ABC}\)\. Received: [^b]"):
        check_digest(finished, "model.keras")
    assert check_digest(finished, "export/model.onnx")


def test_a_file_that_is_gone_or_that_the_run_never_wrote_breaks_the_promise(finished: Path) -> None:
    (finished / "model.keras").unlink()
    (finished / "other.keras").write_bytes(b"abc")
    with pytest.raises(errors.PromiseError, match=r"Received: no such file\."):
        check_digest(finished, "model.keras")
    with pytest.raises(errors.PromiseError, match=r"other\.keras to be the file"):
        check_digest(finished, "other.keras")
    with pytest.raises(errors.PromiseError, match=r"absent\.keras to be the file"):
        check_digest(finished, "absent.keras")


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff", b"[]", b"{}", b'{"files": 3}'])
def test_a_folder_without_a_manifest_that_can_be_read_is_no_finished_run(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(errors.UsageError, match=r"Expected .*manifest\.json.* Received: "):
        read_manifest(tmp_path)


def test_the_hardware_of_a_gpu_is_its_name_and_of_a_cpu_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert describe_hardware("gpu (Some Name)") == "gpu (Some Name)"
    assert describe_hardware("cpu").startswith("7 cores of ")
    assert len(describe_hardware("cpu")) > len("7 cores of ")


class Git:
    """Stands for `git`: one answer for `rev-parse`, one for `status`."""

    def __init__(self, status: str) -> None:
        self.status = status
        self.top = Path(run_folder.__file__).resolve().parent.parent

    def run(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        assert command[0] == "git"
        if "--show-toplevel" in command:
            return subprocess.CompletedProcess(command, 0, f"{self.top}\n", "")
        return subprocess.CompletedProcess(command, 0, "c0ffee\n" if "rev-parse" in command else self.status, "")


@pytest.mark.parametrize(
    ("status", "commit"), [("", "c0ffee"), (" M run.py\n", "c0ffee+changes"), ("?? new.py\n", "c0ffee+changes")]
)
def test_the_commit_says_whether_files_differ_from_it(
    monkeypatch: pytest.MonkeyPatch, status: str, commit: str
) -> None:
    monkeypatch.setattr(subprocess, "run", Git(status).run)
    assert read_commit() == commit


def test_the_commit_of_somebody_elses_repository_around_ours_is_not_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    git = Git("")
    git.top = tmp_path
    monkeypatch.setattr(subprocess, "run", git.run)
    assert read_commit() == "unknown"


@pytest.mark.parametrize("error", [FileNotFoundError("git"), subprocess.CalledProcessError(128, "git")])
def test_outside_of_git_the_commit_is_unknown(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", fail)
    assert read_commit() == "unknown"


def test_a_manifest_is_json_with_sorted_keys(finished: Path) -> None:
    text = (finished / "manifest.json").read_text(encoding="utf-8")
    assert list(json.loads(text)) == ["backend", "commit", "files", "seed"]


def test_a_file_that_came_later_is_put_into_the_manifest_beside_the_others(finished: Path) -> None:
    before = read_manifest(finished)
    (finished / "late.txt").write_bytes(b"late")
    record_files(finished, ["late.txt"])
    digest = "089001a35679a33ef3db0ca350db9b9a2f0136e0e327577b04b3b98127470961"
    assert read_manifest(finished) == {**before, "files": {**before["files"], "late.txt": digest}}


def test_what_goes_on_with_a_run_can_be_typed_into_a_shell() -> None:
    assert resume_command(Path("runs/cnn-torch-seed0")) == "python run.py train --resume runs/cnn-torch-seed0"
    assert resume_command(Path("my runs/a")) == "python run.py train --resume 'my runs/a'"
