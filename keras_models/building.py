"""From the model table of a recipe to a network, and the digest that says two networks are equal."""

import gc
import hashlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_models import cnn, mlp, residual

BUILDERS: dict[str, Callable[..., keras.Model]] = {
    "cnn": cnn.build,
    "mlp": mlp.build,
    "residual": residual.build,
}


def build(
    family: str, size_pixels: int, classes: int, seed: int, precision: str = "float32", **options: Any
) -> keras.Model:
    """Build a `cnn`, an `mlp` or a `residual` network; `options` are the keyword arguments of that family's `build`.

    With the precision `bfloat16`, activations and products are of that type; weights and logits are float32 always.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32" if precision == "float32" else f"mixed_{precision}")
    try:
        return BUILDERS[family](size_pixels, classes, seed, **options)
    finally:
        keras.config.set_dtype_policy(before)


def forget_networks() -> None:
    """Give back the memory of networks that nobody holds any more."""
    gc.collect()  # a network is held by itself, in circles
    if keras.backend.backend() != "torch":  # there it would import torch._dynamo, for seconds and nothing
        keras.backend.clear_session()


def digest_weights(model: keras.Model) -> str:
    """SHA-256 over names, shapes and float32 bytes of all weights: the same on every backend for equal weights.

    Seeds of dropout are left out: their integer type differs between backends.
    """
    sha = hashlib.sha256()
    for variable in model.weights:
        values = np.asarray(keras.ops.convert_to_numpy(variable), dtype="<f4")
        sha.update(f"{variable.path}{values.shape}".encode())
        sha.update(np.ascontiguousarray(values).tobytes())
    return sha.hexdigest()
