"""`run.py predict --engine ray`: the answers of one process, whoever gives them, whoever dies, whenever it goes on."""

import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from PIL import Image
from pyarrow import parquet

import run
from commands.steps.answers.part_answering import PartAnswerer
from tests.onnx_files import tiny_contract, write_onnx
from tests.predict.conftest import Predict, paint

ROOT = Path(__file__).resolve().parent.parent.parent
# One block a part. The worker with part 3 dies when it has written its answers, before it says so.
DYING = """
import os, signal, sys
from pathlib import Path
from commands.steps.answers import on_ray, planning
import run

class Dying(on_ray.Answerer):
    def __call__(self, batch):
        said = on_ray.Answerer.__call__(self, batch)
        died = Path(os.environ["DIED"])
        if batch["part"][0] == 3 and not died.exists():
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return said

planning.PART_BLOCKS = 1
on_ray.Answerer = Dying
sys.exit(run.main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 images, 4 blocks of 64 and one of 44; image 140, of the third block, is none."""
    folder = tmp_path_factory.mktemp("many") / "images"
    random = np.random.default_rng(0)
    for number in range(300):
        paint(folder / f"{number:03}.png", *random.integers(0, 6, 2).tolist())
    (folder / "140.png").write_bytes(b"no image")
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have this process answer in Ray's place, one block a part, the last part first; the parts it is asked for."""
    numbers: list[int] = []

    def answer_here(folder: Path, parts: Sequence[int], *_: object) -> Generator[dict[str, Any], None, None]:
        answerer = PartAnswerer(str(folder), str(Path.cwd()))
        for part in reversed(parts):
            numbers.append(part)
            yield answerer.answer(part)

    monkeypatch.setattr("commands.steps.answers.planning.PART_BLOCKS", 1)
    monkeypatch.setattr("commands.steps.answers.scoring.check_ray", lambda: None)
    monkeypatch.setattr("commands.steps.answers.scoring.answer_on_ray", answer_here)
    return numbers


