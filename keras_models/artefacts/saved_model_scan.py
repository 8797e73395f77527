"""What is in a SavedModel, read before TensorFlow loads it: a SavedModel is a program that can read and write files."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2

import errors

GRAPH = "saved_model.pb"
# saved_model.cpb and .pbtxt, which TensorFlow reads as well, are left out: they would not be looked into here.
CONTRACT_FILE = "assets.extra/contract.json"  # TensorFlow Serving passes the folder over
FILES = re.compile(
    r"saved_model\.pb|fingerprint\.pb|variables/variables\.(index|data-\d{5}-of-\d{5})|" + re.escape(CONTRACT_FILE)
)
# The operators of our networks with their grey, scaling and softmax, as TensorFlow 2.21 writes them.
# fmt: off
NETWORK_OPS = {
    "Abs", "AddV2", "BatchMatMulV2", "BiasAdd", "Cast", "ConcatV2", "Const", "Conv2D", "EnsureShape", "Equal",
    "ExpandDims", "Floor", "Greater", "Identity", "LeakyRelu", "Log", "MatMul", "MaxPool", "Mean", "Mul", "NoOp",
    "Pack", "ReadVariableOp", "RealDiv", "Relu", "Reshape", "Rsqrt", "Shape", "Softmax", "Sqrt", "Squeeze",
    "StatefulPartitionedCall", "StridedSlice", "Sub", "Transpose",
}
# fmt: on
# The graph around them makes and fills the variables.
MAIN_OPS = NETWORK_OPS | {"AssignVariableOp", "Placeholder", "VarHandleOp", "VarIsInitializedOp"}
# Those that keep and read back the variables: files at a path that is an argument. TensorFlow's Python loader has its
# own; in the file they are for other loaders, in functions that no signature and no object reaches.
# fmt: off
KEEPING_OPS = NETWORK_OPS | {
    "AssignVariableOp", "DisableCopyOnRead", "MergeV2Checkpoints", "RestoreV2", "SaveV2", "Select",
    "ShardedFilename", "StaticRegexFullMatch", "StringJoin",
}
# fmt: on
OBJECTS = {"user_object", "function", "bare_concrete_function", "variable"}  # no assets, tables or resources
CLASSES = {"_generic_user_object", "signature_map", "trackable_list_wrapper", "trackable_dict_wrapper", ""}


def check_saved_model(path: Path) -> None:
    """Raise PromiseError for a SavedModel folder with files, operators or objects that our networks do not need."""
    try:
        for file in sorted(path.rglob("*")):
            if file.is_file() and not FILES.fullmatch(name := file.relative_to(path).as_posix()):
                raise ValueError(f"the file {name}")
        _check(saved_model_pb2.SavedModel.FromString((path / GRAPH).read_bytes()))
    except (ValueError, OSError, DecodeError) as error:
        raise errors.PromiseError(
            f"Expected a SavedModel of ours at {path}. Received: {' '.join(str(error).split())[:300]}. "
            "It was not loaded: export it again."
        ) from error


def _check(model: saved_model_pb2.SavedModel) -> None:
    if len(model.meta_graphs) != 1 or not model.meta_graphs[0].object_graph_def.nodes:
        raise ValueError(f"{len(model.meta_graphs)} graphs, or one without objects, whose start-up code would be run")
    meta = model.meta_graphs[0]
    functions = {function.signature.name: function.node_def for function in meta.graph_def.library.function}
    _check_ops(meta.graph_def.node, MAIN_OPS)
    reached = _reach(functions, meta.object_graph_def.concrete_functions)
    for name, nodes in functions.items():
        _check_ops(nodes, NETWORK_OPS if name in reached else KEEPING_OPS)
    for node in meta.object_graph_def.nodes:
        if node.WhichOneof("kind") not in OBJECTS or node.user_object.identifier not in CLASSES:
            raise ValueError(f"an object {node.user_object.identifier or node.WhichOneof('kind')!r:.100}")
        if node.registered_name or node.registered_saver or node.saveable_objects:
            raise ValueError("an object that loads itself")


def _check_ops(nodes: Iterable[Any], allowed: set[str]) -> None:
    if others := sorted({node.op for node in nodes} - allowed):
        raise ValueError(f"operators that our networks do not need: {', '.join(others)[:200]}")


def _reach(functions: Mapping[str, Iterable[Any]], starts: Iterable[str]) -> set[str]:
    """Return the names of the functions that run when one of `starts` does."""
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        for node in functions.get(name, ()):
            for value in node.attr.values():
                called = [value.func, *value.list.func] if value.WhichOneof("value") in ("func", "list") else []
                waiting += [function.name for function in called if function.name]
    return reached
