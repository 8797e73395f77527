"""A picture for each answered image: the image, its heat map and its probabilities."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from string import ascii_letters, digits

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import errors
from commands.steps.answers.answering import Block
from commands.steps.answers.averaging import as_logits
from data_io.files import write_bytes
from data_io.images import resize
from data_io.run_folder import check_writable
from keras_models.artefacts.contract import Classifier
from keras_models.artefacts.occlusion import occlusion
from reports.figures import encode_png
from reports.heat_maps import draw_explanation, shorten
from reports.probabilities import probabilities

PLAIN_CHARACTERS = frozenset(ascii_letters + digits + "-_.")
LONGEST_NAME = 200  # file systems take 255 bytes; `replacing` needs some for its temporary name
TITLE_LETTERS = 80
GRAD_CAM = "Bright: where the network's last convolution found what adds to this class (HiResCAM)."
OCCLUSION = "Bright: where covering the image with its mean colour lowers this class's probability (occlusion)."
Explain = Callable[[NDArray[np.uint8], NDArray[np.int64]], NDArray[np.float32]]


def check_folder(folder: Path) -> None:
    """Make the folder for pictures. Raises UsageError for one that holds anything, EnvironmentFault if it cannot be."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise errors.UsageError(f"Expected --explain to name a new or an empty folder. Received: {folder}, with files.")
    check_writable(folder)


class Explanations:
    """Writes the pictures of answered blocks into a folder that `check_folder` has seen."""

    def __init__(self, folder: Path, models: Sequence[Classifier], advance: Callable[[int], None]) -> None:
        self.folder = folder
        self.labels = models[0].contract.labels
        self.advance = advance
        self.size_pixels = max(model.contract.size_pixels for model in models)
        self._explain, self.caption = _choose(models)
        self.written = 0
        self._names = PictureNames()

    def add(self, block: Block) -> None:
        """Write a picture for each image of an answered block that could be read. Raises EnvironmentFault."""
        assert block.probabilities is not None
        places = [place for place, mistake in enumerate(block.mistakes) if mistake is None]
        for place in places:  # one by one, so that progress shows: occlusion asks some 200 times an image
            weights = block.probabilities[place]
            image = block.images[self.size_pixels][place]
            (heat,) = self._explain(image[None], np.array([weights.argmax()]))
            image_id = block.inputs[place].image_id
            title = shorten(errors.one_line(image_id), TITLE_LETTERS)
            figure = draw_explanation(image, heat, weights, self.labels, title, self.caption)
            write_bytes(self.folder / self._names.name(image_id), encode_png(figure))
            self.written += 1
            self.advance(1)
        if bad := len(block.inputs) - len(places):
            self.advance(bad)


class PictureNames:
    """Gives each image a file name of its own: the id, what is not a letter, digit, - _ or . as %XX, then .png.

    An id with .png at its end gets no second one. A long id is cut and ends with a part of its SHA-256. A name that was
    given before, also in other capitals, since some file systems do not tell them apart, gets ~2, ~3, ….
    """

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def name(self, image_id: str) -> str:
        """Return the next name for an id: the same ids in the same order give the same names."""
        content = image_id.encode("utf-8", "surrogateescape")
        text = "".join(chr(byte) if chr(byte) in PLAIN_CHARACTERS else f"%{byte:02X}" for byte in content)
        stem = text[:-4] if text.lower().endswith(".png") else text
        if not stem.strip("."):  # no name, or one of dots alone
            stem = "%2E" * len(stem) or "%"
        elif stem.startswith("."):  # it would be hidden
            stem = "%2E" + stem[1:]
        if len(stem) > LONGEST_NAME:
            stem = f"{stem[:LONGEST_NAME]}~{hashlib.sha256(content).hexdigest()[:16]}"
        key = stem.lower()
        self._given[key] += 1
        number = self._given[key]
        return f"{stem}.png" if number == 1 else f"{stem}~{number}.png"


def _choose(models: Sequence[Classifier]) -> tuple[Explain, str]:
    network = getattr(models[0], "network", None)
    if len(models) == 1 and network is not None and models[0].contract.family == "cnn":
        from keras_models.explaining import GradCam  # Keras, which this network has imported

        return GradCam(network), GRAD_CAM
    return partial(occlusion, models[0] if len(models) == 1 else Mean(models)), OCCLUSION


class Mean:
    """Several models as one, whose probabilities are the mean of theirs; at the size of the largest."""

    def __init__(self, models: Sequence[Classifier]) -> None:
        self.models = models
        largest = max(models, key=lambda model: model.contract.size_pixels)
        self.contract = replace(largest.contract, temperature=1.0)

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (N, K) whose softmax is the mean; models of a smaller size see the images resized."""
        parts = []
        for model in self.models:
            size = model.contract.size_pixels
            is_own = size == images.shape[1]
            seen = images if is_own else np.stack([resize(Image.fromarray(image), size) for image in images])
            parts.append(probabilities(model.logits(seen), model.contract.temperature))
        return as_logits(np.mean(parts, axis=0))
