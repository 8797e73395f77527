"""`predict --unknown`: how unlike the known images each is; the tiny models' logits are the means of red and green."""

import json
import math
from pathlib import Path

import pytest

import run
from tests.onnx_files import tiny_contract, write_onnx
from tests.predict.conftest import Predict, paint

# The energy of red r and green g is -ln(e^r + e^g): of b.png -2.3133, of a/c.png -6.3133, of d.png -2.3133.
ENERGY = -(2 + math.log(1 + math.exp(-1)))
LOWEST = -10.0
QUANTILES = (LOWEST, ENERGY - 1, ENERGY + 1, 0.0, 1.0)  # b.png is in the middle of the second and the third


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    contract = tiny_contract(energy_quantiles=QUANTILES, temperature=2.0)
    return write_onnx(tmp_path_factory.mktemp("knowing") / "model.onnx", contract=contract)


def test_the_share_of_known_images_below_is_the_last_column(predict: Predict, folder: Path) -> None:
    plain, said = predict(folder), predict(folder, "--unknown")
    assert [row[:-1] for row in said.rows] == plain.rows
    between = 0.25 * (ENERGY - 4 - LOWEST) / (ENERGY - 1 - LOWEST)  # of the first and the second quantile
    assert [row[-1] for row in said.rows] == ["unknown", f"{between:.4f}", "0.3750", "0.3750"]
    assert [row[-1] for row in predict(folder, "--unknown", "--top", 1).rows][2] == "0.3750"


def test_it_is_in_json_and_empty_for_a_bad_image(predict: Predict, folder: Path, tmp_path: Path) -> None:
    (folder / "a" / "a.png").write_bytes(b"")
    out = tmp_path / "a.json"
    assert predict(folder, "--unknown", "--on-bad", "mark", "--out", out).exit_code == 0
    bad, _, good, _ = json.loads(out.read_text())
    assert (bad["unknown"], good["unknown"]) == (None, 0.375)
    rows = predict(folder, "--unknown", "--on-bad", "mark").rows
    assert rows[1] == ["a/a.png", "", "", "", ""]


def test_an_image_beyond_all_known_ones_has_0_or_1(predict: Predict, tmp_path: Path) -> None:
    paint(tmp_path / "known.png", 20, 0)
    paint(tmp_path / "same.png", 0, 0)  # -ln 2 is between ENERGY + 1 and 0
    share = 0.5 + 0.25 * (ENERGY + 1 + math.log(2)) / (ENERGY + 1)
    rows = predict(tmp_path, "--unknown").rows
    assert [row[-1] for row in rows[1:]] == ["0.0000", f"{share:.4f}"]


def test_several_models_and_views_give_the_mean_of_their_shares(predict: Predict, folder: Path, tmp_path: Path) -> None:
    other = write_onnx(tmp_path / "other.onnx", contract=tiny_contract(energy_quantiles=(ENERGY - 3, ENERGY + 1)))
    (row,) = predict(folder / "b.png", "--unknown", "--with", other, "--tta").rows[1:]
    assert row[-1] == f"{(0.375 + 0.75) / 2:.4f}"  # one colour has one energy in every view
    assert float(row[2]) == pytest.approx((1 / (1 + math.exp(-0.5)) + 1 / (1 + math.exp(-1))) / 2, abs=1e-6)


def test_a_model_without_energies_is_refused_with_2(predict: Predict, folder: Path, tmp_path: Path) -> None:
    old = write_onnx(tmp_path / "old.onnx")
    said = predict(folder, "--unknown", "--with", old)
    assert (said.exit_code, said.out, len(said.err)) == (2, "", 1)
    assert f"Expected {old} to know the energies of its validation images, for --unknown." in said.err[0]


def test_a_submission_has_no_column_for_it(predict: Predict, folder: Path, sample: Path, tmp_path: Path) -> None:
    said = predict(folder, "--unknown", "--submission", sample, "--out", tmp_path / "s.csv")
    assert said.exit_code == 2 and "without --top or --unknown" in said.err[0]


def test_shards_are_merged_with_it(
    predict: Predict, folder: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    parts = [tmp_path / f"{shard}.csv" for shard in range(2)]
    for shard, part in enumerate(parts):
        assert predict(folder, "--unknown", "--shard", f"{shard}/2", "--out", part).exit_code == 0
    assert run.main(["predict", "--merge", *map(str, parts), "--out", str(tmp_path / "all.csv")]) == 0
    assert (tmp_path / "all.csv").read_text() == predict(folder, "--unknown").out
    assert predict(folder, "--shard", "1/2", "--out", parts[1]).exit_code == 0
    assert run.main(["predict", "--merge", *map(str, parts), "--out", str(tmp_path / "no.csv")]) == 6
    assert b"has other options than" in capfdbinary.readouterr().err
