"""Whether an exception of a framework means that memory ran out; each says it in its own way."""

# torch on a CPU and on a GPU; jax (XLA) and TensorFlow, by gRPC's name for it; NumPy.
SIGNS = ("can't allocate memory", "out of memory", "resource_exhausted", "oom when allocating", "unable to allocate")
NAMES = ("OutOfMemoryError", "ResourceExhaustedError")


def is_out_of_memory(error: BaseException) -> bool:
    """Tell by class name and message, so that no framework needs to be imported to ask."""
    if isinstance(error, MemoryError) or type(error).__name__ in NAMES:
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in SIGNS)