def test_workers_of_ray_of_which_one_is_killed_lose_no_row_and_write_none_twice(
    many: Path, whole: bytes, model: Path, tmp_path: Path
) -> None:
    words = ["predict", model, many, "--engine", "ray", "--workers", "2", "--on-bad", "mark", "--out", tmp_path / "ray"]
    environment = {**os.environ, "DIED": str(tmp_path / "died"), "PYTHONPATH": str(ROOT), "RAY_ADDRESS": "127.0.0.1:1"}
    ended = subprocess.run(
        [sys.executable, "-c", DYING, *map(str, words)], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    assert (tmp_path / "died").exists()
    assert ended.stderr.splitlines()[-1] == f"wrote {tmp_path / 'ray'}: 300 rows in 5 parts"
    assert "notice: 1 of 300 images could not be read; their rows have no label" in ended.stderr
    names = [f"part-00000{part}.csv" for part in range(5)]
    assert sorted(path.name for path in (tmp_path / "ray").iterdir()) == ["manifest.json", *names]
    assert run.main(["predict", "--merge", str(tmp_path / "ray"), "--out", str(tmp_path / "all.csv")]) == 0
    assert (tmp_path / "all.csv").read_bytes() == whole


def test_a_command_that_is_given_again_goes_on(
    asked: list[int], predict: Predict, many: Path, whole: bytes, tmp_path: Path
) -> None:
    answers = tmp_path / "answers"
    words = [many, "--engine", "ray", "--out", answers]
    bad = many / "140.png"
    content = bad.read_bytes()
    said = predict(*words)
    assert said.exit_code == 3 and [line for line in said.err if line.startswith("error")] == said.err[-1:]
    assert str(bad) in said.err[-1]
    assert asked == [4, 3, 2, 1, 0]
    kept = {path.name: path.stat().st_mtime_ns for path in answers.glob("part-*.csv")}
    assert set(kept) == {f"part-00000{part}.csv" for part in (0, 1, 3, 4)}
    assert run.main(["predict", "--merge", str(answers), "--out", str(tmp_path / "all.csv")]) == 3  # not finished
    for other, what in ((["--on-bad", "mark"], "other options"), (["--form", "parquet"], "another --form")):
        said = predict(*words, *other)
        assert said.exit_code == 2 and what in said.err[-1]
    try:
        paint(bad, 3, 2)
        said = predict(*words)
        assert said.exit_code == 0 and "kept: 4 of 5 parts" in said.err
        assert asked[5:] == [2]
        found = {path.name: path.stat().st_mtime_ns for path in answers.glob("part-*.csv")}
        assert kept.items() < found.items()
        assert run.main(["predict", "--merge", str(answers), "--out", str(tmp_path / "all.csv")]) == 0
        assert predict(*words).err[-1:] == [f"nothing to do: {answers} has all 300 rows"]
        assert asked[5:] == [2]
        paint(many / "300.png", 1, 1)
        assert predict(*words).exit_code == 2
    finally:
        bad.write_bytes(content)
        (many / "300.png").unlink(missing_ok=True)
    mended = (tmp_path / "all.csv").read_bytes().splitlines()
    assert mended[141].startswith(b"140.png,0,")
    assert mended[:141] + mended[142:] == whole.splitlines()[:141] + whole.splitlines()[142:]


def test_workers_average_over_views_as_threads_do(
    asked: list[int], predict: Predict, folder: Path, tmp_path: Path
) -> None:
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[:, 0, 0] = 16  # an edge, so that views differ
    Image.fromarray(pixels).save(folder / "edge.png")
    plain, views = predict(folder).out, predict(folder, "--tta").out
    assert predict(folder, "--engine", "ray", "--out", tmp_path / "answers", "--tta").exit_code == 0
    assert (tmp_path / "answers" / "part-000000.csv").read_text() == views != plain
    assert predict(folder, "--engine", "ray", "--out", tmp_path / "answers").exit_code == 2  # another command


def test_a_part_whose_worker_always_dies_is_given_up(
    asked: list[int], predict: Predict, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException): ...

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("commands.steps.answers.part_answering.answer", die)
        with pytest.raises(Killed):
            predict(folder, "--engine", "ray", "--out", tmp_path / "answers")
        answerer = PartAnswerer(str(tmp_path / "answers"), str(Path.cwd()))
        for _ in range(2):
            with pytest.raises(Killed):
                answerer.answer(0)
    assert answerer.answer(0)["fault"] == "EnvironmentFault"
    assert predict(folder, "--engine", "ray", "--out", tmp_path / "answers").exit_code == 0  # asked again, it is tried


def test_ids_and_images_in_parquet_are_answered_as_the_files_are(
    asked: list[int], predict: Predict, many: Path, whole: bytes, tmp_path: Path
) -> None:
    files = sorted(many.iterdir())
    tables = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for table, members in zip(tables, (files[:170], files[170:]), strict=True):
        images = pyarrow.array([path.read_bytes() for path in members], pyarrow.binary())
        columns = {"image": images, "id": [path.name for path in members], "other": [1] * len(members)}
        parquet.write_table(pyarrow.table(columns), table, row_group_size=50)
    named = tmp_path / "named.parquet"
    parquet.write_table(pyarrow.table({"path": [*map(str, files)], "id": [path.name for path in files]}), named)
    for number, words in enumerate([tables, [named]]):
        out = tmp_path / f"{number}.csv"
        assert predict(*words, "--on-bad", "mark", "--out", out).exit_code == 0
        assert out.read_bytes() == whole
        answers = tmp_path / str(number)
        assert predict(*words, "--on-bad", "mark", "--engine", "ray", "--out", answers).exit_code == 0
        assert run.main(["predict", "--merge", str(answers), "--out", str(out)]) == 0
        assert out.read_bytes() == whole
    assert asked == [4, 3, 2, 1, 0] * 2


def test_workers_say_how_unlike_the_known_images_each_is(asked: list[int], many: Path, tmp_path: Path) -> None:
    model = write_onnx(tmp_path / "model.onnx", contract=tiny_contract(energy_quantiles=(-8.0, -4.0, 0.0)))
    for out in ("whole.csv", "csv --engine ray", "tables --engine ray --form parquet"):
        words = [str(model), str(many), "--on-bad=mark", "--unknown", "--out", *f"{tmp_path}/{out}".split()]
        assert run.main(["predict", *words]) == 0
    rows = (tmp_path / "whole.csv").read_text().splitlines()[129:193]  # of part 2, with a bad one
    assert (tmp_path / "csv" / "part-000002.csv").read_text().splitlines()[1:] == rows
    table = parquet.read_table(tmp_path / "tables" / "part-000002.parquet")
    assert [None if row[-1] == "," else np.float32(row.split(",")[-1]) for row in rows] == table["unknown"].to_pylist()


def test_answers_in_parquet_are_those_of_the_csv(
    asked: list[int], predict: Predict, many: Path, whole: bytes, tmp_path: Path
) -> None:
    words = [many, "--on-bad", "mark", "--engine", "ray", "--form", "parquet"]
    assert predict(*words, "--out", tmp_path / "answers").exit_code == 0
    rows = [
        [row["image_id"], row["label"], row["probability_0"], row["probability_1"]]
        for part in sorted((tmp_path / "answers").glob("part-*.parquet"))
        for row in parquet.read_table(part).to_pylist()
    ]
    expected = [line.split(",") for line in whole.decode().splitlines()[1:]]
    assert [row[0] for row in rows] == [row[0] for row in expected]
    assert rows[140] == ["140.png", None, None, None]
    for row, (_, label, *weights) in zip(rows[:140], expected[:140], strict=True):
        assert row[1:] == [label, *(float(np.float32(weight)) for weight in weights)]
    assert run.main(["predict", "--merge", str(tmp_path / "answers"), "--out", str(tmp_path / "all.csv")]) == 3
    assert predict(*words, "--top", 1, "--out", tmp_path / "top").exit_code == 0
    first = parquet.read_table(tmp_path / "top" / "part-000000.parquet").to_pylist()[0]
    label = expected[0][1]
    assert first == {
        "image_id": "000.png",
        "label": label,
        "rank_1_label": label,
        "rank_1_probability": max(rows[0][2:]),
    }


def test_what_is_no_table_of_images_is_refused(predict: Predict, folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "a.parquet"
    table.write_bytes(b"x")
    assert predict(table).exit_code == 3
    parquet.write_table(pyarrow.table({"image": ["b"], "id": ["b"]}), table)
    said = predict(table)
    assert said.exit_code == 3 and "Received: image string, id string." in said.err[0]
    parquet.write_table(pyarrow.table({"path": [str(folder / "b.png"), None]}), table)
    said = predict(table, "--on-bad", "mark")
    assert [row[:2] for row in said.rows[1:]] == [[str(folder / "b.png"), "0"], ["", ""]]
    assert f"notice: {table} row 2: Expected a value. Received: none for path." in said.err


def test_without_ray_it_says_what_to_install(predict: Predict, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    said = predict(folder, "--engine", "ray", "--out", folder.parent / "answers")
    assert said.exit_code == 4 and "pip install -c constraints.txt -e '.[scale]'" in said.err[0]
    assert not (folder.parent / "answers").exists()


def test_a_folder_with_something_else_is_left_alone(asked: list[int], predict: Predict, folder: Path) -> None:
    said = predict(folder, "--engine", "ray", "--out", folder)
    assert (said.exit_code, len(said.err)) == (2, 1)
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b.png", "d.png"]


def test_a_run_is_no_folder_of_answers(asked: list[int], predict: Predict, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text('{"backend": "torch", "files": {}}')
    said = predict(folder, "--engine", "ray", "--out", tmp_path / "run")
    assert said.exit_code == 2 and "Expected --out to be a new or empty folder" in said.err[0]
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["manifest.json"]
