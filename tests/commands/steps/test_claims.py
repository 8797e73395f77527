"""Whether a recipe has a claim that can be checked."""

from pathlib import Path

import pytest

import run

TINY = Path(__file__).resolve().parents[2] / "tiny.toml"


def test_a_recipe_without_a_claim_is_refused_with_check_before_anything_is_read_or_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = tmp_path / "silent.toml"
    silent.write_text(TINY.read_text(encoding="utf-8").partition("[expected]")[0], encoding="utf-8")
    assert run.main(["train", str(silent), "--data", "/nowhere", "--out", str(tmp_path / "runs"), "--check"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: Expected silent to have a claim, its table [expected], for --check. Received: none.")
    assert not (tmp_path / "runs").exists()
