"""How a run is stopped from outside: signals that wait for the end of a step, and a limit of time."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """SIGTERM as an exception, so that temporary files are taken away as after Ctrl-C."""


class TimeIsUp(Exception):
    """The time of `--time-limit` is over."""


REASONS = (None, TimeIsUp, KeyboardInterrupt, Terminated)


class StopRequest:
    """Whether to stop, and why: `raise_if_asked` at a moment when everything is kept.

    Processes that train together must stop at the same step. Then `find_largest` returns the largest of their numbers,
    and what is asked of one of them is asked of all when they `meet`, not before.
    """

    def __init__(
        self,
        limit_minutes: float | None,
        begun_seconds: float,
        find_largest: Callable[[int], int] | None = None,
    ) -> None:
        self.reason: type[BaseException] | None = None
        self._end_seconds = begun_seconds + 60 * limit_minutes if limit_minutes else float("inf")
        self._find_largest = find_largest
        self._agreed: type[BaseException] | None = None

    @property
    def is_asked(self) -> bool:
        """True once a signal came or the time is up."""
        return self._find_reason() is not None

    def meet(self) -> None:
        """Agree with the other processes, if there are any, on whether to stop; each must call this as often."""
        if self._find_largest is not None:
            self._agreed = REASONS[self._find_largest(REASONS.index(self._find_own_reason()))]

    def raise_if_asked(self) -> None:
        """Raise KeyboardInterrupt, Terminated or TimeIsUp if it is time to stop."""
        reason = self._find_reason()
        if reason is not None:
            raise reason

    def _find_reason(self) -> type[BaseException] | None:
        return self._find_own_reason() if self._find_largest is None else self._agreed

    def _find_own_reason(self) -> type[BaseException] | None:
        if self.reason is None and time.monotonic() >= self._end_seconds:
            self.reason = TimeIsUp
        return self.reason


@contextmanager
def deferring_signals(
    limit_minutes: float | None, begun_seconds: float, find_largest: Callable[[int], int] | None = None
) -> Iterator[StopRequest]:
    """Take SIGINT and SIGTERM as requests to stop; a second one ends the process at once, as it stands.

    `begun_seconds` is the moment (time.monotonic) from which `limit_minutes` counts; `find_largest` as of StopRequest.
    """
    request = StopRequest(limit_minutes, begun_seconds, find_largest)

    def ask(number: int, _: FrameType | None) -> None:
        if request.reason is not None and request.reason is not TimeIsUp:
            os._exit(128 + number)
        request.reason = Terminated if number == signal.SIGTERM else KeyboardInterrupt
        print("stopping after this step; again to stop at once", file=sys.stderr, flush=True)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
