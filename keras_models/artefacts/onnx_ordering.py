"""One order and one set of names for the nodes of an ONNX graph, whatever order they were made in.

tf2onnx walks over sets and counts as it goes: two processes that export one run write other names in another order, so
that the digests of their files are those of two models.
"""

import hashlib
from collections.abc import Iterable

import onnx


def order_graph(graph: onnx.GraphProto) -> None:
    """Sort nodes and constants by what they compute, name them by their places, and call the number of images `N`.

    A node stands after all that it needs; among those that could stand next, digests of operator, attributes and what
    goes in decide. Nodes without graphs inside them alone: ours have none.
    """
    keys = {value.name: (0, _digest([value.name.encode()])) for value in graph.input} | {"": (0, b"")}
    for constant in graph.initializer:
        name, constant.name = constant.name, ""
        keys[name] = (0, _digest([constant.SerializeToString(deterministic=True)]))
        constant.name = name
    ranks: dict[str, tuple[int, bytes]] = {}  # of nodes, by their first output
    for node in graph.node:
        given = [keys[value] for value in node.input]
        attributes = sorted(attribute.SerializeToString(deterministic=True) for attribute in node.attribute)
        digest = _digest([node.op_type.encode(), *attributes, *(digest for _, digest in given)])
        ranks[node.output[0]] = (1 + max((depth for depth, _ in given), default=0), digest)
        for place, value in enumerate(node.output):
            keys[value] = (ranks[node.output[0]][0], _digest([digest, str(place).encode()]))
    nodes = sorted(graph.node, key=lambda node: ranks[node.output[0]])
    constants = sorted(graph.initializer, key=lambda constant: keys[constant.name])
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.initializer.extend(constants)
    graph.node.extend(nodes)
    _name_by_place(graph)


def _name_by_place(graph: onnx.GraphProto) -> None:
    ends = [value.name for value in (*graph.input, *graph.output)]
    names = {name: name for name in ("", *ends)}  # "": an optional input that is left out
    for number, constant in enumerate(graph.initializer):
        names[constant.name] = f"constant_{number}"
        constant.name = names[constant.name]
    for number, node in enumerate(graph.node):
        node.name = f"{node.op_type}_{number}"
        for place, value in enumerate(node.output):
            names.setdefault(value, f"{node.name}_{place}")
        for values in (node.input, node.output):
            values[:] = [names[value] for value in values]
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"


def _digest(parts: Iterable[bytes]) -> bytes:
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()
