"""The process that writes a run's network in other formats: `python -m` this module, RUN FOLDER FORMAT...

Its backend is tensorflow, whatever trained: the one route that was measured to be right for all (backends.md).
"""

import dataclasses
import importlib.metadata
import sys
import time
import traceback
from pathlib import Path

import backends
from commands.steps.children import SHOWN_CHARACTERS
from commands.steps.contracts import contract_of
from commands.steps.networks import load_network, load_recipe
from data_io.files import write_json
from data_io.run_folder import read_manifest
from keras_models.artefacts.contract import ONNX_OPSET, Contract

FILES = {"onnx": "model.onnx", "saved_model": "saved_model"}
# What a format needs besides Keras; the first is the backend of this process, the others are named in the contract.
PACKAGES = {"onnx": ("tensorflow", "tf2onnx", "onnx", "onnxruntime"), "saved_model": ("tensorflow",)}


def main(run: Path, folder: Path, formats: list[str]) -> None:
    """Write FILES of `formats` into `folder`, one after the other, each followed by FORMAT.json.

    That holds the seconds it took, the contract, and in a sentence what failed; the other formats go on then.
    """
    recipe = load_recipe(run)
    trained = contract_of(run, recipe, read_manifest(run))
    network = load_network(run, recipe)
    for format in formats:
        contract = dataclasses.replace(trained, versions=versions_for(format))
        begun_seconds = time.perf_counter()
        failed, exit_code = None, 0
        try:
            write(format, network, contract, folder / FILES[format])
        except Exception as error:  # whatever a converter raises: the parent says it
            traceback.print_exc()
            exit_code = 4 if isinstance(error, OSError | ImportError) else 6  # as in errors.py
            failed = f"{type(error).__name__}: {' '.join(str(error).split())[:SHOWN_CHARACTERS]}"
        seconds = time.perf_counter() - begun_seconds
        record = {"seconds": seconds, "failed": failed, "exit_code": exit_code, "contract": contract.to_values()}
        write_json(folder / f"{format}.json", record)


def versions_for(format: str) -> dict[str, str]:
    """Return what `backends.versions` does, with the packages of a format and ONNX's opset."""
    found = backends.versions() | {package: importlib.metadata.version(package) for package in PACKAGES[format]}
    return found | ({"onnx_opset": str(ONNX_OPSET)} if format == "onnx" else {})


def write(format: str, network: object, contract: Contract, path: Path) -> None:
    """Write one format to `path`."""
    if format == "onnx":
        from keras_models.artefacts.onnx_writing import write_onnx

        write_onnx(network, contract, path)
    else:
        from keras_models.artefacts.exporting import write_saved_model

        write_saved_model(network, contract, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
