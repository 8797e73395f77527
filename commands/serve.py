"""`run.py serve MODEL`: a page to try a model in the browser, and the same for scripts; on this computer alone."""

import importlib.util
import socket
from argparse import Namespace

import errors
from commands.steps.models import open_model
from commands.steps.serving.model_file import find_or_export
from data_io.files import digest_file

HOST = "127.0.0.1"
PACKAGES = ("onnxruntime", "fastapi", "uvicorn", "python_multipart")  # as they are imported
WAITING_CONNECTIONS = 128


def run(args: Namespace) -> None:
    """Serve until a signal comes, which ends the process as any other verb: 130 for SIGINT, 143 for SIGTERM.

    Raises EnvironmentFault for a port that is taken or a package that is missing, and what opening a model raises.
    """
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise errors.EnvironmentFault(
            f"Expected {', '.join(PACKAGES)} to be installed, to serve. Received: no {', no '.join(missing)}. "
            "Run: pip install -c constraints.txt -e '.[serve]'"
        )
    path = find_or_export(args.model)
    classifier = open_model(path, args)
    with _listen(args.port) as listening:
        from commands.steps.serving.app import build_app
        from commands.steps.serving.server import Server

        app = build_app(classifier, {"file": path.name, "file_digest": digest_file(path), "format": "onnx"})
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        Server(app, lambda: print(f"serving {path} at {address}  (Ctrl-C ends it)", flush=True)).run([listening])


def _listen(port: int) -> socket.socket:
    """Return a socket that takes connections of this computer alone; for port 0, on one that is free."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # not kept waiting after a server just ended
        listening.bind((HOST, port))
        listening.listen(WAITING_CONNECTIONS)
    except OSError as error:
        listening.close()
        raise errors.EnvironmentFault(
            f"Expected port {port} of {HOST} to be free. Received: {error.strerror}. Choose another with --port, or "
            "--port 0 for any that is free."
        ) from error
    return listening
