"""Connections that send nothing, or half a request, against the server's own protocol."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from commands.steps.serving import server
from tests.serving import LIMIT_SECONDS

HEAD_SECONDS = 0.3  # more than a busy machine keeps a process waiting
WHOLE = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
Exchange = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def answer_late(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(2 * HEAD_SECONDS)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def connect(exchange: Exchange) -> None:
    """Have `exchange` talk to a server of `answer_late`; it must end before the limit of these tests."""

    async def run() -> None:
        config = uvicorn.Config(answer_late, lifespan="off", timeout_keep_alive=round(2 * LIMIT_SECONDS))
        listening = await asyncio.get_running_loop().create_server(
            lambda: server.Protocol(config, ServerState(), {}), "127.0.0.1", 0
        )
        async with listening, asyncio.timeout(LIMIT_SECONDS / 2):
            reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
            with closing(writer):
                await exchange(reader, writer)
            await writer.wait_closed()

    asyncio.run(run())


@pytest.fixture(autouse=True)
def short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", HEAD_SECONDS)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", WHOLE[:-2]])
def test_a_connection_without_a_whole_head_is_closed(sent: bytes) -> None:
    async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        assert await reader.read() == b""

    connect(exchange)


@pytest.mark.parametrize("sent", [b"", b"GET / HT"])
def test_so_is_one_whose_first_request_was_answered_however_long_that_took(sent: bytes) -> None:
    async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(WHOLE)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204 ")
        writer.write(sent)
        assert await reader.read() == b""

    connect(exchange)


def test_requests_that_are_sent_ahead_are_all_answered() -> None:
    async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(WHOLE * 2)
        assert (await reader.read()).count(b"HTTP/1.1 204 ") == 2

    connect(exchange)
