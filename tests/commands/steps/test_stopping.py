import os
import signal
import time
from collections.abc import Iterator

import pytest

from commands.steps.stopping import StopRequest, Terminated, TimeIsUp, deferring_signals

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    assert {number: signal.getsignal(number) for number in SIGNALS} == before


@pytest.mark.parametrize(("number", "stopped"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)])
def test_f2_the_first_signal_waits_until_it_is_asked_for(
    number: signal.Signals, stopped: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    with deferring_signals(None, 0.0) as stop:
        stop.raise_if_asked()
        os.kill(os.getpid(), number)
        assert stop.is_asked  # and this line is reached
        with pytest.raises(KeyboardInterrupt) as caught:
            stop.raise_if_asked()
        assert caught.type is stopped
    assert capsys.readouterr().err == "stopping after this step; again to stop at once\n"


@pytest.mark.parametrize("second", SIGNALS)
def test_f2_a_second_signal_ends_the_process_at_once_with_its_code(
    second: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    with deferring_signals(None, 0.0):
        os.kill(os.getpid(), signal.SIGTERM)
        assert ended == []
        os.kill(os.getpid(), second)
        assert ended == [128 + second]


def test_f2_a_signal_after_the_time_is_up_is_the_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr("commands.steps.stopping.time.monotonic", lambda: 61.0)
    with deferring_signals(1.0, 0.0) as stop:
        assert stop.is_asked
        assert {stop.reason} == {TimeIsUp}
        os.kill(os.getpid(), signal.SIGTERM)
        assert {stop.reason} == {Terminated}
    assert ended == []


def test_handlers_come_back_when_the_block_fails() -> None:
    def mine(*_: object) -> None:
        pass

    before = signal.signal(signal.SIGTERM, mine)
    try:
        with pytest.raises(ValueError, match="a bug"), deferring_signals(None, 0.0):
            raise ValueError("a bug")
        assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        signal.signal(signal.SIGTERM, before)


def test_the_time_is_up_after_so_many_minutes_from_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = StopRequest(1.5, 1000.0)
    monkeypatch.setattr("commands.steps.stopping.time.monotonic", lambda: 1089.9)
    stop.raise_if_asked()
    monkeypatch.setattr("commands.steps.stopping.time.monotonic", lambda: 1090.0)
    with pytest.raises(TimeIsUp):
        stop.raise_if_asked()


def test_f18_a_clock_that_is_set_back_or_forth_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = StopRequest(1.5, time.monotonic())
    monkeypatch.setattr("commands.steps.stopping.time.time", lambda: 4e9)
    assert not stop.is_asked
    assert not StopRequest(None, 0.0).is_asked


def test_processes_that_train_together_stop_when_they_meet_and_not_before() -> None:
    told: list[int] = []

    def find_largest(number: int) -> int:
        told.append(number)
        return 3  # another process was terminated

    stop = StopRequest(None, 0.0, find_largest)
    stop.reason = KeyboardInterrupt
    assert not stop.is_asked
    stop.raise_if_asked()
    stop.meet()
    assert told == [2]
    with pytest.raises(Terminated):
        stop.raise_if_asked()


def test_a_process_alone_meets_nobody() -> None:
    stop = StopRequest(None, 0.0)
    stop.meet()
    assert not stop.is_asked
