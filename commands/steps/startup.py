"""Keras without the chatter of TensorFlow's C++ side."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module


def start_keras() -> None:
    """Import what imports Keras and its backend, quietly."""
    with holding_stderr():
        import_module("keras_models.building")


@contextmanager
def holding_stderr() -> Iterator[None]:
    """Hold back what the block writes to stderr; show it only when the block fails.

    TensorFlow 2.21 writes six lines about oneDNN and CUDA when it is imported, before any log level is heeded, and
    Keras imports it when it saves a model, on any backend. They come from C++, so the file descriptor itself is
    turned aside, not sys.stderr.
    """
    try:
        terminal = os.dup(2)
    except OSError:  # stderr is closed: nothing to hold back
        yield
        return
    with tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(terminal, held.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
