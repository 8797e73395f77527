"""The matrix of families and formats, in the ring of each backend; the processes in it cost 3 to 8 s each."""

import getpass
import json
import re
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import run
from commands.steps.exports import exporting, writing
from commands.steps.networks import load_network, load_recipe
from data_io.artefact_files import read_sidecar
from keras_models.artefacts.contract import Contract, metadata
from tests.commands.calibrating import calibrated_answers, read_calibration, set_temperature
from tests.commands.conftest import RECIPE
from tests.data_io.decoded import read_image

ROOT = Path(__file__).resolve().parent.parent.parent
FAMILIES = ("cnn", "mlp", "residual")
TEMPERATURE = 0.25  # logits after an epoch are small: four times as large, they make other probabilities
FORMATS = ("onnx", "saved_model")


@dataclass(frozen=True)
class Exported:
    run: Path
    folder: Path

    def row(self, format: str) -> Any:
        return json.loads((self.folder / "report.json").read_text(encoding="utf-8"))["artefacts"][format]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny_data: Path, backend: str) -> dict[str, Path]:
    """A calibrated run of each family, wide enough that not every ReLU is dead after an epoch."""
    folder = tmp_path_factory.mktemp("trained")
    text = RECIPE.read_text(encoding="utf-8").replace("epochs = 2", "epochs = 1")
    texts = {
        "cnn": text.replace("dense_units = [8]", "dense_units = [32]"),
        # 3,072 x 96 weights are 1.2 MB, so large that they do not pass through tf2onnx
        "mlp": text.replace('"cnn"', '"mlp"')
        .replace("channels = [4, 8]\n", "")
        .replace("dense_units = [8]", "dense_units = [96, 8]"),
        "residual": text.replace('"cnn"', '"residual"')
        .replace("channels = [4, 8]", "channels = [8, 16]\nblocks = [1]")
        .replace("dense_units = [8]", "dense_units = []"),
    }
    for family in FAMILIES:
        path = folder / f"{family}.toml"
        path.write_text(texts[family], encoding="utf-8")
        assert run.main(["train", str(path), f"--data={tiny_data}", "--backend", backend, f"--out={folder}"]) == 0
        set_temperature(folder / f"{family}-{backend}-seed3", TEMPERATURE)
    return {family: folder / f"{family}-{backend}-seed3" for family in FAMILIES}


@pytest.fixture(scope="session")
def exported(
    tmp_path_factory: pytest.TempPathFactory, trained: dict[str, Path], tiny_data: Path, backend: str
) -> dict[str, Exported]:
    found = {}
    for family in FAMILIES:
        folder = tmp_path_factory.mktemp("exports") / family
        words = ["export", str(trained[family]), "--format", "all", "--out", str(folder), "--backend", backend]
        assert run.main([*words, "--data", str(tiny_data)]) == 0
        found[family] = Exported(trained[family], folder)
    return found


@pytest.fixture(scope="session")
def validation_images(tiny_data: Path) -> NDArray[np.uint8]:
    return np.stack([read_image(path, 32) for path in sorted((tiny_data / "validation").glob("*.png"))])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("format", FORMATS)
def test_an_export_agrees_with_the_run_whatever_backend_trained_it(
    exported: dict[str, Exported], family: str, format: str
) -> None:
    row = exported[family].row(format)
    assert row["changed_answers"] == 0 and row["accuracy_difference"] == 0
    assert row["largest_difference"] <= 1e-5 and row["probability_difference"] <= 1e-5
    assert set(row["differences"]) == {"1", "2", "7", "32", "all"}
    assert row["images"] == 10
    for name in ("cold_start_seconds", "one_image_p50_seconds", "one_image_p95_seconds", "images_per_second"):
        assert row[name] > 0
    assert row["size_bytes"] > 1000


def test_each_format_was_run_in_its_own_runtime_without_keras(exported: dict[str, Exported]) -> None:
    assert exported["cnn"].row("onnx")["frameworks"] == ["onnxruntime"]
    frameworks = exported["cnn"].row("saved_model")["frameworks"]
    assert "tensorflow" in frameworks and "keras" not in frameworks


