"""What is said to requests that cannot be answered, and what /openapi.json says of it."""

from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from commands.steps.serving.answers import Answers, Refusal

Responses = dict[int | str, dict[str, Any]]

NO_REQUEST: Responses = {400: {"model": Refusal, "description": "for another host, or a form that cannot be read"}}
BUSY: Responses = {503: {"model": Refusal, "description": "too busy, or being stopped"}}
REFUSALS: Responses = {
    403: {"model": Refusal, "description": "sent by a page of another origin"},
    408: {"model": Refusal, "description": "sent too slowly"},
    413: {"model": Refusal, "description": "too many bytes"},
    422: {"model": Refusal, "description": "not what is described here"},
    **BUSY,
}
IMAGE_REFUSALS: Responses = {
    **REFUSALS,
    415: {"model": Refusal, "description": "no PNG, JPEG or WebP"},
    422: {"model": Refusal, "description": "no image, or one that is damaged, too small, or has too many pixels"},
}
# Answers if there are files and all are refused; then the status is that of the first.
IMAGES_REFUSALS: Responses = {
    **IMAGE_REFUSALS,
    413: {**IMAGE_REFUSALS[413], "model": Answers | Refusal},
    415: {**IMAGE_REFUSALS[415], "model": Answers},
    422: {**IMAGE_REFUSALS[422], "model": Answers | Refusal},
}
BODIES = {  # and a command that sends one
    "/api/predict": "multipart/form-data (curl -F images=@FILE)",
    "/api/heat-map": "multipart/form-data (curl -F image=@FILE)",
    "/api/csv": "application/json (curl --json @FILE)",
}
SHOWN_CHARACTERS = 100  # of what a client chose


async def say_refusal(request: Request, error: Exception) -> Response:
    """Give every refusal the form of `Refusal`, those of the framework too."""
    path = request.url.path[:SHOWN_CHARACTERS]
    if isinstance(error, HTTPException):
        status, said, headers = error.status_code, error.detail, error.headers
        if status == 404:
            said = f"Expected / or what /openapi.json describes. Received: {path}."
        elif status == 405:
            allowed = (headers or {}).get("Allow", "another method")
            said = f"Expected {allowed} for {path}. Received: {request.method[:SHOWN_CHARACTERS]}."
        elif not said.startswith("Expected "):  # 400, of a form
            said = _expect(path, said.rstrip("."))
        return JSONResponse({"error": said}, status, headers)
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    kind = request.headers.get("content-type", "no content-type").partition(";")[0]
    return JSONResponse({"error": _expect(path, f"{kind[:SHOWN_CHARACTERS]}; {where}: {first['msg']}")}, 422)


def _expect(path: str, received: str) -> str:
    return f"Expected what /openapi.json describes as {BODIES[path]}. Received: {received}."
