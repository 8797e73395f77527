"""Batch normalisation on TensorFlow by its fused kernel; convolution and pooling are Keras' own.

Keras 3.15.1 makes it of TensorFlow's single operations, each a pass over all features: results/LOG.md has the profile.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

Convolution = keras.layers.Conv2D
Pooling = keras.layers.MaxPooling2D


@tf.function
def add_up(variables: Sequence[Any]) -> Any:
    """Return the sum of all numbers of all variables, in one call of compiled code."""
    return tf.add_n([tf.reduce_sum(variable) for variable in variables])


def count_codes(codes: Any, count: int) -> Any:
    """Return how often each of 0 to count - 1 is in each row of whole numbers (N, P): float32 (N, count).

    None on a GPU, where Keras compiles with XLA, which takes no size that depends on the codes, as bincount's does.
    """
    if tf.config.get_visible_devices("GPU"):
        return None
    return tf.cast(tf.math.bincount(tf.cast(codes, "int32"), minlength=count, maxlength=count, axis=-1), "float32")


@keras.saving.register_keras_serializable("keras_models")
class Normalization(keras.layers.BatchNormalization):
    """BatchNormalization over the last axis of (B, F) or (B, H, W, C); statistics and weights are float32."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise by the batch in training, and move the running statistics; else normalise by those."""
        if len(inputs.shape) == 2:  # the fused kernel is for images
            return super().call(inputs, training=training, mask=mask)
        none = tf.zeros([0])  # the kernel finds them itself
        statistics = (none, none) if training else (self.moving_mean, self.moving_variance)
        gamma, beta, given_mean, given_variance = (
            keras.ops.cast(held, "float32") for held in (self.gamma, self.beta, *statistics)
        )
        normalized, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=gamma,
            offset=beta,
            mean=given_mean,
            variance=given_variance,
            epsilon=self.epsilon,
            is_training=bool(training),
        )
        if not training:
            return normalized
        count = tf.cast(tf.size(inputs), "float32") / float(inputs.shape[-1])
        rest = 1 - self.momentum
        self.moving_mean.assign(self.moving_mean * self.momentum + mean * rest)
        self.moving_variance.assign(self.moving_variance * self.momentum + variance * (rest * (count - 1) / count))
        return normalized
