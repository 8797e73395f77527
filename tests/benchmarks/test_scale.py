"""`python -m benchmarks.scale`, small and without Ray: what it writes, and that it can say no."""

import json
from pathlib import Path

import pytest

from benchmarks import scale
from benchmarks.small_network import write_small_network


def test_shards_and_growth_are_measured_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scale, "DISTINCT_IMAGES", 30)
    model = write_small_network(tmp_path / "model.onnx")
    out = tmp_path / "scale.json"
    options = ["--images", "150", "--shards", "2", "--rows", "100", "--without-ray", "--out", str(out)]
    scale.main([str(model), *options])
    content = json.loads(out.read_text())
    first = content["figures"][0]
    assert first == {"what": "2 shards, merged: byte-identical to one process", "figure": "yes", "spread": "", "n": 1}
    done = [(row["what"], row["images"]) for row in content["measured"]]
    assert done == [
        ("one process", 150),
        ("shard 0/2", 150),
        ("shard 1/2", 150),
        ("merge of shards", 150),
        ("one process, small network", 100),
    ]
    assert all(row["own_bytes"] > 1 << 20 for row in content["measured"])
    assert "yes" in capsys.readouterr().out


def test_other_bytes_are_said_and_end_it_with_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "measure_engines", lambda *_: {"Ray": False})
    monkeypatch.setattr(scale, "measure_growth", lambda *_: {})
    with pytest.raises(SystemExit, match="not byte-identical"):
        scale.main(["model.onnx", "--out", str(tmp_path / "scale.json")])
    assert json.loads((tmp_path / "scale.json").read_text())["figures"][0]["figure"] == "no"
