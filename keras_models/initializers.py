"""First weights drawn in NumPy: the same bytes for one seed on every backend."""

import math
from typing import Any

import keras
import numpy as np

# The streams of draws that the models make from a seed; the batches take another one.
STREAM = 2


@keras.saving.register_keras_serializable(package="keras_models")
class FanInUniform(keras.initializers.Initializer):
    """Uniform in ±1/sqrt(fan_in): PyTorch's default for the weights and for the biases of Conv2d and Linear.

    PyTorch states it as kaiming_uniform(a=sqrt(5)) for weights; its bound is sqrt(6 / (1 + 5) / fan_in), the same
    number (torch.nn.Linear.reset_parameters). Keras' own initializers give other numbers on each backend for one
    seed; these are drawn by NumPy from (seed, stream number of the tensor), so they are equal on all.
    """

    def __init__(self, fan_in: int, seed: int, tensor: int) -> None:
        """`tensor` numbers the model's weight tensors from 0, so that no two share a stream."""
        self.fan_in = fan_in
        self.seed = seed
        self.tensor = tensor

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> Any:
        """Return a backend tensor, float32 unless `dtype` says otherwise."""
        bound = 1 / math.sqrt(self.fan_in)
        generator = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(STREAM, self.tensor)))
        drawn = generator.random(shape, dtype=np.float32)
        return keras.ops.convert_to_tensor((2 * drawn - 1) * np.float32(bound), dtype=dtype)

    def get_config(self) -> dict[str, int]:
        """Return the arguments of the constructor."""
        return {"fan_in": self.fan_in, "seed": self.seed, "tensor": self.tensor}
