"""Which device the chosen backend computes on, asked of the framework itself."""

from importlib import import_module
from typing import Any

import keras

import errors


def find_device(asked: str) -> str:
    """Return where the backend in use puts its tensors: `cpu`, `gpu (NAME)`, or another kind by the backend's name.

    `asked` is auto, cpu or gpu; cpu was enforced before the frameworks were imported. Raises EnvironmentFault when a
    GPU is asked for and the backend has none, or when it cannot start the device that the environment names.
    """
    backend = keras.backend.backend()
    probe = {"torch": _torch_device, "tensorflow": _tensorflow_device, "jax": _jax_device}[backend]
    try:
        device = probe(import_module(backend))
    except (RuntimeError, AssertionError) as error:  # the two that torch and jax raise for a device that is not there
        reason = str(error).partition("\n")[0]
        raise errors.EnvironmentFault(f"Expected {backend} to start its device. Received: {reason}.") from error
    if asked == "gpu" and not device.startswith("gpu"):
        raise errors.EnvironmentFault(
            f"Expected a GPU for --device gpu. Received: {backend} computes on {device}. Use --device auto, or install "
            f"{backend} with GPU support."
        )
    return device


def _torch_device(torch: Any) -> str:
    device = keras.ops.convert_to_tensor([0.0]).device
    return f"gpu ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else str(device.type)


def _tensorflow_device(tensorflow: Any) -> str:
    devices = tensorflow.config.list_physical_devices("GPU")
    if not devices:
        return "cpu"
    details = tensorflow.config.experimental.get_device_details(devices[0])
    return f"gpu ({details.get('device_name', 'unnamed')})"


def _jax_device(jax: Any) -> str:
    device = jax.devices()[0]
    return "cpu" if device.platform == "cpu" else f"{device.platform} ({device.device_kind})"


def is_gpu() -> bool:
    """Tell whether the backend computes on a GPU."""
    return find_device("auto").startswith("gpu")


def forbid_reduced_precision() -> None:
    """Keep a GPU from rounding the factors of float32 products to ten bits (TF32), for comparisons. None on a CPU."""
    backend = keras.backend.backend()
    framework = import_module(backend)
    if backend == "torch":
        framework.backends.cuda.matmul.allow_tf32 = False
        framework.backends.cudnn.allow_tf32 = False
    elif backend == "tensorflow":
        framework.config.experimental.enable_tensor_float_32_execution(False)
    else:
        framework.config.update("jax_default_matmul_precision", "highest")


def peak_device_bytes() -> int | None:
    """Return the most memory of a GPU that this process has had for arrays so far, None on a CPU."""
    backend = keras.backend.backend()
    framework = import_module(backend)
    if backend == "torch":
        return int(framework.cuda.max_memory_allocated()) if framework.cuda.is_available() else None
    if backend == "tensorflow":
        if not framework.config.list_physical_devices("GPU"):
            return None
        return int(framework.config.experimental.get_memory_info("GPU:0")["peak"])
    statistics = framework.devices()[0].memory_stats()
    return int(statistics["peak_bytes_in_use"]) if statistics else None
