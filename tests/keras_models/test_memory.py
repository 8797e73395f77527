"""F8: each framework's own word for too little memory is understood."""

from typing import Any

import keras
import numpy as np
import pytest

from keras_models.memory import is_out_of_memory

MANY = 10**15  # four petabytes of float32


def ask_too_much() -> Any:
    """Ask this process's backend for more than any machine has."""
    if keras.backend.backend() == "torch":
        import torch

        return torch.empty(MANY)
    if keras.backend.backend() == "jax":
        import jax

        return jax.numpy.zeros((MANY,)).block_until_ready()
    import tensorflow

    # What tensorflow.zeros((MANY,)) raises, after it has waited 10 s for somebody to free that much.
    words = "OOM when allocating tensor with shape[1000000000000000] and type float on CPU by allocator cpu"
    raise tensorflow.errors.ResourceExhaustedError(None, None, words)


def test_f8_the_backends_own_exception_is_recognised() -> None:
    with pytest.raises(Exception) as caught:
        ask_too_much()
    assert is_out_of_memory(caught.value), repr(caught.value)


def test_f8_numpys_and_pythons_are_recognised() -> None:
    with pytest.raises(MemoryError) as caught:
        np.empty(MANY, np.float32)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(MemoryError())


@pytest.mark.parametrize(
    "error",
    [ValueError("out of memory"), RuntimeError("shapes do not match"), KeyError("oom"), OSError(28, "No space left")],
)
def test_f8_nothing_else_is(error: Exception) -> None:
    assert not is_out_of_memory(error)


def test_f8_a_gpus_words_are_recognised() -> None:
    class OutOfMemoryError(RuntimeError):
        """As torch.cuda names it."""

    assert is_out_of_memory(OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"))
    assert is_out_of_memory(RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 17 bytes."))
