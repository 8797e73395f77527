"""Models that are not what they should be, through the commands: one line, exit 6, nothing run and nothing written.

The manifest is made to fit the hostile file where it says so: whoever can send a run can send its manifest too.
"""

import hashlib
import io
import json
import os
import pickle
import shutil
import tomllib
import zipfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import numpy as np
import pytest
import tomli_w

import run
from commands.steps.models import open_model
from commands.steps.networks import load_network, load_recipe
from data_io.run_folder import read_manifest
from keras_models.inference import predict_logits
from tests.commands.conftest import TinyRun
from tests.commands.refusals import refusal
from tests.keras_models.weights_files import lambda_layer, system_call

IMAGES = np.random.default_rng(5).integers(0, 256, (70, 32, 32, 3), np.uint8)


@pytest.fixture
def args(backend: str) -> Namespace:
    return Namespace(verb="predict", backend=backend, device="auto")


@pytest.fixture
def folder(tiny_run: TinyRun, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_run.folder, tmp_path / "run"))


def make_fit(folder: Path, **facts: Any) -> None:
    """Make the manifest say that the files are as they are."""
    manifest = read_manifest(folder)
    for name in manifest["files"]:
        manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps({**manifest, **facts}))


def change_member(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(folder / "model.keras") as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    with zipfile.ZipFile(folder / "model.keras", "w") as archive:
        for member, content in members.items():
            archive.writestr(member, change(content) if member == name else content)


def change_weight(value: float) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        buffer = io.BytesIO(content)
        with h5py.File(buffer, "r+") as file:
            file["layers/conv2d/vars/1"][0] = value
        return buffer.getvalue()

    return change


def test_a_run_folder_and_its_model_keras_answer_as_the_network_does(folder: Path, args: Namespace) -> None:
    network = load_network(folder, load_recipe(folder))
    expected = predict_logits(network, IMAGES, 64)
    for path in (folder, folder / "model.keras"):
        model = open_model(path, args)
        np.testing.assert_array_equal(model.logits(IMAGES), expected)
        assert model.contract.labels == ("0", "1", "2", "3", "4")
        assert (model.contract.name, model.contract.family, model.contract.size_pixels) == ("tiny", "cnn", 32)
        assert model.contract.temperature == 1.0
        assert model.contract.weights_digest == read_manifest(folder)["weights_digest"]


@pytest.mark.parametrize("make", [lambda_layer, system_call], ids=["a1_lambda", "a2_os_system"])
def test_a1_a2_code_in_the_configuration_is_refused_and_never_run(
    tiny_run: TinyRun,
    folder: Path,
    args: Namespace,
    make: Callable[[Path], dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    marker = folder.parent / "marker"

    def change(content: bytes) -> bytes:
        config = json.loads(content)
        config["config"]["layers"].append(make(marker))
        return json.dumps(config).encode()

    change_member(folder, "config.json", change)
    assert run.main(["evaluate", str(folder), "--data", str(tiny_run.data), "--backend", args.backend]) == 6
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: Expected ") and "model.keras" in line
    make_fit(folder)  # then the weights are right, and the configuration is read as text and is not our network's
    assert "Expected the layers of a network" in (said := refusal(folder, args)) or "other code" in said
    assert not marker.exists()


class Payload:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.marker}",)


def pickled(folder: Path) -> None:
    (folder / "model.keras").write_bytes(pickle.dumps(Payload(folder.parent / "marker")))


def torch_zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "model.keras", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Payload(folder.parent / "marker")))


def legacy_h5(folder: Path) -> None:
    with zipfile.ZipFile(folder / "model.keras") as archive:
        content = archive.read("model.weights.h5")
    (folder / "model.keras").write_bytes(content)


def member_outside(folder: Path) -> None:
    with zipfile.ZipFile(folder / "model.keras", "a") as archive:
        archive.writestr("../../evil.txt", "evil")


def cut_off(folder: Path) -> None:
    content = (folder / "model.keras").read_bytes()
    (folder / "model.keras").write_bytes(content[: len(content) // 2])


def empty(folder: Path) -> None:
    (folder / "model.keras").write_bytes(b"")


def text(folder: Path) -> None:
    (folder / "model.keras").write_text("hello\n")


def flipped_bit(folder: Path) -> None:
    change_member(folder, "model.weights.h5", change_weight(0.5))


def not_a_number(folder: Path) -> None:
    change_member(folder, "model.weights.h5", change_weight(np.nan))


def change_recipe(folder: Path, key: str, value: Any) -> None:
    recipe = tomllib.loads((folder / "recipe.toml").read_text())
    recipe["model"][key] = value
    (folder / "recipe.toml").write_text(tomli_w.dumps(recipe))


def other_width(folder: Path) -> None:
    change_recipe(folder, "classes", 6)


def vast_recipe(folder: Path) -> None:
    change_recipe(folder, "dense_units", [10**9, 8])


ROWS = {
    "a3_pickle": (pickled, "a Python pickle"),
    "a3_pth": (torch_zip, "a PyTorch file"),
    "a3_h5": (legacy_h5, "an HDF5 file"),
    "a4_recipe_without_end": (vast_recipe, "520,000,000,436"),
    "a4_member_outside": (member_outside, "other members"),
    "a5_flipped_bit": (flipped_bit, "Expected the weights in"),
    "a6_cut_off": (cut_off, "a truncated or damaged ZIP file"),
    "a6_empty": (empty, "an empty file"),
    "a6_text": (text, "a text file"),
    "a7_other_width": (other_width, "units of Dense 'logits' is 6, not 5"),
    "a8_nan": (not_a_number, "NaN or infinity"),
}


@pytest.mark.parametrize(("make", "words"), ROWS.values(), ids=list(ROWS))
def test_a_hostile_run_is_refused_although_its_manifest_fits(
    folder: Path, args: Namespace, make: Callable[[Path], None], words: str
) -> None:
    make(folder)
    make_fit(folder)
    assert words in refusal(folder, args)
    assert not (folder.parent / "marker").exists()
    assert not (folder.parent.parent / "evil.txt").exists()


def test_a3_evaluate_ends_with_6_and_writes_nothing(
    tiny_run: TinyRun, folder: Path, backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pickled(folder)
    make_fit(folder)
    before = sorted(folder.rglob("*"))
    assert run.main(["evaluate", str(folder), "--data", str(tiny_run.data), "--backend", backend]) == 6
    assert sorted(folder.rglob("*")) == before
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: Expected ") and "model.keras" in line
    assert not (folder.parent / "marker").exists()


def test_a_model_keras_without_its_manifest_is_refused(folder: Path, args: Namespace) -> None:
    alone = folder.parent / "alone"
    alone.mkdir()
    shutil.copy(folder / "model.keras", alone)
    assert "needs its manifest beside it" in refusal(alone / "model.keras", args)
    (folder / "model.keras").rename(folder / "better.keras")
    assert "needs its manifest beside it" in refusal(folder / "better.keras", args)


def test_a_manifest_that_lacks_what_the_contract_needs_is_refused(folder: Path, args: Namespace) -> None:
    manifest = read_manifest(folder)
    for name in ("backend", "weights_digest", "data_digests"):
        (folder / "manifest.json").write_text(json.dumps({key: manifest[key] for key in manifest if key != name}))
        assert name in refusal(folder, args)
