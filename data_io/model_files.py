"""What a file that is said to be a model holds, told by its first bytes and never by its name; nothing is opened."""

import zipfile
from pathlib import Path

KERAS_FILE = "a Keras file"
ONNX_FILE = "an ONNX file"
SAVED_MODEL = "saved_model.pb"
SAVED_MODEL_FOLDER = "a SavedModel folder"
HDF5 = b"\x89HDF\r\n\x1a\n"
ZIP = b"PK\x03\x04"
PICKLES = tuple(bytes((0x80, protocol)) for protocol in range(2, 6))
START_BYTES = 512


def describe_content(path: Path) -> str:
    """Return in words what is at `path`: `a Keras file`, `an ONNX file`, or what else. Raises OSError if absent."""
    path.stat()
    if path.is_dir():
        is_saved_model = (path / SAVED_MODEL).exists()
        return SAVED_MODEL_FOLDER if is_saved_model else f"a folder without a manifest.json or a {SAVED_MODEL}"
    if not path.is_file():
        return "no regular file"
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    if not start:
        return "an empty file"
    if start.startswith(HDF5):
        return "an HDF5 file (.h5), which Keras would read without its safeguards"
    if start[:2] in PICKLES:
        return "a Python pickle (.pth, .pt or .pkl), which runs what is in it"
    if start.startswith(ZIP):
        return _describe_zip(path)
    if start.startswith(b"\x08"):  # ModelProto's first field, ir_version
        return ONNX_FILE
    return "a text file" if _is_text(start) else "a file of unknown content"


def _describe_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return "a truncated or damaged ZIP file"
    if any(name.endswith("data.pkl") for name in names):
        return "a PyTorch file (.pth or .pt), which holds a pickle that runs what is in it"
    if any(name in ("config.json", "metadata.json", "model.weights.h5") for name in names):
        return KERAS_FILE
    return "a ZIP file without a network"


def _is_text(start: bytes) -> bool:
    try:
        return start.decode("utf-8", "strict").isprintable() or b"\n" in start
    except UnicodeDecodeError as error:
        return len(start) == START_BYTES and error.start > START_BYTES - 4  # a letter that is cut in two
