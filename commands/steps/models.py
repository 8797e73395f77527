"""From a path to a model that answers: a run folder, model.keras, model.onnx or a SavedModel folder."""

import sys
from argparse import Namespace
from pathlib import Path

import backends
import errors
from commands.steps.contracts import check_preprocessing, contract_of
from commands.steps.startup import holding_stderr, start_keras, use_backend
from data_io.artefact_files import read_sidecar
from data_io.model_files import KERAS_FILE, ONNX_FILE, SAVED_MODEL, describe_content
from data_io.run_folder import MANIFEST, MODEL, RECIPE, read_manifest
from keras_models.artefacts.contract import Classifier, Contract

# onnxruntime, TensorFlow and Keras are imported in the functions: only what the model needs, after its files are
# what they should be.
WANTED = "a run folder, its model.keras, or a model.onnx or SavedModel folder that export wrote"


def open_model(path: Path, args: Namespace) -> Classifier:
    """Open a MODEL of the command line; what is there decides how, not its name.

    The first model that needs Keras chooses the backend of the process: `args.backend`, else the run's own.
    Raises UsageError when there is nothing at `path`, PromiseError for a file that is not whole or not ours,
    EnvironmentFault when a package is missing.
    """
    try:
        kind = describe_content(path)
    except OSError as error:
        raise errors.UsageError(f"Expected {WANTED}. Received: {path}, {error.strerror}.") from error
    if path.is_dir() and (path / MANIFEST).exists():
        return _open_run(path, args)
    if path.is_dir() and (path / SAVED_MODEL).exists():
        return _open_saved_model(path, args)
    if path.name == SAVED_MODEL:  # it starts as an ONNX file does
        raise errors.UsageError(f"Expected {WANTED}. Received: {path}, one file of it. Name its folder, {path.parent}.")
    if kind == KERAS_FILE:
        run = path.parent
        if path.name != MODEL or not ((run / MANIFEST).is_file() and (run / RECIPE).is_file()):
            raise errors.PromiseError(
                f"Expected {path} to be the {MODEL} of a run folder. Received: a file that needs its manifest beside "
                f"it: {MANIFEST} and {RECIPE}. Copy the whole run folder."
            )
        return _open_run(run, args)
    if kind == ONNX_FILE:
        return _open_onnx(path, args)
    raise errors.PromiseError(f"Expected {path} to be {WANTED}. Received: {kind}. It was not opened.")


def _open_run(run: Path, args: Namespace) -> Classifier:
    from commands.steps.networks import load_network, load_recipe  # pandas, which an artefact does not need

    recipe = load_recipe(run)
    manifest = read_manifest(run)
    contract = contract_of(run, recipe, manifest)
    _use_backend_once(args, manifest["backend"])
    start_keras()
    from keras_models.device import find_device
    from keras_models.inference import KerasClassifier

    find_device(args.device)  # whoever asks for a GPU is not answered by a CPU in silence

    return KerasClassifier(load_network(run, recipe), contract)


def _open_onnx(path: Path, args: Namespace) -> Classifier:
    if getattr(args, "device", "auto") == "gpu":
        raise errors.UsageError(f"Expected --device cpu for {path}: ONNX files are answered on CPUs. Received: gpu.")
    contract = _read_contract(path, "onnx")
    try:
        from keras_models.artefacts.onnx_model import OnnxClassifier
    except ImportError as error:
        raise _not_installed("onnxruntime", path) from error
    return OnnxClassifier(path, contract)


def _open_saved_model(path: Path, args: Namespace) -> Classifier:
    contract = _read_contract(path, "saved_model")
    if not backends.is_installed("tensorflow"):
        raise _not_installed("tensorflow", path)
    # TensorFlow 2.21 imports parts of Keras, which then reads the backend of the process and its settings.
    _use_backend_once(args, "tensorflow")
    with holding_stderr():
        from keras_models.artefacts.saved_model import SavedModelClassifier, has_gpu

        if args.device == "gpu" and not has_gpu():
            raise errors.EnvironmentFault(
                f"Expected a GPU for --device gpu and {path}. Received: TensorFlow finds none. Use --device auto, or "
                "install tensorflow with GPU support."
            )
        return SavedModelClassifier(path, contract)


def _use_backend_once(args: Namespace, made_with: str) -> None:
    """Choose the backend at the first model that imports Keras; a process never switches, whatever models follow."""
    if "keras" not in sys.modules:
        use_backend(args, made_with)


def _read_contract(path: Path, wanted: str) -> Contract:
    received, values = read_sidecar(path)
    try:
        contract = Contract.from_values(values)
    except ValueError as error:
        raise errors.PromiseError(f"Expected a contract beside {path}. Received: {error}. Export again.") from error
    if received != wanted:
        raise errors.PromiseError(f"Expected the file beside {path} to say {wanted}. Received: {received}.")
    check_preprocessing(path, contract)
    return contract


def _not_installed(package: str, path: Path) -> errors.EnvironmentFault:
    return errors.EnvironmentFault(
        f"Expected {package} to be installed, since {path} needs it. Received: no such package. "
        "Run: pip install -c constraints.txt -e '.[export]'"
    )
