"""The loss that is trained on and the figures that are reported, for integer labels and logits."""

from typing import Any

import keras


class SmoothedCrossentropy(keras.losses.Loss):
    """Cross-entropy of logits (B, K) with integer labels (B,), a share of the target spread evenly over all classes."""

    def __init__(self, label_smoothing: float) -> None:
        super().__init__(name="smoothed_crossentropy")
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return each image's loss in nats, (B,)."""
        wanted = keras.ops.one_hot(keras.ops.cast(y_true, "int32"), y_pred.shape[-1], dtype=y_pred.dtype)
        return keras.losses.categorical_crossentropy(
            wanted, y_pred, from_logits=True, label_smoothing=self.label_smoothing
        )


def make_loss(label_smoothing: float) -> keras.losses.Loss:
    """Return the loss, in nats per image."""
    if label_smoothing:
        return SmoothedCrossentropy(label_smoothing)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def make_metrics(label_smoothing: float) -> list[keras.metrics.Metric]:
    """Return what is reported beside the loss: accuracy, and cross-entropy without smoothing if that is another."""
    metrics: list[keras.metrics.Metric] = [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]
    if label_smoothing:
        metrics.append(keras.metrics.SparseCategoricalCrossentropy(name="crossentropy", from_logits=True))
    return metrics
