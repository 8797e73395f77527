"""An exported ONNX file as a classifier: ONNX Runtime and NumPy, no Keras and no training framework."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

import errors
from keras_models.artefacts.contract import IMAGE, LOGITS, PROBABILITIES, Contract, check_carried
from keras_models.artefacts.onnx_scan import check_onnx

LOG_FATAL = 4


class OnnxClassifier:
    """A checked session of an ONNX file whose digest the caller has compared with its sidecar.

    One thread, whatever the machine: with more, sums are cut elsewhere and figures differ between machines. Callers
    answer blocks in threads of their own. Raises PromiseError for a file that is not what `contract` says.
    """

    answers_in_threads = True

    def __init__(self, path: Path, contract: Contract) -> None:
        self.contract = contract
        self.runtime = f"onnxruntime {onnxruntime.__version__}, 1 thread"
        check_onnx(path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = LOG_FATAL  # its warnings are several lines on stderr; errors are raised
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            ends = [*self._session.get_inputs(), *self._session.get_outputs()]
            carried = self._session.get_modelmeta().custom_metadata_map
        except Exception as error:  # ONNX Runtime's own classes have no other base
            raise errors.PromiseError(
                f"Expected an ONNX model of ours at {path}. Received: ONNX Runtime {onnxruntime.__version__} says "
                f"{' '.join(str(error).split())[:300]}."
            ) from error
        _check_ends(path, contract, ends)
        check_carried(path, contract, carried)

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (N, K) for uint8 (N, size_pixels, size_pixels, 3); safe to call from several threads."""
        (logits,) = self._session.run([LOGITS], {IMAGE: images})
        return np.asarray(logits, np.float32)

    def outputs(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return logits and probabilities, float32 (N, K) each, as the graph gives them."""
        logits, probabilities = self._session.run([LOGITS, PROBABILITIES], {IMAGE: images})
        return np.asarray(logits, np.float32), np.asarray(probabilities, np.float32)


def _check_ends(path: Path, contract: Contract, ends: Sequence[Any]) -> None:
    """Raise PromiseError unless the graph has one input and two outputs of the contract's names, types and shapes."""
    size, classes = contract.size_pixels, len(contract.labels)
    wanted = [
        (IMAGE, "tensor(uint8)", [size, size, 3]),
        (LOGITS, "tensor(float)", [classes]),
        (PROBABILITIES, "tensor(float)", [classes]),
    ]
    received = [(end.name, end.type, list(end.shape[1:])) for end in ends]
    frozen = any(not end.shape or isinstance(end.shape[0], int) for end in ends)
    if received != wanted or frozen:
        raise errors.PromiseError(
            f"Expected {path} to have the input {IMAGE} and the outputs {LOGITS} and {PROBABILITIES}, for any N: "
            f"{wanted}. Received: {str(received)[:400]}{' for one N' if frozen else ''}. Export again."
        )
