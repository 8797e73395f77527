"""The backend of this process, and Keras without the chatter of TensorFlow's C++ side."""

import json
import logging
import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import backends
import errors


def use_backend(args: Namespace, made_with: str | None = None) -> None:
    """Choose the backend of this process, say which, and put its name into `args.backend`.

    `made_with` is the backend that made a run: it is taken if nothing else is asked for and it is installed. Call
    before the first import of Keras. Raises UsageError and EnvironmentFault as `backends.choose` does.
    """
    choice = backends.choose(args.backend, os.environ, made_with)
    devices, processes = (getattr(args, name, 1) for name in ("devices", "processes"))  # options of `train` alone
    backends.check_parallel(choice.name, devices, processes)
    backends.activate(choice, args.device, devices)
    args.backend = choice.name
    print(
        f"backend: {choice.name} ({choice.reason})",
        file=sys.stderr if args.verb == "predict" else sys.stdout,
        flush=True,
    )


def recorded_backend(run: Path | None) -> str | None:
    """Return the backend that a run folder says it was made with, or None if there is none to be read."""
    backend = _read_manifest(run).get("backend")
    return backend if isinstance(backend, str) else None


def recorded_device(run: Path | None) -> str:
    """Return the `--device` that a run was started with, `auto` if there is none to be read.

    It has to be known before the backend is chosen: a GPU is hidden from a process once, at its beginning.
    """
    options = _read_manifest(run).get("options")
    device = options.get("device") if isinstance(options, dict) else None
    return device if device in backends.DEVICES else "auto"


def _read_manifest(run: Path | None) -> dict[str, Any]:
    """Return what is there: what is wrong with it is said by who reads it in earnest."""
    if run is None:
        return {}
    try:
        manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def start_keras() -> None:
    """Import what imports Keras and its backend, quietly."""
    logging.getLogger("tensorflow").addFilter(is_news)
    with holding_stderr():
        import_module("keras_models.building")


def is_news(record: logging.LogRecord) -> bool:
    """Return False for TensorFlow's advice against tracing often: each fold has a network of its own to be traced."""
    return "triggered tf.function retracing" not in record.getMessage()


@contextmanager
def holding_stderr() -> Iterator[None]:
    """Hold back what the block writes to stderr; show it only when the block fails, but by an error of ours.

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
        except errors.ProgramError:
            raise  # it says in a line what the held ones would only hide
        except BaseException:
            held.seek(0)
            os.write(terminal, held.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
