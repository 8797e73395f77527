"""One graph, made in two orders with other names, is the same bytes."""

from collections.abc import Callable, Sequence

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from keras_models.artefacts.onnx_ordering import order_graph

IMAGE = np.arange(12, dtype=np.float32).reshape(2, 6)


def model(order: Sequence[int], name: Callable[[str], str], operator: str = "Sum") -> onnx.ModelProto:
    """(2 x + 3) + relu(x - 1), or their product, whose first four nodes may stand in any `order` that holds."""
    nodes = [
        helper.make_node("Mul", ["image", name("two")], [name("double")], name("a")),
        helper.make_node("Add", [name("double"), name("three")], [name("line")], name("b")),
        helper.make_node("Sub", ["image", name("one")], [name("less")], name("c")),
        helper.make_node("Relu", [name("less")], [name("hinge")], name("d")),
    ]
    nodes = [nodes[place] for place in order]
    nodes.append(helper.make_node(operator, [name("line"), name("hinge")], ["logits"], name("e")))
    constants = [
        numpy_helper.from_array(np.full(1, value, np.float32), name(word))
        for word, value in {"one": 1, "two": 2, "three": 3}.items()
    ]
    ends = [helper.make_tensor_value_info(end, TensorProto.FLOAT, [name("n"), 6]) for end in ("image", "logits")]
    inside = helper.make_tensor_value_info(name("line"), TensorProto.FLOAT, [name("n"), 6])
    constants = constants[order[0] :] + constants[: order[0]]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], constants)
    graph.value_info.append(inside)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def answers(made: onnx.ModelProto) -> NDArray[np.float32]:
    onnx.checker.check_model(made)
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["logits"], {"image": IMAGE})[0])


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 3, 0, 1), (2, 0, 3, 1)])
def test_order_and_names_of_whoever_made_a_graph_are_not_in_it(order: Sequence[int]) -> None:
    first, other = model((0, 2, 1, 3), lambda word: f"{word}__7"), model(order, lambda word: f"x/{word}:0")
    assert first.SerializeToString() != other.SerializeToString()
    for made in (first, other):
        order_graph(made.graph)
    assert first.SerializeToString() == other.SerializeToString()
    np.testing.assert_array_equal(answers(other), 2 * IMAGE + 3 + np.maximum(IMAGE - 1, 0))


def test_another_operator_is_another_graph_and_its_answers_are_its_own() -> None:
    made = model((2, 0, 3, 1), str, "Mul")
    order_graph(made.graph)
    np.testing.assert_array_equal(answers(made), (2 * IMAGE + 3) * np.maximum(IMAGE - 1, 0))


def test_the_number_of_images_has_one_name_and_ends_keep_theirs() -> None:
    made = model((0, 1, 2, 3), lambda word: f"{word}__7")
    order_graph(made.graph)
    ends = (*made.graph.input, *made.graph.output)
    assert [end.name for end in ends] == ["image", "logits"]
    assert [end.type.tensor_type.shape.dim[0].dim_param for end in ends] == ["N", "N"]
