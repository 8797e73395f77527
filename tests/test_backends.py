"""The choice of the backend, from options and environment alone."""

import json
import os
import platform
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest

import backends
import errors

Install = Callable[..., None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """`install("jax", …)`: from now on exactly these are installed, as far as `backends` can tell."""

    def only(*names: str) -> None:
        specs = {name: ModuleSpec(name, None, origin="/installed") for name in names}
        monkeypatch.setattr("importlib.util.find_spec", specs.get)

    return only


def test_the_option_wins_over_the_environment(install: Install) -> None:
    install("torch", "tensorflow", "jax")
    assert backends.choose("jax", {"KERAS_BACKEND": "tensorflow"}) == backends.Choice("jax", "--backend")


def test_the_environment_wins_over_the_first_installed(install: Install) -> None:
    install("torch", "tensorflow", "jax")
    assert backends.choose(None, {"KERAS_BACKEND": "jax"}) == backends.Choice("jax", "KERAS_BACKEND")


@pytest.mark.parametrize(
    ("installed", "chosen"),
    [
        (("jax", "tensorflow", "torch"), "torch"),
        (("jax", "tensorflow"), "tensorflow"),
        (("jax",), "jax"),
    ],
)
def test_without_a_wish_the_first_installed_of_torch_tensorflow_jax_is_taken(
    install: Install, installed: tuple[str, ...], chosen: str
) -> None:
    install(*installed)
    choice = backends.choose(None, {"KERAS_BACKEND": ""})
    assert choice == backends.Choice(chosen, "the first installed of torch, tensorflow, jax")


def test_f10_an_environment_without_any_backend_is_told_what_to_install(install: Install) -> None:
    install()
    with pytest.raises(errors.EnvironmentFault, match=r"Received: none of them\. Run: pip install .*\.\[torch\]"):
        backends.choose(None, {})


def test_f9_an_unknown_name_is_refused_with_its_source_even_if_a_package_has_it(install: Install) -> None:
    install("torch", "numpy")
    with pytest.raises(errors.UsageError, match=r"Expected a backend .* Received: 'numpy' from --backend\."):
        backends.choose("numpy", {})
    with pytest.raises(errors.UsageError, match=r"Received: 'openvino' from KERAS_BACKEND\."):
        backends.choose(None, {"KERAS_BACKEND": "openvino"})


def test_a_run_goes_on_with_the_backend_that_made_it_unless_another_is_asked_for(install: Install) -> None:
    install("torch", "jax")
    assert backends.choose(None, {}, "jax") == backends.Choice("jax", "the run's own")
    assert backends.choose(None, {"KERAS_BACKEND": "torch"}, "jax").name == "torch"
    assert backends.choose("torch", {}, "jax").name == "torch"


@pytest.mark.parametrize("made_with", ["tensorflow", "theano", "", 3, ["jax"]])
def test_a_backend_of_a_run_that_is_not_there_is_passed_over(install: Install, made_with: Any) -> None:
    install("torch", "jax")
    assert backends.choose(None, {}, made_with) == backends.Choice(
        "torch", "the first installed of torch, tensorflow, jax"
    )


def test_f10_a_wish_for_what_is_not_installed_is_never_replaced_by_another(install: Install) -> None:
    install("torch")
    with pytest.raises(errors.EnvironmentFault, match=r"since --backend asks for it.*pip install .*\.\[jax\]'"):
        backends.choose("jax", {})


def test_a_module_that_is_forbidden_or_has_no_spec_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "jax", ModuleType("jax"))  # find_spec raises ValueError for it
    assert not backends.is_installed("torch")
    assert not backends.is_installed("jax")


def test_what_is_installed_is_found_without_importing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)  # a module of the standard library that prints
    assert backends.is_installed("this")
    assert "this" not in sys.modules


def test_the_folder_that_an_uninstall_left_behind_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: ModuleSpec(name, None, is_package=True))
    assert not backends.is_installed("torch")


def test_the_environment_names_the_backend_and_keeps_the_users_keras_folder_out() -> None:
    variables = backends.environment("jax")
    assert variables["KERAS_BACKEND"] == "jax"
    assert variables["KERAS_HOME"] == str(backends.KERAS_HOME)
    assert "CUDA_VISIBLE_DEVICES" not in variables  # auto: a GPU may be used


