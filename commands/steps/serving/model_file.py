"""Which ONNX file is served: the one that is named, or the one that a run was exported to."""

from pathlib import Path

import errors
from data_io.artefact_files import read_sidecar
from data_io.model_files import ONNX_FILE, describe_content
from data_io.run_folder import MANIFEST, read_manifest

ONNX = "model.onnx"


def find_onnx(path: Path) -> Path:
    """Return the ONNX file at `path`, or of the run folder `path`: in export, export-2, … the first with its weights.

    Raises UsageError for what is neither or has not been exported, PromiseError for exports of other weights or that
    were changed.
    """
    try:
        kind = describe_content(path)
    except OSError as error:
        raise errors.UsageError(
            f"Expected a run folder or a model.onnx. Received: {path}, {error.strerror}."
        ) from error
    if kind == ONNX_FILE:
        return path
    if not (path.is_dir() and (path / MANIFEST).exists()):
        raise errors.UsageError(f"Expected a run folder or a model.onnx. Received: {path}, {kind}.")
    wanted = read_manifest(path).get("weights_digest")
    exported = sorted(path.glob(f"export*/{ONNX}"))
    for artefact in exported:
        _, contract = read_sidecar(artefact)
        if contract.get("weights_digest") == wanted:
            return artefact
    if exported:
        raise errors.PromiseError(
            f"Expected the weights of {path} in {exported[0]}. Received: others. Run: python run.py export {path}"
        )
    raise errors.UsageError(f"Expected {path}/export/{ONNX}. Received: no such file. Run: python run.py export {path}")
