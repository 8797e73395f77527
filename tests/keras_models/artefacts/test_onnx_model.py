"""ONNX files that are not ours are refused before ONNX Runtime opens them, or by what it says of them.

The sidecar's digests, which `commands` compares first, are out of the way here.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import errors
from keras_models.artefacts.contract import SCALING, metadata
from tests.onnx_files import Change, external, foreign_operator, loop_inside, own_function, tiny_contract, write_onnx

onnxruntime = pytest.importorskip("onnxruntime")
from keras_models.artefacts.onnx_model import OnnxClassifier  # noqa: E402

IMAGES = np.random.default_rng(0).integers(0, 256, (32, 16, 16, 3), np.uint8)
MEANS = IMAGES.astype(np.float64).mean(axis=(1, 2))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.onnx"


def refusal(path: Path, **contract: Any) -> str:
    with pytest.raises(errors.PromiseError) as caught:
        OnnxClassifier(path, tiny_contract(**contract))
    (message,) = caught.value.messages
    assert str(path) in message and message.startswith("Expected ") and "\n" not in message
    assert len(message) < 900
    return message


@pytest.mark.parametrize("count", [1, 2, 7, 32])
def test_a11_any_number_of_images_is_answered(path: Path, count: int) -> None:
    model = OnnxClassifier(write_onnx(path), tiny_contract())
    logits = model.logits(IMAGES[:count])
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, MEANS[:count, :2], rtol=1e-6)


def test_threads_get_the_same_answers(path: Path) -> None:
    model = OnnxClassifier(write_onnx(path), tiny_contract())
    alone = model.logits(IMAGES)
    with ThreadPoolExecutor(4) as pool:
        for together in pool.map(model.logits, [IMAGES] * 16):
            np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros((1, 8, 16, 3), np.uint8), "index: 1 Got: 8 Expected: 16"),
        (np.zeros((1, 16, 8, 3), np.uint8), "index: 2 Got: 8 Expected: 16"),
        (np.zeros((1, 3, 16, 16), np.uint8), "index: 1 Got: 3 Expected: 16"),  # NCHW
        (np.zeros((16, 16, 3), np.uint8), "Got: 3 Expected: 4"),  # one image, no batch
        (np.zeros((1, 16, 16, 3), np.float64), "expected: (tensor(uint8))"),
        (np.zeros((1, 16, 16, 3), np.float32), "expected: (tensor(uint8))"),
    ],
    ids=["height", "width", "nchw", "rank", "float64", "float32"],
)
def test_a11_images_of_another_form_are_an_error_of_onnx_runtime_that_names_the_mistake(
    path: Path, images: Any, words: str
) -> None:
    session = onnxruntime.InferenceSession(write_onnx(path), providers=["CPUExecutionProvider"])
    with pytest.raises(Exception, match="INVALID_ARGUMENT") as caught:
        session.run(["logits"], {"image": images})
    assert words in " ".join(str(caught.value).split())


def test_a10_metadata_is_one_entry_per_field_of_the_contract() -> None:
    entries = metadata(tiny_contract())
    assert entries["name"] == "tiny" and entries["scaling"] == SCALING
    assert json.loads(entries["labels"]) == ["0", "1"]
    assert json.loads(entries["data_digests"]) == {"train": "c" * 64}
    assert (entries["size_pixels"], entries["temperature"]) == ("16", "1.0")


@pytest.mark.parametrize(
    "contract",
    [{"labels": ("1", "0")}, {"temperature": 2.0}, {"weights_digest": "d" * 64}, {"versions": {}}, {"name": "other"}],
    ids=lambda contract: next(iter(contract)),
)
def test_a10_metadata_that_differ_from_the_sidecar_are_refused(path: Path, contract: dict[str, Any]) -> None:
    assert f"another {next(iter(contract))}" in refusal(write_onnx(path), **contract)


def test_a10_an_entry_that_the_sidecar_has_lost_is_refused(path: Path) -> None:
    written = write_onnx(path, contract=tiny_contract(energy_quantiles=(0.0, 1.0)))
    assert "another energy_quantiles" in refusal(written)


@pytest.mark.parametrize("contract", [{"size_pixels": 32}, {"labels": ("0", "1", "2")}], ids=["size", "labels"])
def test_a9_a_graph_of_another_size_or_number_of_labels_is_refused(path: Path, contract: dict[str, Any]) -> None:
    assert "the outputs logits and probabilities" in refusal(write_onnx(path), **contract)


def rename_output(model: Any) -> None:
    model.graph.node[2].output[0] = model.graph.node[3].input[0] = model.graph.output[0].name = "Identity:0"


def freeze_batch(model: Any) -> None:
    for end in (*model.graph.input, *model.graph.output):
        end.type.tensor_type.shape.dim[0].dim_value = 1


def float_input(model: Any) -> None:
    model.graph.input[0].type.tensor_type.elem_type = 1


def second_input(model: Any) -> None:
    model.graph.input.add().CopyFrom(model.graph.input[0])
    model.graph.input[1].name = "training"


def unknown_operator(model: Any) -> None:
    model.graph.node[3].op_type = "NoSuchOperator"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (rename_output, "Identity:0"),
        (freeze_batch, "for one N"),
        (float_input, "tensor(float)"),
        (second_input, "training"),
        (unknown_operator, "NoSuchOperator"),
        (external("near.bin"), "external data"),
        (external("../outside.bin"), "external data"),
        (external("/etc/passwd"), "external data"),
        (foreign_operator, "com.example"),
        (loop_inside, "with a graph"),
        (own_function, "field 25"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a12_a_graph_that_is_not_ours_is_refused(path: Path, change: Change, words: str) -> None:
    np.ones((3, 2), np.float32).tofile(path.parent / "near.bin")
    assert words in refusal(write_onnx(path, change))


def test_a12_external_data_is_refused_before_onnx_runtime_sees_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *_, **__: pytest.fail("opened"))
    np.ones((3, 2), np.float32).tofile(path.parent / "near.bin")
    refusal(write_onnx(path, external("near.bin")))


def test_a6_a_cut_off_empty_or_text_file_is_refused(path: Path) -> None:
    whole = write_onnx(path).read_bytes()
    for size in (0, 1, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        refusal(path)
    path.write_text("hello\n")
    refusal(path)


def test_random_bytes_are_never_more_than_a_refusal(path: Path) -> None:
    generator = np.random.default_rng(1)
    whole = bytearray(write_onnx(path).read_bytes())
    for _ in range(300):
        changed = bytearray(whole)
        for position in generator.integers(0, len(whole), 3):
            changed[position] = generator.integers(256)
        path.write_bytes(bytes(changed))
        try:
            OnnxClassifier(path, tiny_contract())
        except errors.PromiseError:
            continue


def test_neither_keras_nor_a_training_framework_is_imported(path: Path) -> None:
    source = (
        "import sys, pathlib, keras_models.artefacts.onnx_model, commands.steps.models; "
        "assert not {'keras', 'torch', 'tensorflow', 'jax', 'onnx'} & set(sys.modules)"
    )
    root = Path(__file__).resolve().parents[3]
    answer = subprocess.run([sys.executable, "-c", source], cwd=root, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
