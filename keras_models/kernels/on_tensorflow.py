"""Batch normalisation on TensorFlow in training, by its fused kernel; convolution and pooling are Keras' own.

Keras 3.15.1 makes it of TensorFlow's single operations, each a pass over all features: results/LOG.md has the profile.
"""

from typing import Any

import keras
import tensorflow as tf

Convolution = keras.layers.Conv2D
Pooling = keras.layers.MaxPooling2D


class Normalization(keras.layers.BatchNormalization):
    """BatchNormalization over the last axis; statistics and weights are float32, features may be bfloat16."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise by the batch in training, and move the running statistics; else do what Keras does."""
        if not training:
            return super().call(inputs, training, mask)
        normalized, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=keras.ops.cast(self.gamma, "float32"),
            offset=keras.ops.cast(self.beta, "float32"),
            mean=tf.zeros([0]),
            variance=tf.zeros([0]),
            epsilon=self.epsilon,
            is_training=True,
        )
        count = tf.cast(tf.size(inputs), "float32") / float(inputs.shape[-1])
        rest = 1 - self.momentum
        self.moving_mean.assign(self.moving_mean * self.momentum + mean * rest)
        self.moving_variance.assign(self.moving_variance * self.momentum + variance * (rest * (count - 1) / count))
        return normalized
