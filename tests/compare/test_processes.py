"""`compare` with its real processes."""

import os
from pathlib import Path

import pytest

import backends
import run
from tests.compare.conftest import RECIPE, content_of, verdicts


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux keeps a process to cores")
def test_two_backends_really_agree_in_processes_of_their_own(data: Path, tmp_path: Path) -> None:
    pair = [name for name in ("tensorflow", "jax", "torch") if backends.is_installed(name)][:2]
    if len(pair) < 2:
        pytest.skip("a comparison takes two backends")
    words = ["--backends", ",".join(pair), "--device", "cpu", "--threads", "1", "--tolerance", "1e-5"]
    out = tmp_path / "runs"
    assert run.main(["compare", str(RECIPE), "--data", str(data), "--out", str(out), *words]) == 0
    content = content_of(tmp_path)
    assert [one["status"] for one in content["contestants"]] == ["done", "done"]
    assert verdicts(tmp_path)["losses (parity)"] == "same"
    for one in content["contestants"]:
        (trial,) = one["trials"]
        assert trial["cores"] == 1 and trial["device"] == "cpu"
        assert trial["train_cpu_ms_per_image"] > 0 and trial["peak_resident_bytes"] > 2**27
        assert [row["epoch"] for row in trial["history"]] == [1, 2]
