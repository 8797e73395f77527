"""The runs of a sweep side by side as tasks of Ray, each a process of `run.py train`.

Every machine of the cluster has this program at the same place, the data, and the sweep's folder, as a shared disk has.
"""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import errors
from benchmarks.measuring import pin_threads
from commands.steps.answers.on_ray import start_ray
from commands.steps.stopping import Terminated
from commands.steps.sweeping.sequence import Clock, describe, prepare, settle
from commands.steps.sweeping.states import FAILED, FINISHED, SweepRun
from commands.steps.sweeping.trainer import PROGRAM, begin, train_words

POLL_SECONDS = 0.5
STOP_SECONDS = 120.0  # a run that was asked to stop ends its step, and writes its state


def train_on_worker(program: str, words: Sequence[str], log: str, cpus: int) -> int:
    """Run `run.py` with these words and threads as many as `cpus`; asked to stop, it stops, and so does its process."""
    with Path(log).open("ab") as output:
        child = begin(Path(program), words, output, pin_threads(cpus))
        try:
            while True:
                try:
                    return child.wait(POLL_SECONDS)  # Ray's cancel is seen between calls alone
                except subprocess.TimeoutExpired:
                    continue
        except BaseException:
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
            raise


def run_on_ray(runs: Sequence[SweepRun], data: Path | None, address: str | None, cpus: int, clock: Clock) -> bool:
    """Make all runs that are not finished, as many at once as the cluster has cores for.

    Return False if the time was over before: what ran then has been stopped in order.

    Raises EnvironmentFault if Ray is not installed or does not answer, KeyboardInterrupt when stopped.
    """
    before, asked = signal.getsignal(signal.SIGTERM), list[int]()

    def terminate(number: int, _: FrameType | None) -> None:
        asked.append(number)
        raise Terminated

    temporary = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))  # short: names of sockets have 107 bytes at most
    ray = None
    try:
        ray = start_ray(address, temporary)
        signal.signal(signal.SIGTERM, terminate)  # Ray's own would end this process before its runs have stopped
        # a worker that dies is not asked again: the run is there to be resumed by the next sweep
        task = ray.remote(num_cpus=cpus, max_retries=0)(train_on_worker)
        waiting: dict[Any, SweepRun] = {}
        for run in runs:
            if run.state == FINISHED:
                print(f"{run.combination}: finished before, {describe(run)}", flush=True)
                continue
            try:
                prepare(run)
            except errors.ProgramError as error:
                run.state, run.reason = FAILED, " ".join(error.messages)
                continue
            words = train_words(run, data, None)
            waiting[task.remote(str(PROGRAM), words, str(run.log), cpus)] = run
        print(f"{len(waiting)} of {len(runs)} runs given to Ray, {cpus} cores each", flush=True)
        return _collect(ray, waiting, len(runs), clock)
    except KeyboardInterrupt:
        raise Terminated if asked else KeyboardInterrupt from None  # Ray makes one of the other
    finally:
        if ray is not None:
            ray.shutdown()
        signal.signal(signal.SIGTERM, before)
        shutil.rmtree(temporary, ignore_errors=True)


def _collect(ray: Any, waiting: dict[Any, SweepRun], total: int, clock: Clock) -> bool:
    done = total - len(waiting)
    try:
        while waiting:
            left = clock.left_minutes
            found, _ = ray.wait(list(waiting), timeout=None if left is None else max(0.0, 60 * left))
            if not found:
                if not clock.is_over:
                    continue
                _stop(ray, waiting)
                return False
            (ready,) = found
            run = waiting.pop(ready)
            done += 1
            try:
                settle(run, ray.get(ready))
            except ray.exceptions.RayError as error:
                run.state, run.reason = FAILED, str(error).strip().partition("\n")[0]
            except errors.ProgramError as error:
                run.state, run.reason = FAILED, " ".join(error.messages)
            print(f"[{done}/{total}] {run.combination}: {describe(run)}", flush=True)
    except KeyboardInterrupt:
        _stop(ray, waiting)
        raise
    return True


def _stop(ray: Any, waiting: dict[Any, SweepRun]) -> None:
    """Let what runs end its step and write its state, and look what became of all."""
    for ready in waiting:
        ray.cancel(ready)  # as Ctrl-C in its process
    ray.wait(list(waiting), num_returns=len(waiting), timeout=STOP_SECONDS)
    for run in waiting.values():
        run.look()
