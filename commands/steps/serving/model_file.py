"""Which ONNX file is served: the one that is named, or the one that a run was or is now exported to."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import errors
from data_io.artefact_files import read_sidecar
from data_io.model_files import ONNX_FILE, SAVED_MODEL_FOLDER, describe_content
from data_io.run_folder import MANIFEST, read_manifest

STOPPING_SECONDS = 10.0
ONNX = "model.onnx"
PROGRAM = Path(__file__).resolve().parents[3] / "run.py"


def find_or_export(path: Path) -> Path:
    """Return what `find_onnx` finds, after exporting a run that was not. Raises as it does, and if exporting fails."""
    found = find_onnx(path)
    if found is None:
        print(f"{path} was not exported yet", flush=True)
        # A process of its own, so that the server has neither Keras nor a framework in its memory.
        words = [sys.executable, str(PROGRAM), "export", str(path)]
        code = run_export(words)
        found = find_onnx(path)
        if code:
            kinds = {kind.exit_code: kind for kind in errors.ProgramError.__subclasses__()}
            raise kinds.get(code, errors.PromiseError)(
                f"Expected {path} to be exported before it is served. Received: exit code {code}, as said above."
            )
        if found is None:
            raise errors.PromiseError(f"Expected {path} to be exported. Received: no {ONNX} in it.")
    return found


def run_export(words: Sequence[str]) -> int:
    """Run a process and return its exit code; when this one is stopped, let that one end in order before."""
    with subprocess.Popen(words) as child:
        try:
            return child.wait()
        except BaseException:
            child.terminate()  # then it takes away what it has begun, and ends its own children
            try:
                child.wait(STOPPING_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
            raise


def find_onnx(path: Path) -> Path | None:
    """Return the ONNX file at `path`, or of the run folder `path`: in export, export-2, … the first with its weights.

    One that was changed is passed over if another is whole. None for a run that has not been exported. Raises
    UsageError for what is neither, PromiseError for exports of other weights or that were changed.
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
        instead = f". Serve the {ONNX} of: python run.py export RUN" if kind == SAVED_MODEL_FOLDER else "."
        raise errors.UsageError(f"Expected a run folder or a {ONNX}. Received: {path}, {kind}{instead}")
    wanted = read_manifest(path).get("weights_digest")
    exported = sorted(path.glob(f"export*/{ONNX}"))
    changed: list[errors.PromiseError] = []
    for artefact in exported:
        try:
            _, contract = read_sidecar(artefact)
        except errors.PromiseError as error:
            changed.append(error)
            continue
        if contract.get("weights_digest") == wanted:
            return artefact
    if changed:
        raise changed[0]
    if exported:
        raise errors.PromiseError(
            f"Expected the weights of {path} in {exported[0]}. Received: others. Run: python run.py export {path}"
        )
    return None
