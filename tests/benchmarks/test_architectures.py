"""Costs of layers, counted by hand on stand-ins for them: Keras belongs to a process that has chosen a backend."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from benchmarks.architectures import describe_network


@dataclass
class Tensor:
    shape: tuple[Any, ...]
    path: str = ""


class Comes:
    """A tensor that a layer made."""

    def __init__(self, operation: "Layer") -> None:
        self._keras_history = SimpleNamespace(operation=operation)


@dataclass
class Layer:
    name: str
    output: Any
    weights: list[Tensor] = field(default_factory=list)
    kernel: Tensor | None = None
    input: Any = field(default_factory=list)


class Convolution(Layer): ...


class Normalization(Layer): ...


class Dropout(Layer): ...


class Dense(Layer): ...


class Network:
    name = "cnn"

    def __init__(self) -> None:
        kernel, matrix = Tensor((3, 3, 3, 16)), Tensor((256, 5))
        scales = [Tensor((16,)) for _ in range(4)]
        numbers = [Tensor((7,)) for _ in range(4)]
        self.trainable_weights = [kernel, Tensor((16,)), *scales[:2], *numbers[:2], matrix, Tensor((5,))]
        image = Layer("image", [Tensor((None, 8, 8, 3))])
        measured = Layer("statistics", Tensor((None, 7)), input=Comes(image))
        convolution = Convolution(
            "convolution_1", Tensor((None, 8, 8, 16)), [kernel, Tensor((16,))], kernel, Comes(image)
        )
        pooled = Layer("pooling_1", Tensor((None, 4, 4, 16)), input=Comes(convolution))
        self.layers = [
            image,
            measured,
            convolution,
            pooled,
            Normalization("statistics_normalization", Tensor((None, 7)), numbers, input=Comes(measured)),
            Normalization("normalization_1", Tensor((None, 4, 4, 16)), scales, input=Comes(pooled)),
            Dropout("dropout", Tensor((None, 256)), [Tensor((2,), "dropout/seed_generator/seed_generator_state")]),
            Dense("logits", Tensor((None, 5)), [matrix, Tensor((5,))], matrix),
        ]


def test_parameters_and_products_are_counted() -> None:
    found = describe_network(Network())
    convolution, normalization, dense = found["layers"]
    assert convolution == {
        "name": "convolution_1",
        "kind": "Convolution",
        "shape": [8, 8, 16],
        "parameters": 3 * 3 * 3 * 16 + 16 + 4 * 16,  # with its own normalisation
        "multiply_adds": 8 * 8 * 3 * 3 * 3 * 16,
    }
    assert (dense["parameters"], dense["multiply_adds"]) == (256 * 5 + 5, 256 * 5)
    # That of what has no weights is a row of its own
    assert (normalization["name"], normalization["parameters"]) == ("statistics_normalization", 4 * 7)
    assert found["parameters"] == sum(layer["parameters"] for layer in found["layers"])
    assert found["trainable"] == found["parameters"] - 2 * 16 - 2 * 7  # means and variances are not trained
    assert found["multiply_adds"] == convolution["multiply_adds"] + dense["multiply_adds"]
