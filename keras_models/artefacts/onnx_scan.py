"""What is in an ONNX file, read before ONNX Runtime opens it. Standard library alone.

The fields that matter are looked up in the file's protocol buffers by their numbers (onnx.proto, IR version 13);
importing `onnx` to do so costs 0.2 s and reads the weights into memory, of one second that a prediction has.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

import errors

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types; the two of groups are not ONNX
# ModelProto: all but training_info (20), functions (25) and configuration (26), which our exports have not.
MODEL_FIELDS = {1, 2, 3, 4, 5, 6, 7, 8, 14}
MODEL_GRAPH = 7
# GraphProto: nodes and initializers are looked into; sparse_initializer (15) is refused.
GRAPH_NODE, GRAPH_INITIALIZER = 1, 5
GRAPH_FIELDS = {1, 2, 5, 10, 11, 12, 13, 14, 16}
NODE_ATTRIBUTE, NODE_DOMAIN = 5, 7
# AttributeProto: a subgraph (6, 11) is a loop or a branch; sparse tensors are 22 and 23.
ATTRIBUTE_TENSORS = {5, 10}
ATTRIBUTE_REFUSED = {6, 11, 22, 23}
TENSOR_EXTERNAL = {13, 14}  # external_data, data_location: present in files with weights elsewhere alone
DOMAINS = (b"", b"ai.onnx")


def check_onnx(path: Path) -> None:
    """Raise PromiseError for a file that is no ONNX model, refers to other files, or has operators of its own."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            _check_model(content)
    except (ValueError, OSError) as error:  # ValueError: what is said below, and an empty file
        raise errors.PromiseError(
            f"Expected an ONNX model of ours at {path}. Received: {error}. Export it again."
        ) from error


def _check_model(content: mmap.mmap) -> None:
    graphs = 0
    for number, start, end in _fields(content, 0, len(content)):
        if number not in MODEL_FIELDS:
            raise ValueError(f"field {number} of an ONNX model, such as functions or training")
        if number == MODEL_GRAPH:
            graphs += 1
            _check_graph(content, start, end)
    if graphs != 1:
        raise ValueError(f"{graphs} graphs")


def _check_graph(content: mmap.mmap, start: int, end: int) -> None:
    for number, *part in _fields(content, start, end):
        if number not in GRAPH_FIELDS:
            raise ValueError(f"field {number} of an ONNX graph, such as sparse weights")
        if number == GRAPH_NODE:
            _check_node(content, *part)
        elif number == GRAPH_INITIALIZER:
            _check_tensor(content, *part)


def _check_node(content: mmap.mmap, start: int, end: int) -> None:
    for number, first, last in _fields(content, start, end):
        if number == NODE_DOMAIN and (domain := content[first : min(last, first + 100)]) not in DOMAINS:
            raise ValueError(f"an operator of the domain {domain!r}, which is not ONNX's own")
        if number == NODE_ATTRIBUTE:
            _check_attribute(content, first, last)


def _check_attribute(content: mmap.mmap, start: int, end: int) -> None:
    for number, *part in _fields(content, start, end):
        if number in ATTRIBUTE_REFUSED:
            raise ValueError("an operator with a graph or a sparse tensor inside")
        if number in ATTRIBUTE_TENSORS:
            _check_tensor(content, *part)


def _check_tensor(content: mmap.mmap, start: int, end: int) -> None:
    if any(number in TENSOR_EXTERNAL for number, *_ in _fields(content, start, end)):
        raise ValueError("weights that are in another file (external data)")


def _fields(content: mmap.mmap, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and end of each field of the message at `start` to `end`; a field that is a number is empty.

    The weights are stepped over, so the time does not depend on how many there are.
    """
    while start < end:
        tag, start = _varint(content, start, end)
        number, wire = tag >> 3, tag & 7
        length = 0
        if wire == VARINT:
            _, start = _varint(content, start, end)
        elif wire == BYTES:
            length, start = _varint(content, start, end)
        elif wire in (FIXED64, FIXED32):
            start += 8 if wire == FIXED64 else 4
        if number == 0 or wire not in (VARINT, FIXED64, BYTES, FIXED32) or start + length > end:
            raise ValueError("bytes that are no ONNX model, or one cut off")
        yield number, start, start + length
        start += length


def _varint(content: mmap.mmap, start: int, end: int) -> tuple[int, int]:
    """Return a number of 7 bits per byte, at most 10 bytes, and the position after it."""
    value = 0
    for index, byte in enumerate(content[start : min(end, start + 10)]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, start + index + 1
    raise ValueError("bytes that are no ONNX model, or one cut off")
