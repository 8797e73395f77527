"""What batch normalisation goes by after training: statistics of images as they are judged."""

from collections.abc import Iterable

import keras
import numpy as np
from numpy.typing import NDArray


def estimate_statistics(model: keras.Model, batches: Iterable[NDArray[np.uint8]]) -> None:
    """Replace each running mean and variance by its mean over the batches, uint8 (B, H, W, 3) each.

    Running statistics are of the last ten batches or so, of images that were mixed, and of weights that moved
    meanwhile, or that a running mean of the weights then took the place of (Wu and Johnson, "Rethinking 'Batch' in
    BatchNorm", 2021). All else stays as it is; nothing is done without batches.
    """
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in layers]
    try:
        for number, images in enumerate(batches, start=1):
            for layer in layers:
                layer.momentum = 1 - 1 / number  # so that the running statistics are means of all batches so far
            model(images, training=True)
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
