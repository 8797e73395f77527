"""A SavedModel is a program: one with operators, objects or files that our networks do not need is never loaded."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

import errors
from keras_models.artefacts.contract import Contract
from keras_models.artefacts.saved_model import SavedModelClassifier
from keras_models.artefacts.saved_model_scan import CONTRACT_FILE
from tests.onnx_files import tiny_contract

CONTRACT = tiny_contract()
IMAGES = np.random.default_rng(0).integers(0, 256, (7, 16, 16, 3), np.uint8)


def export(path: Path, more: Callable[[Any], Any] = lambda logits: logits) -> Path:
    """Write a network whose logits are a matrix times the mean colour, with `more` done to them in the graph."""

    class Network(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.matrix = tf.Variable([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])

        @tf.function(  # type: ignore[untyped-decorator]
            input_signature=[tf.TensorSpec((None, 16, 16, 3), tf.uint8, name="image")]
        )
        def serve(self, image: Any) -> dict[str, Any]:
            # Two matrices: the mean over height and width is no operator of our networks
            pixels = tf.reshape(tf.cast(image, tf.float32), (-1, 256 * 3)) * (1 / 256)
            tiled = tf.constant(np.tile(np.eye(3, dtype=np.float32), (256, 1)))
            logits = more(tf.linalg.matmul(tf.linalg.matmul(pixels, tiled), self.matrix))
            return {"logits": logits, "probabilities": tf.nn.softmax(logits)}

    network = Network()
    tf.saved_model.save(network, str(path), signatures={"serving_default": network.serve})
    (path / CONTRACT_FILE).parent.mkdir()
    (path / CONTRACT_FILE).write_text(json.dumps(CONTRACT.to_values()))
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("whole") / "saved_model")


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "saved_model"))


def refusal(path: Path, monkeypatch: pytest.MonkeyPatch | None = None, contract: Contract = CONTRACT) -> str:
    if monkeypatch:
        monkeypatch.setattr(tf.saved_model, "load", lambda path: pytest.fail("loaded"))
    with pytest.raises(errors.PromiseError) as caught:
        SavedModelClassifier(path, contract)
    (message,) = caught.value.messages
    assert str(path) in message and message.startswith("Expected ") and "\n" not in message
    return message


def edit(path: Path, change: Callable[[Any], object]) -> Path:
    file = path / "saved_model.pb"
    model = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    change(model)
    file.write_bytes(model.SerializeToString())
    return path


def test_one_of_ours_answers(path: Path) -> None:
    model = SavedModelClassifier(path, CONTRACT)
    for count in (1, 2, 7):
        logits = model.logits(IMAGES[:count])
        assert logits.dtype == np.float32
        np.testing.assert_allclose(logits, IMAGES[:count].mean(axis=(1, 2))[:, :2], rtol=1e-5)


def writing(logits: Any) -> Any:
    tf.io.write_file("/tmp/marker", "x")
    return logits


def reading(logits: Any) -> Any:
    return logits + tf.cast(tf.strings.length(tf.io.read_file("/etc/passwd")), tf.float32)


def python(logits: Any) -> Any:
    return tf.ensure_shape(tf.numpy_function(lambda values: values, [logits], tf.float32), (None, 2))


def saving(logits: Any) -> Any:
    tf.raw_ops.SaveV2(prefix="/tmp/marker", tensor_names=["x"], shape_and_slices=[""], tensors=[logits])
    return logits


def restoring(logits: Any) -> Any:
    (values,) = tf.raw_ops.RestoreV2(prefix="/tmp/x", tensor_names=["x"], shape_and_slices=[""], dtypes=[tf.float32])
    return logits + values


def branching(logits: Any) -> Any:
    return tf.cond(logits[0, 0] > 0, lambda: logits, lambda: logits * 2)


@pytest.mark.parametrize(
    ("more", "operator"),
    [
        (writing, "WriteFile"),
        (reading, "ReadFile"),
        (python, "PyFunc"),
        (saving, "SaveV2"),
        (restoring, "RestoreV2"),
        (branching, "If"),
    ],
    ids=["write", "read", "python", "save", "restore", "branch"],
)
def test_a12_an_operator_that_our_networks_do_not_need_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: Callable[[Any], Any], operator: str
) -> None:
    path = export(tmp_path / "saved_model", more)
    assert operator in refusal(path, monkeypatch)


def main_operator(model: Any) -> None:
    model.meta_graphs[0].graph_def.node.add(name="x", op="WriteFile")


def save_called_by_the_signature(model: Any) -> None:
    functions = {function.signature.name: function for function in model.meta_graphs[0].graph_def.library.function}
    (save,) = [name for name in functions if "_traced_save" in name]
    (wrapper,) = [function for name, function in functions.items() if "signature_wrapper" in name]
    node = wrapper.node_def.add(name="x", op="StatefulPartitionedCall")
    node.attr["f"].func.name = save


def save_given_to_an_object(model: Any) -> None:
    meta = model.meta_graphs[0]
    (save,) = [f.signature.name for f in meta.graph_def.library.function if "_traced_save" in f.signature.name]
    meta.object_graph_def.concrete_functions[save].SetInParent()


def asset(model: Any) -> None:
    model.meta_graphs[0].object_graph_def.nodes.add().asset.asset_file_def_index = 0


def resource(model: Any) -> None:
    model.meta_graphs[0].object_graph_def.nodes.add().resource.device = ""


def foreign_class(model: Any) -> None:
    model.meta_graphs[0].object_graph_def.nodes.add().user_object.identifier = "_tf_keras_model"


def registered(model: Any) -> None:
    model.meta_graphs[0].object_graph_def.nodes[0].registered_name = "Package.Class"


def no_objects(model: Any) -> None:
    model.meta_graphs[0].ClearField("object_graph_def")


def two_graphs(model: Any) -> None:
    model.meta_graphs.add().CopyFrom(model.meta_graphs[0])


@pytest.mark.parametrize(
    "change",
    [
        main_operator,
        save_called_by_the_signature,
        save_given_to_an_object,
        asset,
        resource,
        foreign_class,
        registered,
        no_objects,
        two_graphs,
    ],
    ids=lambda change: change.__name__,
)
def test_a12_a_hand_edited_graph_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], object]
) -> None:
    refusal(edit(path, change), monkeypatch)


@pytest.mark.parametrize(
    "name", ["saved_model.cpb", "saved_model.pbtxt", "assets/x", "variables/x", "keras_metadata.pb"]
)
def test_a12_a_file_that_our_networks_do_not_need_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (path / name).parent.mkdir(exist_ok=True)
    (path / name).touch()
    assert name in refusal(path, monkeypatch)


def test_a6_a_cut_off_or_empty_or_missing_file_is_refused(path: Path) -> None:
    for file in (path / "saved_model.pb", path / "variables" / "variables.index"):
        content = file.read_bytes()
        for size in (0, 10, len(content) // 2):
            file.write_bytes(content[:size])
            refusal(path)
        file.unlink()
        refusal(path)
        file.write_bytes(content)
    SavedModelClassifier(path, CONTRACT)


def test_a9_another_size_or_number_of_labels_is_refused(path: Path) -> None:
    for contract in (tiny_contract(size_pixels=32), tiny_contract(labels=("0", "1", "2"))):
        with pytest.raises(errors.PromiseError, match="Expected the signature serving_default"):
            SavedModelClassifier(path, contract)


def test_another_signature_is_refused(path: Path) -> None:
    def rename(model: Any) -> None:
        for node in model.meta_graphs[0].object_graph_def.nodes:
            for child in node.children:
                child.local_name = child.local_name.replace("serving_default", "serve_me")

    assert "serving_default" in refusal(edit(path, rename))


@pytest.mark.parametrize(
    "changed",
    [{"labels": ("1", "0")}, {"temperature": 2.0}, {"weights_digest": "d" * 64}, {"energy_quantiles": (0.0, 1.0)}],
    ids=lambda changed: next(iter(changed)),
)
def test_a10_a_contract_beside_the_folder_that_says_other_things_than_the_one_in_it_is_refused(
    changed: dict[str, Any], path: Path
) -> None:
    assert f"another {next(iter(changed))}" in refusal(path, contract=tiny_contract(**changed))


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[" * 9999], ids=["none", "empty", "other", "nested"])
def test_a10_a_folder_that_carries_no_contract_is_refused(content: bytes | None, path: Path) -> None:
    (path / CONTRACT_FILE).unlink()
    if content is not None:
        (path / CONTRACT_FILE).write_bytes(content)
    assert "another name" in refusal(path)
