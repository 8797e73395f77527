"""Which Keras backend a process uses, decided once, before anything heavy is imported.

Standard library only. Keras reads KERAS_BACKEND and KERAS_HOME when it is first imported and a running process
never switches, so the choice is made from the command line and the environment alone; whatever needs two
backends starts two processes with `environment`.
"""

import importlib.util
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import errors

BACKENDS = ("torch", "tensorflow", "jax")
DEVICES = ("auto", "cpu", "gpu")
PACKAGES = ("keras", "torch", "tensorflow", "jax", "jaxlib", "numpy", "pandas", "scikit-learn", "pillow")

# Keras reads ~/.keras/keras.json and writes it if it is not there. With "channels_first" in a user's file a
# Conv2D on (100, 100, 3) silently takes the height for channels (Keras 3.15.1), so ours is read instead.
KERAS_HOME = Path(__file__).resolve().parent / "keras_models" / "keras_home"

HUGE_PAGES = "GLIBC_TUNABLES"
HABITS = {
    # TensorFlow's C++ side calls the absence of a GPU an error; --device gpu refuses it in a sentence of ours.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # Memory of a GPU is taken as needed, not all at once, so that two processes can share one.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    # OpenMP's threads would wait for each other by spinning, and torch would take several times the CPU time per
    # image as soon as anything else runs on the machine.
    "OMP_WAIT_POLICY": "PASSIVE",
    # glibc, 2.35 and newer: memory comes in pages of 2 MB where the system allows it. Arrays of hundreds of MB, which a
    # step takes and gives back, cost a fault for every 4 kB otherwise: a quarter of an MLP's time on torch and jax.
    HUGE_PAGES: "glibc.malloc.hugetlb=1",
    # TensorFlow turns oneDNN on by itself on processors with AVX-512 VNNI alone. On one with AVX2 (AMD EPYC) it trains
    # `cnn` with 154 images a second instead of 60.
    "TF_ENABLE_ONEDNN_OPTS": "1",
}
# Keras' switches for smoke tests cut a run short; a device left in the shell would overrule --device.
DISTURBING = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED", "KERAS_TORCH_DEVICE")


@dataclass(frozen=True)
class Choice:
    """A backend and, in words for the user, why it is this one."""

    name: str
    reason: str


def is_installed(backend: str) -> bool:
    """Tell whether a backend can be imported, without importing it."""
    try:
        found = importlib.util.find_spec(backend)
    except (ImportError, ValueError):  # ValueError: something of this name is in sys.modules and has no __spec__
        return False
    return found is not None and found.origin is not None  # a folder that an uninstall left behind has no origin


def choose(option: str | None, environ: Mapping[str, str], made_with: str | None = None) -> Choice:
    """Take the option `--backend`, else KERAS_BACKEND, else `made_with`, else the first backend that is installed.

    `made_with` is the backend that a run was made with; it is passed over if it is not installed.

    Raises UsageError for a name that is not a backend, EnvironmentFault for one that is not installed.
    """
    if option:
        choice = Choice(option, "--backend")
    elif environ.get("KERAS_BACKEND"):
        choice = Choice(environ["KERAS_BACKEND"], "KERAS_BACKEND")
    elif made_with in BACKENDS and is_installed(made_with):
        choice = Choice(made_with, "the run's own")
    else:
        found = [name for name in BACKENDS if is_installed(name)]
        if not found:
            raise errors.EnvironmentFault(
                f"Expected one of {', '.join(BACKENDS)} to be installed. Received: none of them. "
                "Run: pip install -c constraints.txt -e '.[torch]'"
            )
        choice = Choice(found[0], f"the first installed of {', '.join(BACKENDS)}")
    if choice.name not in BACKENDS:
        raise errors.UsageError(
            f"Expected a backend from {', '.join(BACKENDS)}. Received: {choice.name!r} from {choice.reason}."
        )
    if not is_installed(choice.name):
        raise errors.EnvironmentFault(
            f"Expected {choice.name} to be installed, since {choice.reason} asks for it. Received: no such package. "
            f"Run: pip install -c constraints.txt -e '.[{choice.name}]'"
        )
    return choice


def environment(backend: str, device: str = "auto") -> dict[str, str]:
    """Return the variables that make a process use `backend` on `device`, to be set before Keras is imported."""
    variables = {"KERAS_BACKEND": backend, "KERAS_HOME": str(KERAS_HOME)}
    if device == "cpu":
        variables |= {"KERAS_TORCH_DEVICE": "cpu", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "-1"}
    return variables


def activate(choice: Choice, device: str = "auto", devices: int = 1) -> None:
    """Set this process's environment to a backend and a device. Call before the first import of Keras.

    What a user has set of HABITS stays; what would change a run behind its recipe's back is taken away. With several
    `devices` a CPU is shown to jax as so many; that says nothing about GPUs.
    """
    for variable in DISTURBING:
        os.environ.pop(variable, None)
    for variable, value in HABITS.items():
        os.environ.setdefault(variable, value)
    os.environ.update(environment(choice.name, device))
    if devices > 1:  # the last word of the line counts, so what a user has there stays
        flags = [os.environ.get("XLA_FLAGS", ""), f"--xla_force_host_platform_device_count={devices}"]
        os.environ["XLA_FLAGS"] = " ".join(flags).strip()


def check_parallel(backend: str, devices: int, processes: int) -> None:
    """Raise UsageError when a backend is asked to train on several devices or in several processes and cannot."""
    if devices * processes == 1 or backend == "jax":
        return
    reason = {
        "torch": "torch, for which keras.distribution begins with Keras 3.16; with 3.15 it trains on one device here",
        "tensorflow": 'tensorflow, whose keras.distribution begins with the words "!!!DO NOT USE!!!" in Keras 3.15',
    }[backend]
    raise errors.UsageError(f"Expected --backend jax for several devices or processes. Received: {reason}.")


def restart_with_huge_pages() -> None:
    """Begin this process anew if its memory is not in huge pages: the C library reads that once, when it is started.

    Takes 0.06 s; nothing happens anywhere but on Linux, nor where the user has set the variable to something.
    """
    if sys.platform == "linux" and HUGE_PAGES not in os.environ:
        os.environ[HUGE_PAGES] = HABITS[HUGE_PAGES]
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def versions() -> dict[str, str]:
    """Return the versions of Python and of the installed packages that decide a result."""
    import importlib.metadata  # a quarter of the time that --help takes

    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue  # a backend that is not installed has no version
    return found