def test_the_cpu_is_forced_in_the_way_of_each_backend() -> None:
    variables = backends.environment("torch", "cpu")
    assert variables["KERAS_TORCH_DEVICE"] == "cpu"
    assert variables["JAX_PLATFORMS"] == "cpu"
    assert variables["CUDA_VISIBLE_DEVICES"] == "-1"


def test_the_keras_folder_holds_channels_last_and_float32() -> None:
    settings = json.loads((backends.KERAS_HOME / "keras.json").read_text(encoding="utf-8"))
    assert settings["image_data_format"] == "channels_last"
    assert settings["floatx"] == "float32"


def test_activating_changes_the_environment_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"PATH": "/bin", "OMP_WAIT_POLICY": "ACTIVE", "KERAS_MAX_EPOCHS": "1", "KERAS_TORCH_DEVICE": "cuda:1"}
    monkeypatch.setattr(os, "environ", own)
    backends.activate(backends.Choice("tensorflow", "--backend"), "cpu")
    assert own["KERAS_BACKEND"] == "tensorflow"
    assert own["JAX_PLATFORMS"] == "cpu"
    assert own["PATH"] == "/bin"
    assert own["OMP_WAIT_POLICY"] == "ACTIVE"  # what a user has set stays
    assert own["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"  # so that two processes can share a GPU
    assert own["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
    assert "KERAS_MAX_EPOCHS" not in own  # would cut the run short behind the recipe's back
    assert own["KERAS_TORCH_DEVICE"] == "cpu"


def test_a_cpu_is_shown_to_jax_as_several_devices_and_what_a_user_has_set_of_xla_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own: dict[str, str] = {}
    monkeypatch.setattr(os, "environ", own)
    backends.activate(backends.Choice("jax", "--backend"), "cpu")
    assert "XLA_FLAGS" not in own
    own["XLA_FLAGS"] = "--xla_dump_to=/dump"
    backends.activate(backends.Choice("jax", "--backend"), "cpu", 4)
    assert own["XLA_FLAGS"] == "--xla_dump_to=/dump --xla_force_host_platform_device_count=4"


@pytest.mark.parametrize("backend", ["torch", "tensorflow"])
def test_several_devices_or_processes_are_for_jax_alone(backend: str) -> None:
    backends.check_parallel(backend, 1, 1)
    backends.check_parallel("jax", 2, 2)
    for devices, processes in ((2, 1), (1, 2)):
        with pytest.raises(errors.UsageError, match="Expected --backend jax for several devices or processes"):
            backends.check_parallel(backend, devices, processes)


def test_a_process_without_huge_pages_is_started_again_with_all_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, list[str]]] = []
    own: dict[str, str] = {}
    monkeypatch.setattr(os, "environ", own)
    monkeypatch.setattr(os, "execv", lambda program, words: started.append((program, words)))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys, "orig_argv", ["python", "-u", "run.py", "train", "quick"])
    backends.restart_with_huge_pages()
    backends.restart_with_huge_pages()  # it has them now
    assert own == {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    assert started == [(sys.executable, [sys.executable, "-u", "run.py", "train", "quick"])]


@pytest.mark.parametrize(("platform_name", "set_by_user"), [("darwin", None), ("linux", "glibc.malloc.check=1")])
def test_a_process_goes_on_elsewhere_and_where_the_user_has_said_how_memory_is_taken(
    monkeypatch: pytest.MonkeyPatch, platform_name: str, set_by_user: str | None
) -> None:
    monkeypatch.setattr(os, "environ", {"GLIBC_TUNABLES": set_by_user} if set_by_user else {})
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("started again"))
    monkeypatch.setattr(sys, "platform", platform_name)
    backends.restart_with_huge_pages()


def test_the_versions_list_python_and_only_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "PACKAGES", ("numpy", "no-such-package-as-this"))
    found = backends.versions()
    assert list(found) == ["python", "numpy"]
    assert found["python"] == platform.python_version()
    assert found["numpy"].split(".")[0].isdecimal()
