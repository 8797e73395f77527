"""The web server around the application: quiet, bounded, and announced when it is ready."""

import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

MAXIMUM_CONNECTIONS = 128  # a browser opens six; more are answered with 503
STOPPING_SECONDS = 5  # for answers that are being computed when a signal comes


class Server(uvicorn.Server):
    """Calls `announce` once it answers and a signal ends it in good order."""

    def __init__(self, app: FastAPI, announce: Callable[[], None]) -> None:
        self._announce = announce
        settings = uvicorn.Config(
            app,
            log_config=None,  # warnings and errors go to stderr as they are
            log_level="warning",
            access_log=False,
            limit_concurrency=MAXIMUM_CONNECTIONS,
            timeout_graceful_shutdown=STOPPING_SECONDS,
            server_header=False,
            ws="none",
            lifespan="off",
        )
        super().__init__(settings)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer on `sockets`."""
        await super().startup(sockets)
        self._announce()
