"""What the endpoints answer: the forms of JSON, and how an uploaded file becomes one of them or is refused."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, Field

from data_io.answers import CsvForm, Rows
from data_io.image_formats import find_format
from data_io.images import ANSWERED_FORMATS, FORMATS, FORMATS_SEEN, MAXIMUM_IMAGE_BYTES, Decoded, decode_content, resize
from keras_models.artefacts.contract import Classifier
from keras_models.artefacts.occlusion import occlusion
from reports.heat_maps import overlay
from reports.probabilities import probabilities

START_BYTES = 16  # the longest signature of an image format that is looked for has 12
MAXIMUM_ROWS = 100_000


class Answer(BaseModel):
    """What the model says of one image, or why it was not asked: then `error` is there and `label` is not."""

    image_id: str = Field(description="the file's name as it was sent")
    label: str | None = Field(default=None, description="the likeliest label")
    probabilities: dict[str, float] | None = Field(
        default=None, description="by label, in the model's order; they sum to 1"
    )
    notices: list[str] = Field(default=[], description="what was done to the image before the model saw it")
    error: str | None = Field(default=None, description="why the image has no answer")
    status: int = Field(default=200, description="200, or the HTTP status that fits the error: 413, 415 or 422")


class Answers(BaseModel):
    """One answer per file, in the order of the files."""

    answers: list[Answer]


class Row(BaseModel):
    """One row of a CSV: an answer's id and probabilities, or none for an image without an answer."""

    image_id: str
    probabilities: dict[str, Annotated[float, Field(ge=0, le=1)]] | None = None


class Table(BaseModel):
    """The rows of a CSV in their order."""

    rows: list[Row] = Field(max_length=MAXIMUM_ROWS)


class Refusal(BaseModel):
    """Why a request was refused."""

    error: str


@dataclass(frozen=True)
class Upload:
    """A file that was sent: its name, and its content or None if it has more than MAXIMUM_IMAGE_BYTES."""

    name: str
    content: bytes | None


class RefusedImage(ValueError):
    """An image that cannot be read, with the HTTP status that says so."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"Expected a PNG, JPEG or WebP image. Received: {reason}.")
        self.status = status


def read_upload(upload: Upload) -> Decoded:
    """Decode as `predict` does. Raises RefusedImage: 413 too large, 415 no such image, 422 empty, damaged or a bomb."""
    if upload.content is None:
        raise RefusedImage(413, f"more than {MAXIMUM_IMAGE_BYTES:,} bytes")
    if not upload.content:
        raise RefusedImage(422, "an empty file")
    try:
        find_format(upload.content[:START_BYTES], ANSWERED_FORMATS)
    except ValueError as error:
        raise RefusedImage(415, str(error)) from error
    try:
        return decode_content(upload.content, ANSWERED_FORMATS)
    except ValueError as error:
        raise RefusedImage(422, str(error)) from error


def answer_upload(classifier: Classifier, upload: Upload) -> Answer:
    """Return the answer for one file, alone in its batch, so that it does not depend on what else was sent.

    Raises DivergedError for logits that are not finite.
    """
    try:
        decoded = read_upload(upload)
    except RefusedImage as refusal:
        return Answer(image_id=upload.name, error=str(refusal), status=refusal.status)
    weights = _weigh(classifier, _pixels(classifier, decoded))
    labels = classifier.contract.labels
    notices = list(decoded.notices)
    if decoded.format not in FORMATS:
        notices.append(f"{decoded.format}; {FORMATS_SEEN}")
    if resizing := classifier.contract.describe_resizing(*decoded.image.size):
        notices.append(resizing)
    return Answer(
        image_id=upload.name,
        label=labels[int(weights.argmax())],
        probabilities=dict(zip(labels, weights.tolist(), strict=True)),
        notices=notices,
    )


def draw_heat_map(classifier: Classifier, upload: Upload, label: str | None, is_cancelled: Callable[[], bool]) -> bytes:
    """Return a PNG of the image at the model's size with the heat of `label`, the likeliest if None, laid over it.

    Raises RefusedImage as `read_upload` does, KeyError for a label that the model has not, and CancelledError once
    `is_cancelled`.
    """
    labels = classifier.contract.labels
    if label is not None and label not in labels:
        raise KeyError(label)
    image = _pixels(classifier, read_upload(upload))
    place = int(_weigh(classifier, image).argmax()) if label is None else labels.index(label)
    heat = occlusion(classifier, image[None], np.array([place]), is_cancelled=is_cancelled)[0]
    content = io.BytesIO()
    Image.fromarray(overlay(image, heat)).save(content, "PNG")
    return content.getvalue()


def write_csv(labels: tuple[str, ...], rows: list[Row]) -> str:
    """Return the CSV that `predict` writes of these answers. Raises KeyError for probabilities of other labels."""
    form = CsvForm(labels)
    is_bad = [row.probabilities is None for row in rows]
    none = dict.fromkeys(labels, 0.0)
    weights = [[(none if row.probabilities is None else row.probabilities)[label] for label in labels] for row in rows]
    table = np.array(weights, np.float64).reshape(len(rows), len(labels))
    return form.begin() + form.rows(Rows([row.image_id for row in rows], table, is_bad)) + form.end()


def _pixels(classifier: Classifier, decoded: Decoded) -> NDArray[np.uint8]:
    return resize(decoded.image, classifier.contract.size_pixels)


def _weigh(classifier: Classifier, image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the probabilities (K,) of one image (H, W, 3)."""
    weights: NDArray[np.float64] = probabilities(classifier.logits(image[None]), classifier.contract.temperature)[0]
    return weights