@pytest.mark.parametrize("family", FAMILIES)
def test_the_onnx_file_says_what_it_is_and_answers_as_the_network_does(
    exported: dict[str, Exported], family: str, validation_images: NDArray[np.uint8]
) -> None:
    import keras
    import onnxruntime

    export = exported[family]
    session = onnxruntime.InferenceSession(str(export.folder / "model.onnx"), providers=["CPUExecutionProvider"])
    assert [(end.name, end.type, end.shape) for end in (*session.get_inputs(), *session.get_outputs())] == [
        ("image", "tensor(uint8)", ["N", 32, 32, 3]),
        ("logits", "tensor(float)", ["N", 5]),
        ("probabilities", "tensor(float)", ["N", 5]),
    ]
    network = load_network(export.run, load_recipe(export.run))
    wanted = np.asarray(keras.ops.convert_to_numpy(network(validation_images, training=False)))
    assert np.ptp(wanted, axis=0).max() > 1e-3 * np.abs(wanted).max()  # it sees a difference between images
    logits, probabilities = session.run(["logits", "probabilities"], {"image": validation_images})
    np.testing.assert_allclose(logits, wanted, rtol=0, atol=1e-5 * np.abs(wanted).max())
    powers = np.exp(wanted / TEMPERATURE)
    np.testing.assert_allclose(probabilities, powers / powers.sum(axis=1, keepdims=True), atol=1e-5)
    assert np.abs(probabilities - np.exp(wanted) / np.exp(wanted).sum(axis=1, keepdims=True)).max() > 1e-3

    carried = session.get_modelmeta().custom_metadata_map
    assert json.loads(carried["labels"]) == ["0", "1", "2", "3", "4"]
    assert carried["size_pixels"] == "32" and carried["resize_rule"] == "pillow-bilinear"
    assert carried["temperature"] == str(TEMPERATURE) and carried["family"] == family
    assert json.loads(carried["versions"])["onnx_opset"] == "18"
    assert json.loads(carried["energy_quantiles"]) == read_calibration(export.run)["energy_quantiles"]
    manifest = json.loads((export.run / "manifest.json").read_text(encoding="utf-8"))
    for name in ("backend", "recipe_digest", "weights_digest"):
        assert carried[name] == manifest[name]
    assert json.loads(carried["data_digests"]) == manifest["data_digests"]


def test_the_contract_is_in_both_formats_and_beside_them(exported: dict[str, Exported]) -> None:
    folder = exported["cnn"].folder
    assert read_sidecar(folder / "model.onnx")[0] == "onnx"
    format, values = read_sidecar(folder / "saved_model")
    assert format == "saved_model"
    inside = json.loads((folder / "saved_model/assets.extra/contract.json").read_text(encoding="utf-8"))
    assert inside == values == Contract.from_values(values).to_values()
    assert metadata(Contract.from_values(values))["name"] == "cnn"


