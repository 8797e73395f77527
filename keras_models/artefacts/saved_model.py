"""An exported SavedModel folder as a classifier: TensorFlow's loader, no Keras."""

import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

import errors
from keras_models.artefacts.contract import IMAGE, LOGITS, PROBABILITIES, Contract, check_carried, metadata
from keras_models.artefacts.saved_model_scan import CONTRACT_FILE, check_saved_model

SIGNATURE = "serving_default"


def has_gpu() -> bool:
    """Return whether TensorFlow would answer on a GPU."""
    return bool(tf.config.get_visible_devices("GPU"))


class SavedModelClassifier:
    """A SavedModel whose files the caller has compared with its sidecar.

    Raises PromiseError for a folder that is not what `contract` says.
    """

    def __init__(self, path: Path, contract: Contract) -> None:
        self.contract = contract
        self.runtime = f"tensorflow {tf.__version__}"
        check_saved_model(path)
        try:
            self._loaded = tf.saved_model.load(str(path))  # kept: its variables go when it goes
            self._answer = self._loaded.signatures[SIGNATURE]
        except Exception as error:
            raise errors.PromiseError(
                f"Expected a SavedModel of ours with the signature {SIGNATURE} at {path}. Received: TensorFlow "
                f"{tf.__version__} says {' '.join(str(error).split())[:300]}."
            ) from error
        self._check(path)
        check_carried(path, contract, _read_metadata(path / CONTRACT_FILE))

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (N, K) for uint8 (N, size_pixels, size_pixels, 3); safe to call from several threads."""
        return self.outputs(images)[0]

    def outputs(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return logits and probabilities, float32 (N, K) each, as the graph gives them."""
        answer = self._answer(**{IMAGE: tf.constant(images)})
        return np.asarray(answer[LOGITS].numpy(), np.float32), np.asarray(answer[PROBABILITIES].numpy(), np.float32)

    def _check(self, path: Path) -> None:
        """Compare the signature's ends with the contract."""
        size, classes = self.contract.size_pixels, len(self.contract.labels)
        wanted = {
            IMAGE: ("uint8", [None, size, size, 3]),
            LOGITS: ("float32", [None, classes]),
            PROBABILITIES: ("float32", [None, classes]),
        }
        ends = {**self._answer.structured_input_signature[1], **self._answer.structured_outputs}
        received = {name: (end.dtype.name, end.shape.as_list()) for name, end in ends.items()}
        if received != wanted:
            raise errors.PromiseError(
                f"Expected the signature {SIGNATURE} of {path} to have {wanted}. Received: {received}. Export again."
            )


def _read_metadata(path: Path) -> dict[str, str]:
    """Return what the folder carries of its contract, as `metadata` has it; nothing if that cannot be read."""
    try:
        return metadata(Contract.from_values(json.loads(path.read_bytes())))
    except (OSError, ValueError, RecursionError):
        return {}
