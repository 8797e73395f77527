"""The layers of the recipes' networks, counted from the networks themselves: `python -m benchmarks.architectures`.

Writes results/networks.json: parameters, and products per image. `python -m benchmarks.documents` makes tables of it.
"""

import math
import os
from typing import Any

import backends
from benchmarks.record import RESULTS
from data_io.files import write_json
from data_io.run_folder import read_commit
from recipes.reading import read_recipe

RECIPES = ("cnn", "mlp", "fast", "best_cpu", "mlp_best", "best")


def describe_networks() -> list[dict[str, Any]]:
    """Build the network of each of RECIPES and return its layers and their sums."""
    backends.activate(backends.choose(None, os.environ), "cpu")
    from keras_models.building import build, forget_networks

    found = []
    for name in RECIPES:
        recipe = read_recipe(name)
        options = {**recipe.model.options, "classes": len(recipe.labels)}
        network = build(size_pixels=recipe.image.size_pixels, seed=recipe.seed, **options)
        found.append({"recipe": name, "size_pixels": recipe.image.size_pixels, **describe_network(network)})
        del network
        forget_networks()
    return found


def describe_network(network: Any) -> dict[str, Any]:
    """Return a Keras network's family, parameters, multiply-adds per image, and its layers that have weights.

    `trainable` are the parameters that training changes; batch normalisation has means and variances besides. Its
    parameters are counted with those of the layer that it normalises, if that has any.
    """
    rows: dict[str, dict[str, Any]] = {}
    for layer in network.layers:
        row = describe_layer(layer)
        before = _find_normalized(layer) if row["kind"].endswith("Normalization") else None
        if before in rows:
            rows[before]["parameters"] += row["parameters"]
        elif row["parameters"]:
            rows[layer.name] = row
    layers = list(rows.values())
    return {
        "family": network.name,
        "parameters": sum(layer["parameters"] for layer in layers),
        "trainable": sum(math.prod(weight.shape) for weight in network.trainable_weights),
        "multiply_adds": sum(layer["multiply_adds"] for layer in layers),
        "layers": layers,
    }


def describe_layer(layer: Any) -> dict[str, Any]:
    """Return a layer's name, kind, shape of output without the batch, parameters and multiply-adds per image.

    Those of a convolution are places x kernel x channels in x channels out, of a dense layer inputs x outputs; what
    else a layer does to each value is not counted.
    """
    shape = [int(side) for side in _output_shape(layer)[1:]]
    kernel = getattr(layer, "kernel", None)
    products = 0 if kernel is None else math.prod(shape[:-1]) * math.prod(kernel.shape)
    weights = [weight for weight in layer.weights if "seed_generator" not in weight.path]
    return {
        "name": layer.name,
        "kind": type(layer).__name__,
        "shape": shape,
        "parameters": sum(math.prod(weight.shape) for weight in weights),
        "multiply_adds": products,
    }


def _find_normalized(layer: Any) -> str | None:
    """Return the name of the layer with weights whose output comes to a layer, through pooling and the like."""
    source = layer
    while not isinstance(source.input, list):
        source = source.input._keras_history.operation
        if source.weights:
            return str(source.name)
    return None


def _output_shape(layer: Any) -> tuple[Any, ...]:
    output = layer.output
    return tuple((output[0] if isinstance(output, list) else output).shape)


def main() -> None:
    """Write results/networks.json."""
    path = RESULTS / "networks.json"
    content = {
        "command": "python -m benchmarks.architectures",
        "commit": read_commit(),
        "versions": backends.versions(),
        "networks": describe_networks(),
    }
    write_json(path, content)
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
