"""One way of measuring for `compare` and `bench`: threads and cores, wall and CPU time, turns.

Every contestant has a process of its own with as many cores as threads, so that no framework takes cores that another
has not, and threads do not move. Wall time says how long somebody waits, CPU time (summed over threads) what it cost:
where something else runs on the machine, the second tells more.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from backends import HABITS

# What begins so tunes a framework or a library below it. Not all of TF_: Terraform's begin so too.
TUNING = (
    *("XLA_", "JAX_", "TORCH_", "PYTORCH_", "ATEN_", "OMP_", "KMP_", "GOMP_", "MKL_", "OPENBLAS_", "ONEDNN_", "DNNL_"),
    *("TF_ENABLE_", "TF_DISABLE_", "TF_ONEDNN_", "TF_XLA_", "TF_NUM_", "TF_GPU_", "TF_CUDNN_"),
    *("NVIDIA_TF32_OVERRIDE", "CUBLAS_", "CUDNN_", "GLIBC_TUNABLES", "MALLOC_", "LD_PRELOAD"),
)
DONE, NOT_INSTALLED, FAILED, STOPPED = "done", "not installed", "failed", "stopped"


class Entrant(Protocol):
    """Whoever takes turns; whoever has failed is passed over."""

    @property
    def is_done(self) -> bool:
        """True until something has gone wrong."""
        ...


EntrantType = TypeVar("EntrantType", bound=Entrant)
Round = TypeVar("Round")


def take_turns(
    entrants: Sequence[EntrantType], rounds: Iterable[Round], run: Callable[[EntrantType, Round], None]
) -> None:
    """Run each entrant once per round, rounds outside: whatever slows the machine down slows down all of them."""
    for each in rounds:
        for entrant in entrants:
            if entrant.is_done:
                run(entrant, each)


def usable_cores() -> int:
    """Return how many cores this process may use, which in a container can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def keeping_to_cores(threads: int) -> Iterator[None]:
    """Keep the processes that are started in the block to the first `threads` usable cores. Linux; no effect elsewhere.

    A child begins with the cores of the thread that starts it, so nothing in the child need know of this.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:threads])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def pin_threads(threads: int) -> dict[str, str]:
    """Return the variables that give every framework the same number of threads.

    OMP: torch, NumPy and what else has OpenMP, MKL and OPENBLAS: their products, for which torch takes MKL's number
    before OpenMP's; TF: TensorFlow's two pools; NPROC: XLA's, which has no other way.
    """
    count = str(threads)
    return {
        "OMP_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": "1",
        "NPROC": count,
    }


@dataclass(frozen=True)
class Elapsed:
    """Wall seconds, and CPU seconds summed over threads."""

    seconds: float
    cpu_seconds: float


class Stopwatch:
    """Wall and CPU time of this process since `restart`, or, with `of_children`, CPU time of those that have ended."""

    def __init__(self, of_children: bool = False) -> None:
        self.of_children = of_children
        self.restart()

    def restart(self) -> None:
        """Begin again."""
        self._begun = self._read()

    def elapsed(self) -> Elapsed:
        """Return what has gone by."""
        wall, cpu = self._read()
        return Elapsed(wall - self._begun[0], cpu - self._begun[1])

    def _read(self) -> tuple[float, float]:
        if self.of_children:
            times = os.times()
            return time.perf_counter(), times.children_user + times.children_system
        return time.perf_counter(), time.process_time()


class EpochClock:
    """Times the training part of each epoch, and the first step, which compiles."""

    def __init__(self) -> None:
        self.first_step_seconds = 0.0
        self.epochs: list[Elapsed] = []
        self._watch = Stopwatch()
        self._trained = Elapsed(0.0, 0.0)

    def step(self) -> None:
        """Note a step."""
        self._trained = self._watch.elapsed()
        if not self.first_step_seconds:
            self.first_step_seconds = self._trained.seconds

    def epoch(self) -> None:
        """Note an epoch, validation and all: the next one's training begins here."""
        self.epochs.append(self._trained)
        self._watch.restart()


def settings_of_shell(environ: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return what a shell tells the frameworks of its own accord, beside what we give every contestant.

    It can make one of them slower or faster, so it belongs to the figures.
    """
    return {
        name: value
        for name, value in sorted(environ.items())
        if name.startswith(TUNING) and name not in given and HABITS.get(name) != value
    }


class StepClock:
    """Times about `steps` steps of training after the first `warm_steps` or more, which compile and fill caches.

    A loop that runs several steps at once and tells of the last alone is timed between two that it tells of.
    """

    def __init__(self, warm_steps: int, steps: int) -> None:
        self.warm_steps = warm_steps
        self.wanted_steps = steps
        self.elapsed: Elapsed | None = None
        self.steps = 0
        self._first: int | None = None
        self._watch = Stopwatch()

    def is_turning(self, steps_done: int) -> bool:
        """Tell whether the clock starts or stops here, so that the device has to be waited for."""
        return steps_done >= (self.warm_steps if self._first is None else self._first + self.wanted_steps)

    def step(self, steps_done: int) -> bool:
        """Note that so many steps are done; return whether these are all."""
        if self._first is None:
            if self.is_turning(steps_done):
                self._first = steps_done
                self._watch.restart()
        elif self.is_turning(steps_done) and self.elapsed is None:
            self.elapsed = self._watch.elapsed()
            self.steps = steps_done - self._first
        return self.elapsed is not None


def anonymous_bytes() -> int | None:
    """Return this process's anonymous memory (RssAnon), without pages of mapped files; None where it is not Linux."""
    return _read_status("RssAnon")


def peak_resident_bytes() -> int | None:
    """Return the most memory that this process has had so far (VmHWM); None where it is not Linux.

    Not `getrusage`: a child inherits its parent's peak there.
    """
    return _read_status("VmHWM")


def _read_status(field: str) -> int | None:
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.is_file() else []
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(field)), None)