def test_the_saved_model_has_the_signature_that_servers_call_for_images_of_its_size(
    exported: dict[str, Exported], validation_images: NDArray[np.uint8]
) -> None:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(exported["cnn"].folder / "saved_model"))
    answer = loaded.signatures["serving_default"](image=tf.constant(validation_images[:3]))
    assert set(answer) == {"logits", "probabilities"}
    assert answer["logits"].shape == answer["probabilities"].shape == (3, 5)
    np.testing.assert_allclose(answer["probabilities"].numpy().sum(axis=1), 1, atol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[3,32,33,3\] is not compatible with expected shape"):
        loaded.signatures["serving_default"](image=tf.zeros((3, 32, 33, 3), tf.uint8))


def test_no_file_names_the_machine_that_exported_it(exported: dict[str, Exported]) -> None:
    words = [str(ROOT), str(Path.home()), "/tmp/", "site-packages", "commands/steps"]
    # A word of a few letters is somewhere in the weights by chance, and "root" is one of TensorFlow's.
    words += [name for name in (socket.gethostname(), getpass.getuser()) if len(name) > 5]
    for export in exported.values():
        files = [path for path in export.folder.rglob("*") if path.is_file()]
        assert len(files) == 9
        for path in files:
            content = path.read_bytes()
            assert [word for word in words if word.encode() in content] == [], path


def test_an_out_with_content_is_refused(
    trained: dict[str, Path], exported: dict[str, Exported], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["export", str(trained["cnn"]), "--out", str(exported["cnn"].folder)]) == 2
    assert "with content" in capsys.readouterr().err


@pytest.mark.parametrize(("family", "fault"), [("cnn", "leaked training mode"), ("mlp", "another scale")])
def test_a_graph_with_a_fault_is_refused_with_6_and_deleted(
    family: str,
    fault: str,
    trained: dict[str, Path],
    tiny_data: Path,
    backend: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(exporting, "WRITER", "tests.commands.faulty_writing")
    words = ["export", str(trained[family]), "--backend", backend, "--data", str(tiny_data)]
    assert run.main([*words, "--out", str(tmp_path / "out")]) == 6
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith(f"error: Expected model.onnx to be made and to answer as {trained[family].name} does.")
    assert "Received: logits differ by " in error and "where 1e-05 is allowed. It was deleted." in error
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_one_line_before_any_work(
    trained: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(writing.PACKAGES, "onnx", ("tensorflow", "tf2onnx_that_is_not_there"))
    assert run.main(["export", str(trained["cnn"]), "--out", str(tmp_path / "out")]) == 4
    captured = capsys.readouterr()
    assert captured.out == "" and len(captured.err.splitlines()) == 1
    assert "no tf2onnx_that_is_not_there. Run: pip install -c constraints.txt -e '.[export]'" in captured.err
    assert list(tmp_path.iterdir()) == []


def test_predict_answers_calibrated_and_alike_by_a_run_and_by_its_exports(
    exported: dict[str, Exported], tiny_data: Path, backend: str, tmp_path: Path
) -> None:
    validation = [str(tiny_data / "validation.csv"), "--images", str(tiny_data / "validation"), "--unknown"]
    found, cnn = [], exported["cnn"]
    models = (cnn.run, cnn.run / "model.keras", cnn.folder / "model.onnx", cnn.folder / "saved_model")
    assert [run.main(["predict", str(model), *validation, "--device", "gpu"]) for model in models] == [4, 4, 2, 4]
    for number, model in enumerate(models):
        out = tmp_path / f"{number}.json"
        assert run.main(["predict", str(model), *validation, "--out", str(out), "--backend", backend]) == 0
        found.append(json.loads(out.read_text(encoding="utf-8")))
    first, *others = found
    weights = calibrated_answers(cnn.run)
    for row in first:
        wanted = weights.loc[row["image_id"]].to_numpy()
        assert list(row["probabilities"].values()) == pytest.approx(wanted, rel=0, abs=1e-6)
    # They are the images that the energies are of: ten, a ninth apart; a quantile is kept for each hundredth.
    shares = [place / 9 for place in range(10)]
    assert sorted(row["unknown"] for row in first) == pytest.approx(shares, abs=0.01)
    for other in others:
        assert [row["label"] for row in other] == [row["label"] for row in first]
        for mine, wanted in zip(other, first, strict=True):
            assert mine["image_id"] == wanted["image_id"]
            assert mine["unknown"] == pytest.approx(wanted["unknown"], abs=1e-3)
            assert mine["probabilities"] == pytest.approx(wanted["probabilities"], rel=0, abs=1e-6)


def test_the_lines_for_other_programs_answer_as_the_run_does(
    exported: dict[str, Exported], tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "answers.md").read_text(encoding="utf-8"), re.DOTALL)
    image = min((tiny_data / "validation").glob("*.png"))
    shutil.copy(image, tmp_path / "picture.png")
    shutil.copytree(exported["cnn"].folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    wanted, names = calibrated_answers(exported["cnn"].run).loc[image.stem].to_numpy(), dict[str, Any]()
    for kind in ("onnxruntime", "tensorflow"):  # the second has the image of the first
        (block,) = (block for block in blocks if f"import {kind}" in block or f", {kind}" in block)
        exec(block, names)  # our own page
        np.testing.assert_allclose(names["probabilities"][0], wanted, rtol=0, atol=1e-6)
