"""What is said to requests that cannot be answered: one form, words that fit the endpoint, and as it is described."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

IMAGE = ("a.png", b"hello")
FORM = "multipart/form-data"
CASES: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/absent", {}, 404, "Expected / or what /openapi.json describes. Received: /absent."),
    ("DELETE", "/api/csv", {}, 405, "Expected POST for /api/csv. Received: DELETE."),
    (
        *("POST", "/api/predict", {"content": "x", "headers": {"Content-Type": FORM}}, 400),
        f"Expected what /openapi.json describes as {FORM} (curl -F images=@FILE). "
        "Received: Missing boundary in multipart.",
    ),
    (
        *("POST", "/api/predict", {"files": [("images", IMAGE)] * 65}, 400),
        f"Expected what /openapi.json describes as {FORM} (curl -F images=@FILE). "
        "Received: Too many files. Maximum number of files is 64.",
    ),
    (
        *("POST", "/api/predict", {"files": {"image": IMAGE}}, 422),
        f"Expected what /openapi.json describes as {FORM} (curl -F images=@FILE). "
        f"Received: {FORM}; body.images: Field required.",
    ),
    (
        *("POST", "/api/heat-map", {"content": "{}"}, 422),
        f"Expected what /openapi.json describes as {FORM} (curl -F image=@FILE). "
        "Received: no content-type; body.image: Field required.",
    ),
    (
        *("POST", "/api/csv", {"content": "{", "headers": {"Content-Type": "application/json"}}, 422),
        "Expected what /openapi.json describes as application/json (curl --json @FILE). "
        "Received: application/json; body.1: JSON decode error.",
    ),
]


@pytest.mark.parametrize(("method", "path", "request_", "status", "said"), CASES)
def test_a_refusal_says_what_the_endpoint_expects(
    method: str, path: str, request_: dict[str, Any], status: int, said: str, client: TestClient
) -> None:
    response = client.request(method, path, **request_)
    assert (response.status_code, response.json()) == (status, {"error": said})


def test_another_method_is_refused_with_those_that_there_are(client: TestClient) -> None:
    assert client.delete("/api/csv").headers["allow"] == "POST"


def forms(client: TestClient, path: str, status: int) -> list[set[str]]:
    """Return the fields of each form that /openapi.json describes for a status of POST `path`."""
    described = client.get("/openapi.json").json()
    schema = described["paths"][path]["post"]["responses"][str(status)]["content"]["application/json"]["schema"]
    names = [one["$ref"].rpartition("/")[2] for one in schema.get("anyOf", [schema])]
    return [set(described["components"]["schemas"][name]["properties"]) for name in names]


@pytest.mark.parametrize(
    ("path", "request_", "status"),
    [
        *((path, {"headers": {"Host": "a.lan"}}, 400) for path in ("/api/predict", "/api/heat-map", "/api/csv")),
        *((path, {"headers": {"Origin": "null"}}, 403) for path in ("/api/predict", "/api/heat-map", "/api/csv")),
        *(
            (path, {"headers": {"Content-Length": "99999999", "Expect": "100-continue"}}, 413)
            for path in ("/api/predict", "/api/heat-map", "/api/csv")
        ),
        *((path, {}, 422) for path in ("/api/predict", "/api/heat-map", "/api/csv")),
        ("/api/predict", {"files": {"images": IMAGE}}, 415),
        ("/api/predict", {"files": {"images": ("a.png", b"")}}, 422),
        ("/api/heat-map", {"files": {"image": IMAGE}}, 415),
        ("/api/heat-map", {"files": {"image": ("a.png", b"")}}, 422),
    ],
)
def test_a_refusal_has_a_form_that_is_described(
    path: str, request_: dict[str, Any], status: int, client: TestClient
) -> None:
    response = client.post(path, **request_)
    assert response.status_code == status
    assert set(response.json()) in forms(client, path, status)


def test_nothing_is_described_that_is_never_sent(client: TestClient) -> None:
    described = client.get("/openapi.json")
    assert "HTTPValidationError" not in described.text
    for operations in described.json()["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                assert status == "200" or response["content"]["application/json"]["schema"]
