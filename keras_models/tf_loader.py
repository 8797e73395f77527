"""The same batches by tf.data, made in threads ahead of the step that needs them. Needs TensorFlow, on any backend."""

import os
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_models.batches import Batches

READERS = os.cpu_count() or 1
BATCHES_AHEAD = 4  # a slow batch is hidden behind four steps; at 64 images of 128 px this is 13 MB


def hide_gpus() -> None:
    """Keep TensorFlow, where it is a mere loader, from taking a GPU's memory. Calling it again changes nothing."""
    if keras.backend.backend() != "tensorflow":
        tf.config.set_visible_devices([], "GPU")


class TfDataLoader:
    """`dataset` gives the batches of the epoch that `epoch` says at the moment an iteration of it begins.

    Keras starts iterations that it then drops (before the first epoch, and at each epoch's end); a dropped one
    has no effect, since each reads the epoch once, when it starts, and a batch depends on (epoch, index) alone.
    """

    def __init__(self, batches: Batches) -> None:
        hide_gpus()
        self.epoch = 0
        images, labels = batches.batch(0, 0)

        def read(epoch: Any, index: Any) -> tuple[Any, Any]:
            return batches.batch(int(epoch), int(index))

        def load(epoch: Any, index: Any) -> tuple[Any, Any]:
            x, y = tf.numpy_function(read, [epoch, index], (tf.uint8, tf.as_dtype(labels.dtype)), stateful=False)
            return tf.ensure_shape(x, (None, *images.shape[1:])), tf.ensure_shape(y, (None, *labels.shape[1:]))

        def number(_: Any) -> Any:
            epoch = tf.numpy_function(lambda: np.int64(self.epoch), [], tf.int64)
            return tf.data.Dataset.range(batches.steps).map(lambda index: (epoch, index))

        self.dataset = (
            tf.data.Dataset.range(1)
            .flat_map(number)
            .map(load, num_parallel_calls=READERS, deterministic=True)
            .apply(tf.data.experimental.assert_cardinality(batches.steps))
            .prefetch(BATCHES_AHEAD)
        )
