"""Kernels by what their framework computes on: here a CPU, or what it is made to say; under any backend."""

import pytest

import errors


def test_codes_are_not_counted_by_bincount_on_a_gpu_whose_graphs_xla_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    tf = pytest.importorskip("tensorflow")
    from keras_models.kernels.on_tensorflow import count_codes

    codes = tf.constant([[0.0, 1.0, 1.0]])
    assert count_codes(codes, 2).numpy().tolist() == [[1.0, 2.0]]
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: ["a GPU"])
    assert count_codes(codes, 2) is None


def test_jax_that_cannot_start_its_device_says_so_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    jax = pytest.importorskip("jax")
    from keras_models.kernels.on_jax import is_one_cpu

    def fail() -> str:
        raise RuntimeError("Unable to initialize backend 'cuda': no plugin\nmore")

    assert is_one_cpu()
    monkeypatch.setattr(jax, "default_backend", fail)
    with pytest.raises(errors.EnvironmentFault, match=r"to start its device. Received: .* 'cuda': no plugin\.$"):
        is_one_cpu()
