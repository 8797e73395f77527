"""The runs of a sweep one after another: what is finished is passed over, what was interrupted goes on."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import errors
from commands.steps.sweeping.states import FAILED, FINISHED, INTERRUPTED, MISSING, SweepRun, clear_unbegun
from commands.steps.sweeping.trainer import describe_end, train_here, train_words
from data_io.files import unwritable

LEAST_MINUTES = 1e-3  # a run is not begun for less


class Clock:
    """How much of `--time-limit` is left, in minutes; None without a limit."""

    def __init__(self, limit_minutes: float | None) -> None:
        self._limit_minutes = limit_minutes
        self._begun_seconds = time.monotonic()

    @property
    def left_minutes(self) -> float | None:
        """The minutes that are left."""
        if self._limit_minutes is None:
            return None
        return self._limit_minutes - (time.monotonic() - self._begun_seconds) / 60

    @property
    def is_over(self) -> bool:
        """True when no run is to be begun any more."""
        return self.left_minutes is not None and self.left_minutes < LEAST_MINUTES


def run_in_turn(runs: Sequence[SweepRun], data: Path | None, clock: Clock) -> bool:
    """Make all runs that are not finished; return False if the time was over before.

    A run that fails says so in its state, and the others go on. Raises KeyboardInterrupt when stopped.
    """
    for place, run in enumerate(runs, 1):
        if run.state == FINISHED:
            print(f"[{place}/{len(runs)}] {run.combination}: finished before, {describe(run)}", flush=True)
            continue
        if clock.is_over:
            return False
        doing = "going on" if run.state == INTERRUPTED else "training"
        print(f"[{place}/{len(runs)}] {run.combination}: {doing}, output in {run.log}", flush=True)
        is_whole = make(run, data, clock)
        left = [one for one in runs[place:] if one.state != FINISHED]
        minutes = expected_minutes(runs, left)
        more = f"; {len(left)} to go" + ("" if minutes is None else f", about {minutes:.1f} minutes")
        print(f"    {describe(run)}{more if left else ''}", flush=True)
        if not is_whole:
            return False
    return True


def make(run: SweepRun, data: Path | None, clock: Clock) -> bool:
    """Make one run, or go on with it; return False if the time was over before its end."""
    try:
        prepare(run)
        code = train_here(train_words(run, data, clock.left_minutes), run.log)
        return settle(run, code)
    except errors.ProgramError as error:
        run.state, run.reason, run.code = FAILED, " ".join(error.messages), error.exit_code
    except KeyboardInterrupt:
        run.look()
        raise
    return True


def prepare(run: SweepRun) -> None:
    """Make the folder that the run's folder will be in. Raises EnvironmentFault."""
    if run.state in (FAILED, MISSING):
        clear_unbegun(run.folder)
    try:
        run.folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(run.folder.parent, error) from error


def settle(run: SweepRun, code: int) -> bool:
    """Read what became of the run whose process ended with `code`; return False if it ended since its time was over."""
    run.look()
    if run.state == FINISHED:  # also if a report could not be written any more
        return True
    if code == 0 and run.state == INTERRUPTED:
        return False
    run.state, run.reason, run.code = FAILED, describe_end(code, run.log), code
    return True


def describe(run: SweepRun) -> str:
    """Return in a few words what became of a run."""
    if run.state == FINISHED:
        origin = "" if run.known_from is None else f", known from {run.known_from}"
        return f"{100 * run.summary['validation_accuracy']:.2f} % in {run.summary['minutes']:.1f} minutes{origin}"
    return f"{run.state}: {run.reason}" if run.reason else run.state


def expected_minutes(runs: Sequence[SweepRun], left: Sequence[SweepRun]) -> float | None:
    """Return what the runs left will take, as their rows took on their backends, else as all; None if unknown."""
    taken = [one for one in runs if one.state == FINISHED]
    if not taken:
        return None

    def expect(run: SweepRun) -> float:
        like = [one for one in taken if _key(one) == _key(run)] or taken
        return statistics.fmean(float(one.summary["minutes"]) for one in like)

    return sum(map(expect, left))


def _key(run: SweepRun) -> tuple[str, str]:
    return run.combination.row.name, run.combination.backend
