"""The device is what the backend says, here on a machine whose GPUs, if any, are hidden."""

from types import SimpleNamespace
from typing import Any

import keras
import pytest

import errors
from keras_models import device
from keras_models.device import find_device


def fake_backend(monkeypatch: pytest.MonkeyPatch, name: str, module: Any) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: name)
    monkeypatch.setattr(device, "import_module", lambda asked: module)


def jax_with(platform: str, kind: str) -> Any:
    return SimpleNamespace(devices=lambda: [SimpleNamespace(platform=platform, device_kind=kind)])


def tensorflow_with(devices: list[str]) -> Any:
    experimental = SimpleNamespace(get_device_details=lambda found: {"device_name": found})
    return SimpleNamespace(
        config=SimpleNamespace(list_physical_devices=lambda kind: devices, experimental=experimental)
    )


def test_without_a_gpu_it_is_the_cpu() -> None:
    assert find_device("auto") == find_device("cpu") == "cpu"


def test_a_gpu_that_is_asked_for_and_absent_is_refused() -> None:
    with pytest.raises(errors.EnvironmentFault, match="Expected a GPU for --device gpu. Received: .* computes on cpu"):
        find_device("gpu")


@pytest.mark.parametrize("asked", ["auto", "gpu"])
def test_jax_and_tensorflow_name_their_gpu(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    fake_backend(monkeypatch, "jax", jax_with("gpu", "H100"))
    assert find_device(asked) == "gpu (H100)"
    fake_backend(monkeypatch, "tensorflow", tensorflow_with(["H100"]))
    assert find_device(asked) == "gpu (H100)"


def test_a_tpu_is_named_and_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_backend(monkeypatch, "jax", jax_with("tpu", "v5e"))
    assert find_device("auto") == "tpu (v5e)"
    with pytest.raises(errors.EnvironmentFault):
        find_device("gpu")


def test_a_device_that_does_not_start_is_an_environment_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise RuntimeError("Unable to initialize backend 'cuda'\nlong story")

    fake_backend(monkeypatch, "jax", SimpleNamespace(devices=fail))
    with pytest.raises(errors.EnvironmentFault, match="Received: Unable to initialize backend 'cuda'.$"):
        find_device("auto")
