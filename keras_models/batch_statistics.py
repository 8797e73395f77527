"""What batch normalisation goes by after training: statistics of images as they are judged."""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

Forward = Callable[[NDArray[np.uint8]], list[NDArray[np.float32]]]


def estimate_statistics(model: keras.Model, batches: Iterable[NDArray[np.uint8]]) -> None:
    """Replace each running mean and variance by its mean over the batches, uint8 (B, H, W, 3) each.

    Running statistics are of the last ten batches or so, of images that were mixed, and of weights that moved
    meanwhile, or that a running mean of the weights then took the place of (Wu and Johnson, "Rethinking 'Batch' in
    BatchNorm", 2021). All else stays as it is; nothing is done without batches.
    """
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    running = [variable for layer in layers for variable in (layer.moving_mean, layer.moving_variance)]
    momenta = [layer.momentum for layer in layers]
    means, count = [np.zeros(variable.shape) for variable in running], 0
    try:
        for layer in layers:
            layer.momentum = 0.0  # so that each batch leaves its own statistics
        forward = _make_forward(model, running)
        for count, images in enumerate(batches, start=1):
            for mean, found in zip(means, forward(images), strict=True):
                mean += (found - mean) / count
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
    for variable, mean in zip(running if count else [], means, strict=bool(count)):
        variable.assign(mean.astype(np.float32))


def _make_forward(model: keras.Model, running: list[Any]) -> Forward:
    """Return what makes the variables `running` those of a batch, and returns them.

    jax compiles it, since an operation at a time each shape of each is compiled alone: 270 programs, 12 CPU seconds.
    """
    if keras.backend.backend() != "jax":

        def forward(images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
            model(images, training=True)
            return [keras.ops.convert_to_numpy(variable) for variable in running]

        return forward

    places = [next(i for i, one in enumerate(model.non_trainable_variables) if one is each) for each in running]
    weights, others = (
        [one.value for one in some] for some in (model.trainable_variables, model.non_trainable_variables)
    )

    def call(weights: list[Any], others: list[Any], images: Any) -> list[Any]:
        return list(model.stateless_call(weights, others, images, training=True)[1])

    compiled = import_module("jax").jit(call)

    def forward_on_jax(images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        others[:] = compiled(weights, others, images)  # the streams of dropout among them
        return [np.asarray(others[place]) for place in places]

    return forward_on_jax
