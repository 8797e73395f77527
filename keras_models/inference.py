"""Logits of a network, as NumPy."""

from collections.abc import Callable
from threading import Lock

import keras
import numpy as np
from numpy.typing import NDArray

from keras_models.artefacts.contract import BLOCK_IMAGES, Contract


def predict_logits(
    model: keras.Model,
    images: NDArray[np.uint8],
    batch_size: int,
    advance: Callable[[int], None] = lambda count: None,
) -> NDArray[np.float32]:
    """Return float32 (N, K) for uint8 (N, H, W, 3), which may be a memory map.

    Every call has exactly `batch_size` images, the last one filled up with black: jax compiles for one shape only,
    and an image's logits do not depend on how many images came after it.
    """
    blocks = []
    for start in range(0, len(images), batch_size):
        block = np.asarray(images[start : start + batch_size])
        count = len(block)
        if count < batch_size:
            block = np.concatenate([block, np.zeros((batch_size - count, *block.shape[1:]), np.uint8)])
        blocks.append(np.asarray(keras.ops.convert_to_numpy(model.predict_on_batch(block)), np.float32)[:count])
        advance(count)
    return np.concatenate(blocks)


class KerasClassifier:
    """A network of ours with its contract; answers in blocks of BLOCK_IMAGES, one call at a time."""

    def __init__(self, model: keras.Model, contract: Contract) -> None:
        self.contract = contract
        self.network = model
        self._lock = Lock()  # Keras makes its predict function at the first call: two threads would make two

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (N, K) for uint8 (N, size_pixels, size_pixels, 3); safe to call from several threads."""
        with self._lock:
            return predict_logits(self.network, images, BLOCK_IMAGES)
