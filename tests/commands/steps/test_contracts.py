"""A run's calibration: what training writes of it, and where its temperature comes from."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import errors
from commands.reproduce import compare_results
from commands.steps.contracts import check_energies, contract_of
from commands.steps.networks import load_recipe
from commands.steps.reporting.reading import read_run
from data_io.run_folder import CALIBRATION, read_manifest, record_files
from data_io.sample import SIDE_PIXELS
from keras_models.artefacts.contract import Contract
from tests.commands.calibrating import read_calibration, set_temperature
from tests.commands.conftest import TinyRun
from tests.onnx_files import tiny_contract


@pytest.fixture
def copy(tiny_run: TinyRun, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_run.folder, tmp_path / "copy"))


@pytest.fixture
def old(copy: Path) -> Path:
    """A run that was made before there was a calibration, and without the size of its images."""
    manifest = read_manifest(copy)
    del manifest["files"][CALIBRATION], manifest["source_pixels"]
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (copy / CALIBRATION).unlink()
    return copy


def promise(run: Path) -> Contract:
    return contract_of(run, load_recipe(run), read_manifest(run))


def test_training_writes_what_a_temperature_is_worth_on_validation(tiny_run: TinyRun) -> None:
    found = read_calibration(tiny_run.folder)
    metrics = json.loads((tiny_run.folder / "metrics.json").read_text())
    assert (found["method"], found["folds"], found["n"]) == ("temperature scaling", 5, metrics["images"])
    assert found["log_loss_before"] == metrics["loss"]
    assert (found["split"], found["data_digest"]) == ("validation", metrics["data_digest"])
    assert found["temperature"] in (1.0, found["fitted_temperature"])
    assert 0 <= found["ece_after"] <= 1 and found["ece_of_perfect_95th_percentile"] > 0
    written = pd.read_csv(tiny_run.folder / "validation_predictions.csv")
    gaps = written.filter(like="probability_").max(axis=1) - (written["label"] == written["given_label"])
    assert found["ece_before"] >= abs(gaps.mean()) - 1e-9  # equal if all images are in one bin
    quantiles = np.array(found["energy_quantiles"])
    assert len(quantiles) == 101 and (np.diff(quantiles) >= 0).all()


def test_a_run_promises_its_temperature_and_energies(copy: Path) -> None:
    set_temperature(copy, 1.75)
    assert promise(copy).temperature == 1.75
    assert list(promise(copy).energy_quantiles) == read_calibration(copy)["energy_quantiles"]
    assert read_run(copy).calibration == read_calibration(copy)


def test_a_run_promises_the_size_that_its_training_images_had(copy: Path) -> None:
    assert promise(copy).source_pixels == (SIDE_PIXELS, SIDE_PIXELS)


def test_a_run_of_before_has_a_temperature_of_1_and_no_energies(old: Path) -> None:
    contract = promise(old)
    assert (contract.temperature, contract.energy_quantiles, contract.source_pixels) == (1.0, (), ())
    assert read_run(old).calibration is None
    with pytest.raises(errors.UsageError, match=r"Expected b to know .* for --unknown\. Received: a model without\."):
        check_energies([Path("a"), Path("b")], [tiny_contract(energy_quantiles=(0.0, 1.0)), contract])


def test_a_run_of_before_is_compared_without_calibration(old: Path, tiny_run: TinyRun) -> None:
    new = tiny_run.folder
    assert CALIBRATION not in compare_results(old, read_manifest(old), new, read_manifest(new))
    assert compare_results(new, read_manifest(new), old, read_manifest(old))[CALIBRATION] is False


def test_a_calibration_that_is_not_the_manifests_is_refused(copy: Path) -> None:
    text = (copy / CALIBRATION).read_text()
    (copy / CALIBRATION).write_text(text + " ")
    with pytest.raises(errors.PromiseError, match=f"Expected {copy / CALIBRATION} to be the file in"):
        promise(copy)
    (copy / CALIBRATION).unlink()
    with pytest.raises(errors.PromiseError, match="no such file"):
        promise(copy)


@pytest.mark.parametrize("text", ["{", "[]", '{"temperature": 0}', '{"temperature": 1, "energy_quantiles": [1, 0]}'])
def test_a_calibration_that_cannot_be_is_refused(copy: Path, text: str) -> None:
    (copy / CALIBRATION).write_text(text)
    record_files(copy, [CALIBRATION])
    with pytest.raises(errors.PromiseError, match="to be what training writes"):
        promise(copy)
