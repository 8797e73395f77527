"""A network that does next to nothing, as an ONNX file with its contract, for what is not the network's to be timed."""

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from data_io.artefact_files import write_sidecar
from data_io.files import digest_bytes
from data_io.images import RESIZE_RULE
from keras_models.artefacts.contract import IMAGE, LOGITS, ONNX_OPSET, PROBABILITIES, SCALING, Contract, metadata

SIZE_PIXELS = 32
CLASSES = 5
SEED = 0


def write_small_network(path: Path) -> Path:
    """Write a linear map of an image's mean colour to `path`, and its sidecar beside it; return `path`."""
    weights = np.random.default_rng(SEED).normal(0, 0.1, (3, CLASSES)).astype(np.float32)
    contract = Contract(
        name="mean_colour",
        family="linear",
        backend="none",
        labels=tuple(str(label) for label in range(CLASSES)),
        size_pixels=SIZE_PIXELS,
        resize_rule=RESIZE_RULE,
        scaling=SCALING,
        temperature=1.0,
        recipe_digest=digest_bytes(b""),
        weights_digest=digest_bytes(weights.tobytes()),
        data_digests={},
        versions={},
    )
    nodes = [
        helper.make_node("Cast", [IMAGE], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers", "sides"], ["means"], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], [LOGITS]),
        helper.make_node("Softmax", [LOGITS], [PROBABILITIES]),
    ]
    inputs = [helper.make_tensor_value_info(IMAGE, TensorProto.UINT8, ["N", SIZE_PIXELS, SIZE_PIXELS, 3])]
    outputs: list[Any] = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", CLASSES]) for name in (LOGITS, PROBABILITIES)
    ]
    constants = [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(np.array([1, 2], np.int64), "sides"),
    ]
    graph = helper.make_graph(nodes, contract.name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", ONNX_OPSET)], ir_version=8)
    helper.set_model_props(model, metadata(contract))
    path.write_bytes(model.SerializeToString())
    write_sidecar(path, "onnx", contract.to_values())
    return path
