"""`run.py predict`: what is asked, what is answered, and what cannot be meant."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import run
from tests.conftest import DrawDataFolder
from tests.onnx_files import tiny_contract, write_onnx
from tests.predict.conftest import Predict, paint

ROOT = Path(__file__).resolve().parent.parent.parent
HEADER = "image_id,label,probability_0,probability_1"
# 1 / (1 + e^-1) and 1 / (1 + e), for logits that differ by 1, with nine digits; the logits are float32.
LIKELY, UNLIKELY = "0.731058579", "0.268941421"


def test_one_image_is_one_row(predict: Predict, folder: Path) -> None:
    said = predict(folder / "b.png")
    assert said.exit_code == 0
    assert said.out == f"{HEADER}\n{folder / 'b.png'},0,{LIKELY},{UNLIKELY}\n"


def test_nothing_but_answers_is_on_stdout(predict: Predict, folder: Path) -> None:
    (folder / "x.txt").write_bytes(b"")
    paint(folder / "e.webp", 9, 1, lossless=True)
    said = predict(folder)
    assert said.out.splitlines()[0] == HEADER
    assert [row[:2] for row in said.rows[1:]] == [["a/c.png", "1"], ["b.png", "0"], ["d.png", "1"], ["e.webp", "0"]]
    assert [line for line in said.err if line.startswith("notice")] == [
        f"notice: 1 other file in {folder} passed over: x.txt",
        "notice: image formats PNG 3, WEBP 1; models are trained on PNG, unless --allow-format was given",
    ]


def test_images_of_another_size_than_the_training_images_had_are_counted(predict: Predict, folder: Path) -> None:
    for name in ("e.png", "f.png"):
        Image.new("RGB", (20, 24)).save(folder / name)
    assert [line for line in predict(folder).err if line.startswith("notice")] == [
        "notice: 2 images with another size than the 20 x 20 pixels of the training images: e.png, f.png"
    ]


def test_a_csv_is_answered_in_its_order_with_its_ids(predict: Predict, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "ids.csv").write_text("label,image_id\n4,d\n4,b\n")
    said = predict(tmp_path / "ids.csv", "--images", folder)
    assert [row[:2] for row in said.rows[1:]] == [["d", "1"], ["b", "0"]]


def test_paths_come_from_stdin(predict: Predict, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{folder / 'd.png'}\n{folder / 'b.png'}\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert [row[:2] for row in predict("-").rows[1:]] == [[str(folder / "d.png"), "1"], [str(folder / "b.png"), "0"]]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\n")))
    assert predict("-").exit_code == 3


def test_json_and_top(predict: Predict, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "a.json"
    assert predict(folder / "b.png", "--out", out).exit_code == 0
    answer = {"image_id": str(folder / "b.png"), "label": "0"}
    assert json.loads(out.read_text()) == [
        {**answer, "probabilities": {"0": float(LIKELY), "1": float(UNLIKELY)}},
    ]
    assert predict(folder / "d.png", "--top", 2).rows[1][1:] == ["1", "1", LIKELY, "0", UNLIKELY]
    assert predict(folder / "d.png", "--top", 1).rows[0] == ["image_id", "label", "rank_1_label", "rank_1_probability"]


def test_two_runs_are_equal_to_the_byte_and_an_image_does_not_depend_on_its_neighbours(
    predict: Predict, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    for number in range(150):
        paint(tmp_path / "many" / f"{number:03}.png", *random.integers(0, 6, 2).tolist())
    outs = [tmp_path / f"{name}.csv" for name in "ab"]
    for out in outs:
        assert predict(tmp_path / "many", "--out", out).exit_code == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()
    rows = outs[0].read_text().splitlines()
    assert len(rows) == 151
    (alone,) = predict(tmp_path / "many" / "149.png").rows[1:]
    assert alone[1:] == rows[150].split(",")[1:]


def test_several_models_are_averaged(predict: Predict, folder: Path, tmp_path: Path) -> None:
    cold = write_onnx(tmp_path / "cold.onnx", contract=tiny_contract(temperature=0.5, size_pixels=32))
    said = predict(folder / "b.png", "--with", cold)
    # (1 / (1 + e^-1) + 1 / (1 + e^-2)) / 2
    assert float(said.rows[1][2]) == pytest.approx(0.805927828, abs=1e-8)


def test_models_with_other_labels_are_refused(predict: Predict, folder: Path, tmp_path: Path) -> None:
    other = write_onnx(tmp_path / "other.onnx", contract=tiny_contract(labels=("cat", "dog")))
    said = predict(folder / "b.png", "--with", other)
    assert (said.exit_code, said.out, len(said.err)) == (6, "", 1)
    assert said.err[0].startswith("error: Expected ") and "cat, dog" in said.err[0]


@pytest.mark.parametrize(
    "words",
    [
        ["--out", "a.txt"],
        ["--top", "3"],
        ["--top", "0"],
        ["--submission", "sample.csv"],
        ["--submission", "sample.csv", "--out", "a.json"],
        ["--submission", "sample.csv", "--out", "a.csv", "--top", "1"],
        ["--submission", "sample.csv", "--out", "sample.csv"],
        ["--images", "images"],
        ["{model}"],
    ],
    ids=" ".join,
)
def test_options_that_cannot_be_meant_are_refused_with_2(
    words: list[str], predict: Predict, model: Path, folder: Path, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sample.parent)
    before = sorted(sample.parent.rglob("*"))
    said = predict(folder, *(word.format(model=model) for word in words))
    assert (said.exit_code, said.out, len(said.err)) == (2, "", 1)
    assert sorted(sample.parent.rglob("*")) == before
    assert sample.read_text() == "image_id,label\nd,0\nb,0\n"


@pytest.mark.parametrize("name", ["data/train.csv", "run/metrics.json"])
def test_answers_replace_no_table_and_no_record_of_a_run_but_other_answers(
    name: str, predict: Predict, folder: Path, tmp_path: Path, draw_data_folder: DrawDataFolder
) -> None:
    draw_data_folder(tmp_path / "data")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "metrics.json").write_text("{}")
    (tmp_path / "run" / "manifest.json").write_text('{"files": {"metrics.json": "0"}}')
    out = tmp_path / name
    before = out.read_bytes()
    said = predict(folder, "--out", out)
    assert (said.exit_code, len(said.err), out.read_bytes()) == (2, 1, before)
    answers = out.with_stem("answers")
    assert [predict(folder, "--out", answers).exit_code for _ in range(2)] == [0, 0]


def start(*words: object, **options: Any) -> subprocess.Popen[bytes]:
    environment = {key: value for key, value in os.environ.items() if key != "KERAS_BACKEND"}
    command = [sys.executable, *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, **options)


@pytest.mark.parametrize("is_model", [True, False])
def test_a_name_that_none_can_have_is_one_line(is_model: bool, predict: Predict, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    out.write_bytes(b"")
    long = "x" * 300
    if is_model:
        assert run.main(["predict", long, str(folder)]) == 2
    else:
        assert predict(long, "--out", out).exit_code == 3
        assert predict(folder, "--out", f"{long}.csv").exit_code == 2


def test_a_closed_pipe_ends_it_quietly(model: Path, tmp_path: Path) -> None:
    paths = tmp_path / "paths.txt"
    paths.write_text(f"{paint(tmp_path / 'a.png', 1, 2)}\n" * 64 * 40)  # 300 kB of rows; a pipe holds 64
    with paths.open("rb") as given:
        child = start("run.py", "predict", model, "-", stdin=given, stdout=subprocess.PIPE)
    assert child.stdout and child.stderr
    assert child.stdout.readline().decode().strip() == HEADER
    child.stdout.close()
    said = child.stderr.read().decode()
    child.stderr.close()
    assert (child.wait(), said) == (0, "")


def test_nothing_heavy_is_imported(model: Path, folder: Path) -> None:
    script = f"""
import sys
import run
assert run.main(["predict", {str(model)!r}, {str(folder / "b.png")!r}]) == 0
heavy = {{"keras", "torch", "tensorflow", "jax", "pandas", "sklearn", "matplotlib", "onnx", "rich"}} & set(sys.modules)
assert not heavy, heavy
"""
    child = start("-c", script, stdout=subprocess.PIPE)
    out, said = child.communicate()
    assert (child.returncode, len(out.splitlines())) == (0, 2), said.decode()
