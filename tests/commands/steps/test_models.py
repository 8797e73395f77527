"""Which models are opened together and how; foreign files and missing runtimes are one line each."""

import pickle
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

import errors
from commands.steps.contracts import check_same_labels
from commands.steps.models import open_model
from tests.commands.refusals import refusal
from tests.onnx_files import tiny_contract, write_onnx

IMAGES = np.random.default_rng(5).integers(0, 256, (3, 16, 16, 3), np.uint8)


@pytest.fixture
def args(backend: str) -> Namespace:
    return Namespace(verb="predict", backend=backend, device="auto")


def test_nothing_at_the_path_is_a_mistake_of_usage(tmp_path: Path, args: Namespace) -> None:
    assert "No such file" in refusal(tmp_path / "none.onnx", args, errors.UsageError)


@pytest.mark.parametrize(
    ("content", "words"),
    [(pickle.dumps([1]), "a Python pickle"), (b"\x89HDF\r\n\x1a\n...", "an HDF5 file"), (b"", "an empty file")],
    ids=["a3_pickle", "a3_h5", "a6_empty"],
)
def test_a_foreign_file_is_refused_by_its_content(tmp_path: Path, args: Namespace, content: bytes, words: str) -> None:
    for name in ("model.onnx", "model.keras", "model.pth"):
        (tmp_path / name).write_bytes(content)
        assert words in refusal(tmp_path / name, args)
    assert "a folder without" in refusal(tmp_path, args)


def test_a9_models_with_other_labels_do_not_answer_together() -> None:
    first, second = tiny_contract(), tiny_contract(size_pixels=64, temperature=2.0)
    check_same_labels([Path("a"), Path("b")], [first, second])  # sizes and temperatures are each model's own
    with pytest.raises(errors.PromiseError, match="Expected b to have the labels of a: 0, 1. Received: 1, 0."):
        check_same_labels([Path("a"), Path("b")], [first, tiny_contract(labels=("1", "0"))])


def test_a_gpu_is_not_promised_for_an_onnx_file(tmp_path: Path, args: Namespace) -> None:
    path = write_onnx(tmp_path / "model.onnx")
    args.device = "gpu"
    assert "ONNX files are answered on CPUs" in refusal(path, args, errors.UsageError)


def test_a9_another_preprocessing_than_ours_is_refused(tmp_path: Path, args: Namespace) -> None:
    pytest.importorskip("onnxruntime")
    path = tmp_path / "model.onnx"
    for name in ("scaling", "resize_rule"):
        write_onnx(path, contract=tiny_contract(**{name: "other"}))
        assert "'other'" in refusal(path, args)
    wrong: dict[str, object] = {"labels": ["0"], "temperature": 0, "size_pixels": "16", "versions": None}
    for name, value in wrong.items():
        write_onnx(path, beside={name: value})
        assert "Expected a contract beside" in refusal(path, args)


def test_a12_an_onnx_file_is_opened_with_its_own_sidecar_alone(tmp_path: Path, args: Namespace) -> None:
    pytest.importorskip("onnxruntime")
    path = write_onnx(tmp_path / "model.onnx")
    assert open_model(path, args).logits(IMAGES).shape == (3, 2)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"tiny", b"tinz"))
    assert "SHA-256" in refusal(path, args)
    path.write_bytes(content[:-5])
    assert "SHA-256" in refusal(path, args)
    path.write_bytes(content)
    (tmp_path / "model.onnx.json").unlink()
    assert "which export writes beside it" in refusal(path, args)


def test_a_missing_runtime_is_said_with_what_to_install(
    tmp_path: Path, args: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_onnx(tmp_path / "model.onnx")
    monkeypatch.setitem(sys.modules, "keras_models.artefacts.onnx_model", None)
    assert "pip install -c constraints.txt -e '.[export]'" in refusal(path, args, errors.EnvironmentFault)


def test_a_file_of_a_saved_model_names_its_folder(tmp_path: Path, args: Namespace) -> None:
    inner = tmp_path / "saved_model" / "saved_model.pb"
    inner.parent.mkdir()
    inner.write_bytes(b"\x08\x01 a graph")  # as an ONNX file starts
    assert f"Name its folder, {inner.parent}." in refusal(inner, args, errors.UsageError)
