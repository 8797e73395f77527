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
    assert client.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "localhost"])
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

        scope = {"type": "http", "method": "POST", "headers": [(b"host", BASE_URL[7:].encode()), *headers]}
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
