"""What may not have changed when a run is resumed, and what may: rows F14 and F15."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import backends
import run
from data_io.checkpoints import FOLDER, LAST, VALUES, load_checkpoint, save_checkpoint
from data_io.sample import draw_sample
from tests.commands.conftest import TinyRun
from tests.commands.interrupting import Killed, assert_same, at_step, kill, read_manifest

STATE = Path(FOLDER) / LAST


def resume(folder: Path, *options: str) -> int:
    return run.main(["train", "--resume", str(folder), *options])


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory, train: Callable[..., int]) -> Path:
    """A run that was killed after its eighth step: there are two left."""
    out = tmp_path_factory.mktemp("interrupted")
    with pytest.raises(Killed), at_step(8, kill):
        train("--out", str(out))
    (folder,) = out.iterdir()
    return folder


@pytest.fixture
def broken_run(interrupted: Path, tmp_path: Path) -> Path:
    """A copy of the interrupted run."""
    return Path(shutil.copytree(interrupted, tmp_path / "run"))


def refusals(capsys: pytest.CaptureFixture[str]) -> list[str]:
    *lines, hint = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
    assert hint == "error: Put things back as they were, or add --force to go on all the same."
    return lines


def test_f14_other_images_are_refused_split_by_split_and_forced_with_a_notice(
    broken_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    draw_sample(other, 100, 9)
    capsys.readouterr()
    assert resume(broken_run, "--data", str(other)) == 2
    assert refusals(capsys) == [
        f"error: Expected the {split} images that the run began with. Received: others."
        for split in ("train", "validation", "test")
    ]
    assert resume(broken_run, "--data", str(other), "--force") == 0
    out = capsys.readouterr().out
    assert "notice: forced: Expected the train images that the run began with. Received: others." in out
    assert read_manifest(broken_run)["resumes"] == [f"python run.py train --resume {broken_run} --data {other} --force"]


def test_f14_one_changed_pixel_is_enough(
    broken_run: Path, tiny_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(tiny_data, data, ignore=shutil.ignore_patterns(".cache"))
    path = sorted((data / "validation").iterdir())[0]
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    picture.putpixel((0, 0), (1, 2, 3))
    picture.save(path)
    assert resume(broken_run, "--data", str(data)) == 2
    assert refusals(capsys) == ["error: Expected the validation images that the run began with. Received: others."]


def test_f14_an_edited_recipe_other_versions_and_other_code_are_refused_together(
    broken_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], backend: str
) -> None:
    recipe = broken_run / "recipe.toml"
    recipe.write_text(recipe.read_text().replace("learning_rate = 0.01", "learning_rate = 0.02"))
    versions = backends.versions()
    others = {name: "0.1" for name in ("torch", "tensorflow", "jax") if name != backend}
    monkeypatch.setattr(backends, "versions", lambda: {**versions, **others, "keras": "3.99", backend: "9.9"})
    monkeypatch.setattr("commands.steps.resuming.digest_source", lambda: "0" * 64)
    assert resume(broken_run) == 2
    lines = refusals(capsys)
    names = sorted(["keras", backend])
    assert lines == [
        "error: Expected the recipe that the run began with. Received: changed ones (recipe_digest differs).",
        "error: Expected the code that decides its numbers that the run began with. Received: changed ones "
        "(source_digest differs).",
        *(
            f"error: Expected {name} {versions[name]}, which the run began with. "
            f"Received: {'3.99' if name == 'keras' else '9.9'}."
            for name in names
        ),
    ]


def test_f15_another_backend_is_allowed_with_a_notice(
    tiny_run: TinyRun, broken_run: Path, capsys: pytest.CaptureFixture[str], backend: str
) -> None:
    manifest = read_manifest(broken_run)
    manifest["backend"] = "another"
    (broken_run / "manifest.json").write_text(json.dumps(manifest))
    assert resume(broken_run) == 0
    assert (
        f"notice: the run began on another and goes on with {backend}: its numbers will not be bit by bit those of a "
        "run on one backend" in capsys.readouterr().out
    )
    assert read_manifest(broken_run)["backend"] == backend
    (kept,) = read_manifest(broken_run)["mixed"]  # for `reproduce`, which cannot make such a run again
    assert kept.startswith(f"the run began on another and goes on with {backend}")
    assert_same(broken_run, tiny_run.folder)  # as it is the same one in truth


def test_f15_another_device_is_allowed_with_a_notice(broken_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = read_manifest(broken_run)
    manifest["device"] = "gpu (Some Name)"
    (broken_run / "manifest.json").write_text(json.dumps(manifest))
    assert resume(broken_run) == 0
    assert "notice: the run began on gpu (Some Name) and goes on with cpu: its numbers" in capsys.readouterr().out
    assert len(read_manifest(broken_run)["mixed"]) == 1


def test_a_recipe_that_is_no_toml_is_refused_in_a_line(broken_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (broken_run / "recipe.toml").write_text("seed =\n", encoding="utf-8")
    assert resume(broken_run) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: Expected ") and "recipe.toml to be TOML. Received: " in line


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["cnn"], "recipe"),
        (["--seed", "3"], "seed"),
        (["--set", "training.epochs=9"], "set"),
        (["--out", "elsewhere"], "out"),
        (["cnn", "--seed", "0", "--set", "seed=1"], "recipe, seed, set"),
    ],
)
def test_a_run_goes_on_as_it_began_or_not_at_all(
    broken_run: Path, capsys: pytest.CaptureFixture[str], options: list[str], named: str
) -> None:
    assert resume(broken_run, *options) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: Expected --resume without {named}, since a run goes on as it began.")


@pytest.mark.parametrize("name", ["manifest.json", "recipe.toml"])
def test_a_folder_without_a_beginning_is_no_run(
    broken_run: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (broken_run / name).unlink()
    assert resume(broken_run) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: Expected ") and name in line


def test_f3_a_checkpoint_that_is_not_whole_or_of_another_network_is_exit_6_in_one_line(
    broken_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = broken_run / STATE
    content = path.read_bytes()
    arrays, values = load_checkpoint(path)

    def refused() -> str:
        assert resume(broken_run) == 6
        (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
        return line

    path.write_bytes(content[: len(content) // 2])
    assert f"Expected a whole checkpoint at {path}" in refused()
    save_checkpoint(path, {**arrays, "weights/0000": np.zeros((3, 3, 3, 5), np.float32)}, values)
    assert f"Expected the checkpoint in {broken_run} to fit its recipe. Received: weights/0000 of shape" in refused()
    save_checkpoint(path, arrays, {**values, "more": 1})
    assert f"Expected a checkpoint of this program at {path}" in refused()
    assert VALUES not in arrays
