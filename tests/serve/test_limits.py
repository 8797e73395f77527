"""What a request may be: from here, not too long, not too slow; and what is said to it goes to no other page."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient

from commands.steps.serving import limits
from commands.steps.serving.limits import RequestLimits
from tests.data_io.corpus import encode, noise
from tests.serve.conftest import BASE_URL

FORM = {"images": ("a.png", encode(noise()))}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "192.168.0.1", ""])
def test_another_name_for_this_computer_is_refused(host: str, client: TestClient) -> None:
    response = client.get("/", headers={"Host": host})
    assert response.status_code == 400
    assert response.json()["error"] == (
        f"Expected the host 127.0.0.1 or localhost. Received: {host or 'none'}. Ask by the address that serve printed."
    )


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "localhost", "LOCALHOST:1"])
def test_this_computers_own_names_are_served(host: str, client: TestClient) -> None:
    response = client.post("/api/predict", files=FORM, headers={"Host": host, "Origin": f"http://{host}"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "https://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/api/predict", "/api/heat-map", "/api/csv"])
def test_what_another_page_sends_is_refused(path: str, headers: dict[str, str], client: TestClient) -> None:
    response = client.post(path, files=FORM, headers=headers)
    assert (response.status_code, list(response.json())) == (403, ["error"])


def test_a_link_to_the_page_may_be_followed(client: TestClient) -> None:
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/page.css", "/page.js", "/api/model", "/absent"])
def test_every_answer_forbids_what_the_page_does_not_need(path: str, client: TestClient) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';") and "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_a_refusal_has_the_headers_too(client: TestClient) -> None:
    for headers in ({"Origin": "null"}, {"Host": "evil.example"}):
        assert "content-security-policy" in client.post("/api/predict", files=FORM, headers=headers).headers


def test_a_body_that_says_it_is_too_long_is_413(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAXIMUM_BODY_BYTES", 1000)
    response = client.post("/api/predict", files=FORM)
    assert response.status_code == 413 and "1,000" in response.json()["error"]


def test_a_body_that_turns_out_too_long_is_413(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAXIMUM_BODY_BYTES", 1000)

    def chunks() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="images"; filename="a.png"\r\n\r\n'
        for _ in range(20):
            yield bytes(100)
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    response = client.post("/api/predict", content=chunks(), headers=headers)
    assert response.status_code == 413 and "a longer one" in response.json()["error"]


def exchange(headers: list[tuple[bytes, bytes]], messages: list[dict[str, Any]]) -> tuple[int, int]:
    """Send a body that stops after `messages` and never ends; return the status and how many were taken."""

    async def read_all(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass

    async def run() -> tuple[int, int]:
        taken, statuses = 0, []

        async def receive() -> dict[str, Any]:
            nonlocal taken
            if taken == len(messages):
                await asyncio.Event().wait()
            taken += 1
            return messages[taken - 1]

        async def send(message: Any) -> None:
            statuses.append(message.get("status"))

        scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", BASE_URL[7:].encode()), *headers]}
        try:
            await RequestLimits(read_all)(scope, receive, send)
        except HTTPException as refusal:  # FastAPI turns it into an answer
            statuses.append(refusal.status_code)
        return statuses[0], taken

    return asyncio.run(run())


def test_a_body_that_does_not_come_is_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.05)
    part = {"type": "http.request", "body": b"x", "more_body": True}
    assert exchange([], [part, part]) == (408, 2)


def test_a_body_that_never_ends_is_dropped_up_to_a_limit_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAXIMUM_BODY_BYTES", 10)
    monkeypatch.setattr(limits, "DROPPED_BYTES", 50)
    part = {"type": "http.request", "body": b"x" * 10, "more_body": True}
    assert exchange([], [part] * 100) == (413, 5)
    assert exchange([(b"content-length", b"1000")], [part] * 100) == (413, 5)


def test_a_client_that_asks_before_it_sends_is_told_at_once() -> None:
    announced = [(b"content-length", b"99999999"), (b"expect", b"100-continue")]
    assert exchange(announced, []) == (413, 0)


class Requests:
    """Requests to RequestLimits around an application that answers when `release` is set."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.limits = RequestLimits(self.answer)

    async def answer(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/begun":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.release.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    def ask(self, path: str) -> asyncio.Task[None]:
        sent = self.answers.setdefault(path, [])

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request"}

        scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"host", b"localhost")]}
        return asyncio.create_task(self.limits(scope, receive, send))

    def status(self, path: str) -> int:
        return int(self.answers[path][0]["status"])


def test_more_requests_than_a_limit_are_503_in_json_and_the_check_of_health_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAXIMUM_REQUESTS", 2)

    async def run() -> Requests:
        requests = Requests()
        held = [requests.ask(path) for path in ("/1", "/2", "/health")]
        await requests.ask("/refused")
        requests.release.set()
        await asyncio.wait(held)
        await requests.ask("/3")
        return requests

    requests = asyncio.run(run())
    statuses = {path: requests.status(path) for path in requests.answers}
    assert statuses == {"/1": 200, "/2": 200, "/health": 200, "/refused": 503, "/3": 200}
    start, body = requests.answers["/refused"]
    assert (b"retry-after", b"5") in start["headers"]
    assert body["body"] == b'{"error":"Expected at most 2 requests at once. Received: one more. Ask again."}'


def test_a_request_that_is_cancelled_is_503_in_json_unless_its_answer_has_begun() -> None:
    async def run() -> Requests:
        requests = Requests()
        tasks = [requests.ask(path) for path in ("/waiting", "/begun")]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)
        return requests

    requests = asyncio.run(run())
    start, body = requests.answers["/waiting"]
    assert start["status"] == 503
    assert body["body"].startswith(b'{"error":"Expected an answer before the server ends. Received: it is being stop')
    assert len(requests.answers["/begun"]) == 1
