"""Which device the chosen backend computes on, asked of the framework itself."""

from importlib import import_module
from typing import Any

import keras

import errors


def find_device(asked: str) -> str:
    """Return `cpu`, or `gpu (NAME)`, for the backend in use.

    `asked` is auto, cpu or gpu; cpu was enforced before the frameworks were imported. Raises EnvironmentFault
    when a GPU is asked for and the backend sees none.
    """
    backend = keras.backend.backend()
    found = {"torch": _torch_gpu, "tensorflow": _tensorflow_gpu, "jax": _jax_gpu}[backend](import_module(backend))
    if asked == "gpu" and found is None:
        raise errors.EnvironmentFault(
            f"Expected a GPU for --device gpu. Received: {backend} sees none. Use --device auto, or install "
            f"{backend} with GPU support."
        )
    return "cpu" if found is None or asked == "cpu" else f"gpu ({found})"


def _torch_gpu(torch: Any) -> str | None:
    return str(torch.cuda.get_device_name()) if torch.cuda.is_available() else None


def _tensorflow_gpu(tensorflow: Any) -> str | None:
    devices = tensorflow.config.list_physical_devices("GPU")
    if not devices:
        return None
    return str(tensorflow.config.experimental.get_device_details(devices[0]).get("device_name", "unnamed"))


def _jax_gpu(jax: Any) -> str | None:
    return next((str(device.device_kind) for device in jax.devices() if device.platform == "gpu"), None)
