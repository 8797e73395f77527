"""The loss that is trained on and the figures that are reported, for logits, and labels or mixtures of labels.

A label is a whole number; a mixture is a share of each class, float (B, K), as CutMix and mixup make them. Which of
them a batch has is seen by its shape, before anything is compiled: training may have mixtures and validation labels.
"""

from typing import Any

import keras


class Crossentropy(keras.losses.Loss):
    """Cross-entropy of logits (B, K) with labels (B,) or mixtures (B, K), some of the target spread over all classes.

    `label_smoothing` is that share, 0 to 1, spread evenly.
    """

    def __init__(self, label_smoothing: float) -> None:
        super().__init__(name="crossentropy")
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return each image's loss in nats, (B,)."""
        if not self.label_smoothing and not is_mixture(y_true, y_pred):
            return keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)
        wanted = y_true
        if not is_mixture(y_true, y_pred):
            wanted = keras.ops.one_hot(keras.ops.cast(y_true, "int32"), y_pred.shape[-1], dtype=y_pred.dtype)
        return keras.losses.categorical_crossentropy(
            wanted, y_pred, from_logits=True, label_smoothing=self.label_smoothing
        )


def is_mixture(y_true: Any, y_pred: Any) -> bool:
    """Return whether the targets of logits (B, K) are (B, K): one label a row is (B,), or (B, 1)."""
    return len(y_true.shape) == 2 and y_true.shape[-1] == y_pred.shape[-1]


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """Return 1 (B,) where the largest logit is the label's, or the largest share's of a mixture, else 0."""
    labels = keras.ops.argmax(y_true, axis=-1) if is_mixture(y_true, y_pred) else y_true
    return keras.metrics.sparse_categorical_accuracy(labels, y_pred)


def make_loss(label_smoothing: float) -> keras.losses.Loss:
    """Return the loss, in nats per image."""
    return Crossentropy(label_smoothing)


def make_metrics(label_smoothing: float) -> list[keras.metrics.Metric]:
    """Return what is reported beside the loss: accuracy, and cross-entropy without smoothing if that is another."""
    metrics: list[keras.metrics.Metric] = [keras.metrics.MeanMetricWrapper(accuracy, name="accuracy")]
    if label_smoothing:
        metrics.append(keras.metrics.MeanMetricWrapper(Crossentropy(0.0).call, name="crossentropy"))
    return metrics
