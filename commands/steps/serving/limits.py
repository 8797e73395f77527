"""What a request may be: from this computer, from our own page or a script, and small, however it is sent."""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import HTTPException
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders

from data_io.images import MAXIMUM_IMAGE_BYTES

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

MAXIMUM_FILES = 64
MAXIMUM_BODY_BYTES = MAXIMUM_IMAGE_BYTES + (1 << 20)  # one image of the largest size, and what the form adds to it
# A client that is still sending when the connection is closed never sees why: so this much more is read, and dropped.
DROPPED_BYTES = 8 * MAXIMUM_BODY_BYTES
MAXIMUM_REQUESTS = 128  # a browser sends six
HEALTH = "/health"
BODY_SECONDS = 60.0  # from this computer, 33 MiB take less than one
# Other names for this computer could be given to it by a page's own DNS (DNS rebinding).
HOSTS = ["127.0.0.1", "localhost"]
READING = ("GET", "HEAD")  # may be a link that was followed; what they answer, no other page can read
# Nothing from anywhere else, and nothing within the page but its two files (W3C, Content Security Policy 3).
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
RETRY = {"Retry-After": "5"}
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class RequestLimits:
    """Middleware: what is not for us is 400 or 403, what is too long 413, too slow 408, too much at once 503.

    It adds HEADERS to all answers, and answers 503 to a request that is cancelled.
    """

    def __init__(self, app: Application) -> None:
        self.app = app
        self._requests = 0  # that are being answered

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        headers = Headers(scope=scope)
        body = _Body(receive)
        is_counted = scope["path"] != HEALTH  # a server that is busy lives
        refusal = _find_refusal(scope["method"], headers)
        if refusal is None and is_counted and self._requests >= MAXIMUM_REQUESTS:
            refusal = HTTPException(
                503, f"Expected at most {MAXIMUM_REQUESTS} requests at once. Received: one more. Ask again.", RETRY
            )
        is_counted &= refusal is None
        self._requests += is_counted
        try:
            if refusal is None:
                await self.app(scope, body.receive, send_with_headers)
            elif "expect" not in headers:  # such a client waits for a word before it sends the body
                await body.drop()
        except asyncio.CancelledError:  # as Server.shutdown does; nothing else is done in this task after the answer
            refusal = HTTPException(
                503, "Expected an answer before the server ends. Received: it is being stopped. Start it and ask again."
            )
        finally:
            self._requests -= is_counted
        if refusal is not None and not has_begun:
            answer = JSONResponse({"error": refusal.detail}, refusal.status_code, refusal.headers)
            await answer(scope, receive, send_with_headers)


class _Body:
    """A request's body as it comes: counted, and against the clock."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0
        self._end_seconds = time.monotonic() + BODY_SECONDS
        self._is_whole = False

    async def receive(self) -> Message:
        """Return the next message. Raises HTTPException 413 or 408, when what came with it has been dropped."""
        if self._is_whole:  # all that can come is that the client goes away, which is no matter of time
            return await self._receive()
        message = await self._next()
        if self._bytes > MAXIMUM_BODY_BYTES:
            await self.drop()
            raise _too_long("a longer one")
        return message

    async def drop(self) -> None:
        """Read what is still to come and forget it, up to DROPPED_BYTES."""
        try:
            while not self._is_whole and self._bytes < DROPPED_BYTES:
                await self._next()
        except HTTPException:
            return  # too slow: the answer goes out now

    async def _next(self) -> Message:
        try:
            message = await asyncio.wait_for(self._receive(), max(self._end_seconds - time.monotonic(), 0))
        except TimeoutError:
            self._is_whole = True
            raise HTTPException(
                408, f"Expected the whole request within {BODY_SECONDS:.0f} s. Received: {self._bytes:,} bytes."
            ) from None
        self._bytes += len(message.get("body", b""))
        self._is_whole = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message


def _find_refusal(method: str, headers: Headers) -> HTTPException | None:
    """Return what forbids a request with these headers: the wrong host, another page's, or too many bytes announced."""
    host = headers.get("host", "")
    if host.lower().partition(":")[0] not in HOSTS:
        return HTTPException(
            400,
            f"Expected the host {' or '.join(HOSTS)}. Received: {host[:100] or 'none'}. "
            "Ask by the address that serve printed.",
        )
    if method not in READING and _is_foreign(headers):
        return HTTPException(403, "Expected a request of this page or of a script. Received: one of another page.")
    if (length := headers.get("content-length", "0")).isdecimal() and int(length) > MAXIMUM_BODY_BYTES:
        return _too_long(f"{int(length):,} bytes")
    return None


def _is_foreign(headers: Headers) -> bool:
    """Say whether a browser sends this for a page that is not ours; scripts send neither header."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    return site == "cross-site" or origin not in (None, f"http://{headers.get('host', '')}")


def _too_long(received: str) -> HTTPException:
    return HTTPException(
        413,
        f"Expected a request of at most {MAXIMUM_BODY_BYTES:,} bytes, with images of at most {MAXIMUM_IMAGE_BYTES:,}. "
        f"Received: {received}. Send fewer or smaller images at once.",
    )
