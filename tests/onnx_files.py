"""A tiny network as an ONNX file with its sidecar, for tests of what reads one: two logits, mean red and mean green."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from data_io.artefact_files import write_sidecar
from keras_models.artefacts.contract import SCALING, Contract, metadata

SIZE_PIXELS = 16
WEIGHTS = np.array([[1, 0, 0], [0, 1, 0]], np.float32).T  # logit 0 is the mean of red, logit 1 that of green
Change = Callable[[Any], object]


def tiny_contract(**changes: Any) -> Contract:
    """Return a contract that fits the file of `write_onnx`, but for `changes`."""
    values: dict[str, Any] = {
        "name": "tiny",
        "family": "cnn",
        "backend": "torch",
        "labels": ("0", "1"),
        "size_pixels": SIZE_PIXELS,
        "resize_rule": "pillow-bilinear",
        "scaling": SCALING,
        "temperature": 1.0,
        "recipe_digest": "a" * 64,
        "weights_digest": "b" * 64,
        "data_digests": {"train": "c" * 64},
        "versions": {"keras": "3.15.1"},
    }
    return Contract(**{**values, **changes})


def tiny_model(contract: Contract) -> Any:
    """Return the ModelProto."""
    size, classes = contract.size_pixels, len(contract.labels)
    nodes = [
        helper.make_node("Cast", ["image"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers"], ["means"], axes=[1, 2], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", size, size, 3])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", classes])
            for name in ("logits", "probabilities")
        ],
        [numpy_helper.from_array(np.ascontiguousarray(WEIGHTS), "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata(contract))
    return model


def write_onnx(
    path: Path,
    change: Change = lambda model: None,
    contract: Contract | None = None,
    beside: Mapping[str, object] | None = None,
) -> Path:
    """Write the model after `change`, and the sidecar with its contract but for `beside`, digests of what is there."""
    contract = contract or tiny_contract()
    model = tiny_model(contract)
    change(model)
    path.write_bytes(model.SerializeToString())
    write_sidecar(path, "onnx", {**contract.to_values(), **(beside or {})})
    return path


def external(location: str) -> Change:
    """Return a change that takes the weights from another file."""

    def change(model: Any) -> None:
        (tensor,) = model.graph.initializer
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", location), ("offset", "0"), ("length", "24")):
            tensor.external_data.add(key=key, value=value)

    return change


def foreign_operator(model: Any) -> None:
    """Put an operator of another domain into the graph."""
    model.graph.node[3].domain = "com.example"
    model.opset_import.append(helper.make_opsetid("com.example", 1))


def loop_inside(model: Any) -> None:
    """Put a branch, a graph in an operator, into the graph."""
    inner = helper.make_graph([], "inner", [], [])
    model.graph.node[3].attribute.append(helper.make_attribute("then_branch", inner))


def own_function(model: Any) -> None:
    """Put a function of the model's own into the file."""
    model.functions.append(helper.make_function("com.example", "f", [], [], [], [helper.make_opsetid("", 17)]))
