"""`run.py predict --shard` and `--merge`: parts that together are the bytes of one answer, or are refused."""

import json
import re
import shlex
from pathlib import Path
from string import Template

import numpy as np
import pytest

import run
from commands.arguments.parser import build_parser
from tests.conftest import DrawDataFolder
from tests.onnx_files import tiny_contract, write_onnx
from tests.predict.conftest import Predict, Said, paint

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 images, 4 blocks of 64 and one of 44; a name with a line end and quotes, and one that is no image."""
    folder = tmp_path_factory.mktemp("many") / "images"
    random = np.random.default_rng(0)
    for number in range(298):
        paint(folder / f"{number:03}.png", *random.integers(0, 6, 2).tolist())
    paint(folder / '070 "odd",\nname.png', 3, 1)
    (folder / "130 bad.png").write_bytes(b"no image")
    return folder


def answer_parts(predict: Predict, many: Path, folder: Path, shards: int, *words: object) -> list[Path]:
    parts = [folder / f"part{shard}.csv" for shard in range(shards)]
    for shard, part in enumerate(parts):
        said = predict(many, "--on-bad", "mark", "--shard", f"{shard}/{shards}", "--out", part, *words)
        assert (said.exit_code, said.out) == (0, "")
    return parts


def merge(capfdbinary: pytest.CaptureFixture[bytes], *words: object) -> Said:
    exit_code = run.main(["predict", "--merge", *map(str, words)])
    said = capfdbinary.readouterr()
    return Said(exit_code, said.out.decode(), said.err.decode().splitlines())


@pytest.mark.parametrize("shards", [1, 2, 8])
def test_parts_in_any_order_are_merged_to_the_bytes_of_one_answer(
    shards: int,
    predict: Predict,
    many: Path,
    whole: bytes,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    parts = answer_parts(predict, many, tmp_path, shards)
    said = merge(capfdbinary, *reversed(parts), "--out", tmp_path / "new" / "all.csv")
    assert (said.exit_code, said.err) == (0, [f"wrote {tmp_path / 'new' / 'all.csv'}: 300 rows"])
    assert (tmp_path / "new" / "all.csv").read_bytes() == whole
    assert b"130 bad.png,,," in whole and b'"070 ""odd"",\nname.png",0,' in whole


def test_a_shard_has_every_nth_block_and_says_so(predict: Predict, many: Path, tmp_path: Path) -> None:
    parts = answer_parts(predict, many, tmp_path, 8)
    facts = [json.loads(part.with_name(f"{part.name}.json").read_text()) for part in parts]
    assert [each["rows"] for each in facts] == [64, 64, 64, 64, 44, 0, 0, 0]
    assert [each["bad"] for each in facts] == [0, 0, 1, 0, 0, 0, 0, 0]
    assert [each["shard"] for each in facts] == list(range(8))
    assert {each["job"]["inputs"]["images"] for each in facts} == {300}
    assert parts[5].read_text() == "image_id,label,probability_0,probability_1\n"
    assert parts[1].read_text().splitlines()[1].startswith("064.png,")


def test_a_bad_image_fails_its_own_shard_and_the_merge_names_it(
    predict: Predict, many: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    parts = [tmp_path / f"{shard}.csv" for shard in range(4)]
    codes = [predict(many, "--shard", f"{shard}/4", "--out", part).exit_code for shard, part in enumerate(parts)]
    assert codes == [0, 0, 3, 0]
    assert not parts[2].exists()
    said = merge(capfdbinary, *(part for part in parts if part.exists()), "--out", tmp_path / "all.csv")
    assert (said.exit_code, said.err) == (3, ["error: Expected all 4 parts. Received: none for --shard 2/4."])
    assert not (tmp_path / "all.csv").exists()


def test_parts_that_do_not_belong_together_are_refused(
    predict: Predict, many: Path, folder: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    first, second = answer_parts(predict, many, tmp_path, 2)
    other = tmp_path / "other.csv"

    def refusal(*parts: Path) -> tuple[int, str]:
        said = merge(capfdbinary, *parts, "--out", tmp_path / "all.csv")
        (line,) = said.err
        assert not (tmp_path / "all.csv").exists()
        return said.exit_code, line

    assert refusal(first, first) == (
        3,
        f"error: Expected each part once. Received: shard 0 twice, {first} and {first}.",
    )
    code, line = refusal(first, tmp_path / "none.csv")
    assert code == 3 and f"{tmp_path / 'none.csv.json'}" in line
    for words, what in (
        ([many, "--on-bad", "mark", "--top", "1"], "other options"),
        ([folder, "--on-bad", "mark"], "another input"),
    ):
        assert predict(*words, "--shard", "1/2", "--out", other).exit_code == 0
        assert refusal(first, other) == (
            6,
            f"error: Expected parts of one answer. Received: {other} has {what} than {first}.",
        )
    assert predict(many, "--on-bad", "mark", "--shard", "1/3", "--out", other).exit_code == 0
    assert refusal(first, other)[0] == 3
    cold = write_onnx(tmp_path / "cold.onnx", contract=tiny_contract(temperature=0.5))
    assert run.main(["predict", str(cold), str(many), "--on-bad=mark", "--shard=1/2", f"--out={other}"]) == 0
    capfdbinary.readouterr()
    assert "has another model than" in refusal(first, other)[1]
    second.write_bytes(second.read_bytes().replace(b"064.png", b"065.png"))
    code, line = refusal(first, second)
    assert code == 6 and f"Expected {second} to be the part" in line
    second.write_bytes(b"".join(second.read_bytes().splitlines(keepends=True)[:-1]))
    assert refusal(first, second)[0] == 6


@pytest.mark.parametrize(
    "words",
    [
        ["--shard", "2/2", "--out", "a.csv"],
        ["--shard", "0/0", "--out", "a.csv"],
        ["--shard", "-1/2", "--out", "a.csv"],
        ["--shard", "0/1001", "--out", "a.csv"],
        ["--shard", "0/2"],
        ["--shard", "0/2", "--out", "a.json"],
        ["--shard", "0/2", "--out", "a.csv", "--submission", "sample.csv"],
        ["--shard", "0/2", "--out", "a.csv", "--explain", "why"],
        ["--workers", "0"],
        ["--address", "auto"],
        ["--form", "parquet", "--out", "answers"],
        ["--engine", "ray"],
        ["--engine", "ray", "--out", "a.csv"],
        ["--engine", "ray", "--out", "answers", "--shard", "0/2"],
        ["--engine", "ray", "--out", "answers", "--workers", "2", "--address", "auto"],
        ["--merge", "a.csv", "--out", "b.csv"],
    ],
    ids=" ".join,
)
def test_options_that_cannot_be_meant_are_refused_with_2(
    words: list[str], predict: Predict, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    said = predict(folder, *words)
    assert (said.exit_code, said.out, len(said.err)) == (2, "", 1)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(("name", "folder"), [("predict.sbatch", "out"), ("predict-job.yaml", "/data/out")])
def test_the_example_files_ask_for_each_shard_once_and_for_their_merge(name: str, folder: str) -> None:
    text = (ROOT / "docs" / "scale" / name).read_text(encoding="utf-8")
    found = re.findall(r"python run\.py (predict [^\n]*)", text)
    variables = {"SHARDS": "8", "SLURM_ARRAY_TASK_ID": "7", "JOB_COMPLETION_INDEX": "7"}
    merge, answers = (build_parser().parse_args(shlex.split(Template(line).substitute(variables))) for line in found)
    assert (answers.shard, answers.out) == ((7, 8), f"{folder}/part7.csv")
    assert [str(part) for part in merge.merge] == [f"{folder}/part*.csv"]
    assert re.search(r"--array=0-7\b|completions: 8\b", text)


@pytest.mark.parametrize("options", [["--tta"], ["--top", "2"], ["--with", "other"], ["--unknown"], ["--shard", "0/2"]])
def test_a_merge_refuses_what_it_would_not_look_at(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "part.csv").touch()
    words = ["predict", *options, "--out", str(tmp_path / "all.csv"), "--merge", str(tmp_path / "part.csv")]
    assert run.main(words) == 2
    assert f"Received: {options[0]} too." in capsys.readouterr().err


def test_a_merge_replaces_no_table(
    tmp_path: Path, draw_data_folder: DrawDataFolder, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    table = draw_data_folder(tmp_path / "data") / "test.csv"
    said = merge(capfdbinary, tmp_path / "part.csv", "--out", table)
    assert (said.exit_code, len(said.err)) == (2, 1)
    assert f"a table of the data folder {tmp_path / 'data'}" in said.err[0]


def test_a_model_or_inputs_are_still_wanted_without_merge(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run.main(["predict"]) == 2
    assert run.main(["predict", "model.onnx", "--out", "a.csv"]) == 2
    assert run.main(["predict", "--out", "a.csv", "--merge"]) == 2
    assert len(capfdbinary.readouterr().err.splitlines()) == 3
