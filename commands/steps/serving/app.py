"""The web application: a page for people, JSON endpoints for scripts, and one model behind both."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, File, Form, HTTPException, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from commands.steps.answers.answering import WORKERS
from commands.steps.serving.answers import (
    Answer,
    Answers,
    RefusedImage,
    Table,
    Upload,
    answer_upload,
    draw_heat_map,
    write_csv,
)
from commands.steps.serving.limits import HEALTH, MAXIMUM_BODY_BYTES, MAXIMUM_FILES, READING, RequestLimits
from commands.steps.serving.refusals import BUSY, IMAGE_REFUSALS, IMAGES_REFUSALS, NO_REQUEST, REFUSALS, say_refusal
from commands.steps.serving.workers import IsCancelled, Workers
from data_io.images import MAXIMUM_IMAGE_BYTES, MAXIMUM_PIXELS
from keras_models.artefacts.contract import Classifier
from reports.page_style import STYLE

MAXIMUM_NAME_CHARACTERS = 255  # of a file, on Linux
PAGE = Path(__file__).parent / "page"


def build_app(classifier: Classifier, facts: Mapping[str, Any]) -> FastAPI:
    """Return the application for one model, which may be called from several threads.

    `facts` is what /api/model says beside the contract; what JSON can hold.
    """
    app = FastAPI(
        title="Which generator made this image?",
        description="Send images, get the probability of each generator. Nothing leaves this computer.",
        version="1",
        docs_url=None,  # FastAPI's pages load their scripts from another server
        redoc_url=None,
        responses=NO_REQUEST,
        form_limits={"max_files": MAXIMUM_FILES, "max_fields": 8},
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.add_middleware(RequestLimits)
    app.add_exception_handler(StarletteHTTPException, say_refusal)
    app.add_exception_handler(RequestValidationError, say_refusal)
    _add_page(app)
    _add_endpoints(app, classifier, facts)
    return app


def _add_page(app: FastAPI) -> None:
    contents = {
        "/": ((PAGE / "index.html").read_text(encoding="utf-8"), "text/html"),
        "/page.css": (STYLE + (PAGE / "page.css").read_text(encoding="utf-8"), "text/css"),
        "/page.js": ((PAGE / "page.js").read_text(encoding="utf-8"), "text/javascript"),
    }
    for path, (text, media_type) in contents.items():
        app.add_api_route(path, _answering(text, media_type), methods=[*READING], include_in_schema=False)


def _answering(text: str, media_type: str) -> Callable[[], Awaitable[Response]]:
    async def answer() -> Response:
        return Response(text, media_type=media_type)

    return answer


def _add_endpoints(app: FastAPI, classifier: Classifier, facts: Mapping[str, Any]) -> None:
    contract = classifier.contract
    # Threads of their own for each, so that an answer of milliseconds never waits for heat maps of seconds, which leave
    # it a core.
    predicting, drawing = Workers(WORKERS), Workers(max(1, WORKERS - 1))

    @app.head(HEALTH, include_in_schema=False)  # as many checks of health ask
    @app.get(HEALTH)
    async def health() -> dict[str, str]:
        """Say that the server lives."""
        return {"status": "ok"}

    @app.get("/api/model", responses=BUSY)
    async def model() -> dict[str, Any]:
        """Say what the model takes, what it answers, and what made it."""
        limits = {"files": MAXIMUM_FILES, "body_bytes": MAXIMUM_BODY_BYTES}
        limits |= {"image_bytes": MAXIMUM_IMAGE_BYTES, "image_pixels": MAXIMUM_PIXELS}
        return {**contract.to_values(), **facts, "limits": limits}

    @app.post("/api/predict", response_model=Answers, responses=IMAGES_REFUSALS)
    async def predict(
        request: Request, images: Annotated[list[UploadFile], File(description="one or more images")]
    ) -> Response:
        """Answer one or more images; those that cannot be read have an error each.

        The status is 200 if any image has an answer, else that of the first refused image.
        """
        answers: list[Answer] = []
        for image in images:
            answers.append(await predicting.run(request, partial(_answer, classifier, image)))
        refused = all(answer.error for answer in answers)
        return JSONResponse(Answers(answers=answers).model_dump(), answers[0].status if refused else 200)

    @app.post("/api/heat-map", response_class=Response, responses={**IMAGE_REFUSALS, 200: _PNG})
    async def heat_map(
        request: Request,
        image: Annotated[UploadFile, File(description="one image")],
        label: Annotated[str | None, Form(description="the label to explain; the likeliest, if left out")] = None,
    ) -> Response:
        """Draw where the image speaks for a label: covering what is bright lowers the label's probability."""
        try:
            content = await drawing.run(
                request, lambda is_cancelled: draw_heat_map(classifier, _read(image), label, is_cancelled)
            )
        except RefusedImage as refusal:
            raise HTTPException(refusal.status, str(refusal)) from refusal
        except KeyError as error:
            labels = ", ".join(contract.labels)
            raise HTTPException(422, f"Expected a label from {labels}. Received: {str(label)[:100]!r}.") from error
        return Response(content, media_type="image/png")

    @app.post("/api/csv", response_class=Response, responses={**REFUSALS, 200: _CSV})
    async def csv(table: Table) -> Response:
        """Write answers as the CSV that the command `predict` writes."""
        try:
            text = write_csv(contract.labels, table.rows)
        except KeyError as error:
            raise HTTPException(422, f"Expected a probability for each label. Received: none for {error}.") from error
        return Response(text, media_type="text/csv")


_PNG: dict[str, Any] = {"description": "the picture", "content": {"image/png": {}}}
_CSV: dict[str, Any] = {"description": "the table", "content": {"text/csv": {}}}


def _answer(classifier: Classifier, image: UploadFile, _: IsCancelled) -> Answer:
    return answer_upload(classifier, _read(image))


def _read(image: UploadFile) -> Upload:
    """Read one file, and of one that is too large no more than it takes to know."""
    name = (image.filename or "")[:MAXIMUM_NAME_CHARACTERS]
    content = image.file.read(MAXIMUM_IMAGE_BYTES + 1)
    return Upload(name, content if len(content) <= MAXIMUM_IMAGE_BYTES else None)
