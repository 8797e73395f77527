import os
import subprocess
import sys
import time

import pytest

from benchmarks.measuring import (
    EpochClock,
    StepClock,
    Stopwatch,
    keeping_to_cores,
    pin_threads,
    settings_of_shell,
    take_turns,
    usable_cores,
)


class Runner:
    def __init__(self, name: str) -> None:
        self.name = name
        self.is_done = True


def test_rounds_are_outside_and_who_has_failed_is_passed_over() -> None:
    calls: list[str] = []

    def run(runner: Runner, number: int) -> None:
        calls.append(f"{runner.name}{number}")
        runner.is_done = runner.name != "b"

    take_turns([Runner("a"), Runner("b"), Runner("c")], range(3), run)
    assert calls == ["a0", "b0", "c0", "a1", "c1", "a2", "c2"]


def test_every_framework_is_given_the_threads() -> None:
    assert pin_threads(2) == {
        "OMP_NUM_THREADS": "2",
        "MKL_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "2",
        "TF_NUM_INTRAOP_THREADS": "2",
        "TF_NUM_INTEROP_THREADS": "1",
        "NPROC": "2",
    }


def test_of_a_shell_only_that_counts_which_tunes_a_framework_and_which_nothing_of_ours_replaces() -> None:
    shell = {
        **{"XLA_FLAGS": "--fast", "MKL_DYNAMIC": "FALSE", "TF_CLI_ARGS": "x", "OMP_NUM_THREADS": "7"},
        **{"TF_ENABLE_ONEDNN_OPTS": "0", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=0", "OMP_WAIT_POLICY": "PASSIVE"},
    }  # the last as it is our own habit
    assert settings_of_shell(shell, {"OMP_NUM_THREADS": "1"}) == {
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=0",
        "MKL_DYNAMIC": "FALSE",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "XLA_FLAGS": "--fast",
    }


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux keeps a process to cores")
def test_a_child_keeps_to_the_cores_and_we_get_ours_back() -> None:
    before = os.sched_getaffinity(0)
    words = [sys.executable, "-c", "import os; print(sorted(os.sched_getaffinity(0)))"]
    with keeping_to_cores(1):
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert said.strip() == str([min(before)])
    assert os.sched_getaffinity(0) == before and usable_cores() == len(before)


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(time, "process_time", lambda: 2 * now[0])
    return now


def test_a_stopwatch_reads_wall_and_cpu_time(seconds: list[float]) -> None:
    watch = Stopwatch()
    seconds[0] = 3.0
    assert (watch.elapsed().seconds, watch.elapsed().cpu_seconds) == (3.0, 6.0)
    watch.restart()
    assert watch.elapsed().seconds == 0.0


def test_validation_is_no_part_of_an_epoch(seconds: list[float]) -> None:
    clock = EpochClock()
    for step, now in enumerate((5.0, 6.0, 7.0)):
        seconds[0] = now
        clock.step()
        assert clock.first_step_seconds == 5.0, step
    seconds[0] = 100.0  # validation
    clock.epoch()
    seconds[0] = 102.0
    clock.step()
    clock.epoch()
    assert [each.seconds for each in clock.epochs] == [7.0, 2.0]


def test_the_first_steps_are_not_timed(seconds: list[float]) -> None:
    clock = StepClock(warm_steps=2, steps=3)
    ended = []
    for number in range(1, 6):
        seconds[0] = 10.0 if number == 1 else seconds[0] + 1
        ended.append(clock.step(number))
    assert ended == [False, False, False, False, True]
    assert clock.elapsed is not None and (clock.elapsed.seconds, clock.steps) == (3.0, 3)


def test_steps_that_are_told_of_in_fours_are_timed_between_two_tellings(seconds: list[float]) -> None:
    clock = StepClock(warm_steps=2, steps=5)
    for number in (4, 8, 12):
        seconds[0] = float(number)
        clock.step(number)
    # From 4 on, and 9 is the first that is wanted: 12
    assert clock.elapsed is not None and (clock.elapsed.seconds, clock.steps) == (8.0, 8)
