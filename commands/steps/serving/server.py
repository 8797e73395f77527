"""The web server around the application: quiet, bounded, and announced when it is ready."""

import asyncio
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0  # for a request's head; RequestLimits counts requests from then on
STOPPING_SECONDS = 5.0  # for answers that are being computed when a signal comes


class Server(uvicorn.Server):
    """Calls `announce` once it answers and a signal ends it in good order."""

    def __init__(self, app: FastAPI, announce: Callable[[], None]) -> None:
        self._announce = announce
        settings = uvicorn.Config(
            app,
            http=Protocol,
            log_config=None,  # warnings and errors go to stderr as they are
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=round(2 * STOPPING_SECONDS),  # if a client does not even read that it is refused
            server_header=False,
            ws="none",
            lifespan="off",
        )
        super().__init__(settings)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer on `sockets`."""
        await super().startup(sockets)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests, and cancel those that take longer than STOPPING_SECONDS.

        Their threads end with the block of answers that runs: Python cannot end while one is in ONNX Runtime.
        """
        asyncio.get_running_loop().call_later(STOPPING_SECONDS, self._cancel)
        await super().shutdown(sockets)

    def _cancel(self) -> None:
        for task in self.server_state.tasks:
            task.cancel()


class Protocol(H11Protocol):
    """Closes a connection on which the next request's head is not there after HEAD_SECONDS.

    uvicorn closes idle ones only after an answer, and only until the first byte of the next request.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin with a new connection."""
        super().connection_made(transport)
        self._limit_head()

    def on_response_complete(self) -> None:
        """Go on with the next request."""
        self._limit_head()
        super().on_response_complete()

    def _limit_head(self) -> None:
        answered = self.cycle  # each head that is read begins another

        def close() -> None:
            if self.cycle is answered:
                self.timeout_keep_alive_handler()

        self.loop.call_later(HEAD_SECONDS, close)
