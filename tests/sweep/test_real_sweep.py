"""One real sweep of two tiny runs: one is killed, then gone on with, and then nothing is left to do."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import backends
import run
from data_io.locking import OWNER
from data_io.run_folder import read_manifest
from data_io.sample import draw_sample

RECIPE = Path(__file__).resolve().parent.parent / "tiny.toml"
BACKEND = os.environ.get("TEST_BACKENDS", ",".join(backends.BACKENDS)).split(",")[0]


@contextmanager
def killing(folder: Path) -> Iterator[None]:
    """Kill the process that holds a run's folder once it has kept a state."""
    is_over = threading.Event()

    def kill() -> None:
        while not is_over.is_set():
            if (folder / "checkpoint" / "last.npz").exists():
                os.kill(int((folder / OWNER).read_text()), signal.SIGKILL)
                return
            time.sleep(0.01)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_a_killed_run_is_gone_on_with_and_the_third_call_makes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_sample(tmp_path / "data", 100, 0, lambda count: None)
    file = tmp_path / "mine.toml"
    recipe = json.dumps(str(RECIPE))
    file.write_text(
        f'recipes = [{recipe}]\nseeds = [0, 1]\nbackends = ["{BACKEND}"]\n[set]\ntraining.epochs = 12\n',
        encoding="utf-8",
    )
    words = ["sweep", str(file), "--data", str(tmp_path / "data"), "--out", str(tmp_path / "runs")]
    runs = [tmp_path / f"runs/mine/tiny/tiny-{BACKEND}-seed{seed}" for seed in (0, 1)]
    with killing(runs[0]):
        assert run.main(words) == 6
    assert "tiny, " in (error := capsys.readouterr().err) and "signal 9" in error
    assert not (runs[0] / "model.keras").exists() and (runs[1] / "model.keras").exists()
    second = (runs[1] / "manifest.json").read_bytes()
    assert run.main(words) == 0
    assert len(read_manifest(runs[0])["resumes"]) == 1
    first = (runs[0] / "manifest.json").read_bytes()
    assert run.main(words) == 0
    assert [(folder / "manifest.json").read_bytes() for folder in runs] == [first, second]
    accuracies = [json.loads((folder / "metrics.json").read_text())["accuracy"] for folder in runs]
    row = json.loads((tmp_path / "runs/mine/sweep.json").read_text())["rows"][0]
    assert (row["n"], row["mean"]) == (2, pytest.approx(sum(accuracies) / 2))
    assert sorted(path.name for path in (tmp_path / "runs/mine/tiny").iterdir()) == sorted(
        [*(folder.name for folder in runs), *(f"{folder.name}.log" for folder in runs)]
    )
