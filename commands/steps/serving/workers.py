"""Threads that ask the model for requests, and stop when nobody waits for the answer any more."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from fastapi import HTTPException, Request

from commands.steps.serving.limits import RETRY

WAITING_SECONDS = 60.0  # for a free thread
CLIENT_CLOSED_REQUEST = 499  # nginx's number, for a status that reaches nobody
ResultT = TypeVar("ResultT")
IsCancelled = Callable[[], bool]


class Workers:
    """A pool of `count` threads. The model takes one thread per call, whatever the machine."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count)

    async def run(self, request: Request, work: Callable[[IsCancelled], ResultT]) -> ResultT:
        """Return what `work` returns, run in a thread; its argument says whether the answer is still waited for.

        Work that has not begun is dropped when the client goes away or the request is cancelled. What runs keeps its
        thread until it has asked. Raises HTTPException 503 if no thread gets free and 499 if the client goes away.
        """
        is_cancelled = threading.Event()
        submitted = self._threads.submit(work, is_cancelled.is_set)
        answer = asyncio.wrap_future(submitted)
        leaving = asyncio.create_task(_wait_until_gone(request))
        either: list[asyncio.Future[Any]] = [answer, leaving]
        try:
            done, _ = await asyncio.wait(either, timeout=WAITING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not done and submitted.cancel():  # which it cannot be once it has begun
                raise HTTPException(
                    503, f"Expected a free worker within {WAITING_SECONDS:.0f} s. Received: none. Ask again.", RETRY
                )
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise HTTPException(
                CLIENT_CLOSED_REQUEST, "Expected the client to wait. Received: a connection that it closed."
            )
        finally:
            is_cancelled.set()
            submitted.cancel()  # unless it has begun
            answer.cancel()  # so that nothing is said of how it ends
            leaving.cancel()


async def _wait_until_gone(request: Request) -> None:
    """Wait for the end of the connection of a request whose body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
