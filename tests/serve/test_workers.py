"""Who waits for a thread, and what becomes of work that nobody waits for."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from fastapi import HTTPException, Request
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from commands.steps.serving import app, workers
from commands.steps.serving.workers import Workers
from keras_models.artefacts.contract import BLOCK_IMAGES
from tests.data_io.corpus import encode, noise
from tests.onnx_files import tiny_contract
from tests.serve.conftest import BASE_URL
from tests.serving import LIMIT_SECONDS

GONE = {"type": "http.disconnect"}


def request(receive: Callable[[], Awaitable[Any]]) -> Request:
    return Request({"type": "http"}, receive)


async def stay() -> Any:
    """A client that waits for its answer."""
    await asyncio.Event().wait()


async def leave() -> Any:
    """A client that has closed the connection."""
    return GONE


async def ask(pool: Workers, receive: Callable[[], Awaitable[Any]], work: Callable[[Callable[[], bool]], Any]) -> Any:
    """Return the answer, or the status of the refusal."""
    try:
        return await pool.run(request(receive), work)
    except HTTPException as refusal:
        return refusal.status_code


def test_what_has_not_begun_is_dropped_when_its_client_leaves() -> None:
    release, done = threading.Event(), []

    async def run() -> list[Any]:
        pool = Workers(1)
        first = asyncio.create_task(ask(pool, stay, lambda _: release.wait(LIMIT_SECONDS)))
        await asyncio.sleep(0)  # it has the only thread
        second = await ask(pool, leave, lambda _: done.append("second"))
        release.set()
        return [await first, second, await ask(pool, stay, lambda _: done.append("third"))]

    assert asyncio.run(run()) == [True, 499, None]
    assert done == ["third"]


@pytest.mark.parametrize("how", ["the client leaves", "the server stops"])
def test_what_runs_is_told_that_nobody_waits_and_keeps_its_thread_until_then(how: str) -> None:
    begun, told, release = threading.Event(), threading.Event(), threading.Event()

    def work(is_cancelled: Callable[[], bool]) -> None:
        begun.set()
        while not is_cancelled():
            release.wait(0.01)
        told.set()
        release.wait(LIMIT_SECONDS)

    async def run() -> None:
        leaving = asyncio.Event()

        async def receive() -> Any:
            await leaving.wait()
            return GONE

        pool = Workers(1)
        task = asyncio.create_task(ask(pool, receive, work))
        await asyncio.to_thread(begun.wait, LIMIT_SECONDS)
        leaving.set() if how == "the client leaves" else task.cancel()
        await asyncio.wait([task])
        assert await asyncio.to_thread(told.wait, LIMIT_SECONDS)
        next = asyncio.create_task(ask(pool, stay, lambda _: release.is_set()))
        await asyncio.sleep(0)
        release.set()
        assert await next  # it has not begun before

    asyncio.run(run())


def test_who_waits_too_long_for_a_thread_is_refused_and_who_has_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WAITING_SECONDS", 0.05)
    release = threading.Event()

    async def run() -> list[Any]:
        pool = Workers(1)
        first = asyncio.create_task(ask(pool, stay, lambda _: release.wait(LIMIT_SECONDS)))
        await asyncio.sleep(0)
        second = await ask(pool, stay, lambda _: None)
        release.set()
        return [await first, second]

    assert asyncio.run(run()) == [True, 503]


class Slow:
    """A classifier whose heat maps wait for `release`; they ask in blocks, answers one by one."""

    def __init__(self) -> None:
        self.contract = tiny_contract()
        self.begun, self.release = threading.Event(), threading.Event()

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        if len(images) == BLOCK_IMAGES:
            self.begun.set()
            self.release.wait(LIMIT_SECONDS)
        return np.zeros((len(images), 2), np.float32)


def test_answers_do_not_wait_for_heat_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "WORKERS", 1)
    monkeypatch.setattr(workers, "WAITING_SECONDS", 1)  # how long it takes to fail
    content, slow = ("a.png", encode(noise())), Slow()
    with TestClient(app.build_app(slow, {}), base_url=BASE_URL) as client, ThreadPoolExecutor(1) as pool:
        drawn = pool.submit(client.post, "/api/heat-map", files={"image": content})
        try:
            assert slow.begun.wait(LIMIT_SECONDS)
            assert client.post("/api/predict", files={"images": content}).status_code == 200
        finally:
            slow.release.set()
        assert drawn.result().status_code == 200
