"""What every exported file promises and carries with it. No Keras and no framework here."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

import errors

# The names of the graph's ends, the same from every route and of every backend.
IMAGE = "image"
LOGITS = "logits"
PROBABILITIES = "probabilities"
SCALING = "uint8 0..255 to float32 -1..1, in the graph"
# Input is cut at multiples of this many images and the last block is filled up, so that a runtime always sees the
# same batches and its figures repeat to the byte, whatever else is asked in the same call.
BLOCK_IMAGES = 64
ONNX_OPSET = 18  # the newest that tf2onnx 1.17 writes; ONNX Runtime 1.32 reads later ones too
OPTIONAL = ("energy_quantiles", "source_pixels")  # what files do not have that were exported before there were any
MAXIMUM_QUANTILES = 1001
LARGEST = 1e300  # whole numbers of JSON may be larger than any float
_TEXTS = ("name", "family", "backend", "resize_rule", "scaling", "recipe_digest", "weights_digest")
_MAPS = ("data_digests", "versions")


@dataclass(frozen=True)
class Contract:
    """Input `image`, uint8 (N, size_pixels, size_pixels, 3); outputs `logits` and `probabilities`, float32 (N, K).

    `labels` are the K class names in the order of the columns; probabilities are softmax(logits / temperature).
    `resize_rule` is how an image of another size becomes one of `size_pixels`, outside the graph. Digests are SHA-256.
    `energy_quantiles` are evenly spaced ones of the energies -logsumexp(logits) of the validation images, the least
    first; () if they are not known. `source_pixels` are the width and height that the training images had before they
    were resized; () if they had several, or if it is not known.
    """

    name: str
    family: str
    backend: str
    labels: tuple[str, ...]
    size_pixels: int
    resize_rule: str
    scaling: str
    temperature: float
    recipe_digest: str
    weights_digest: str
    data_digests: Mapping[str, str]
    versions: Mapping[str, str]
    energy_quantiles: tuple[float, ...] = ()
    source_pixels: tuple[int, ...] = ()

    def to_values(self) -> dict[str, Any]:
        """Return what JSON can hold and `from_values` reads."""
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {name: value for name, value in values.items() if value or name not in OPTIONAL}

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "Contract":
        """Read what `to_values` gives. Raises ValueError, in words, for anything else."""
        names = {field.name for field in fields(cls)}
        if not isinstance(values, Mapping) or {*values, *OPTIONAL} != names:
            raise ValueError(f"a contract with other fields than {', '.join(sorted(names))}")
        labels = values["labels"]
        texts = [values[name] for name in _TEXTS] + (list(labels) if isinstance(labels, list | tuple) else [None])
        for name in _MAPS:
            texts += [*values[name], *values[name].values()] if isinstance(values[name], Mapping) else [None]
        size_pixels, temperature = values["size_pixels"], values["temperature"]
        quantiles, source_pixels = (values.get(name, []) for name in OPTIONAL)
        if not (
            all(isinstance(text, str) for text in texts)
            and len(set(labels)) == len(labels) >= 2
            and type(size_pixels) is int
            and 16 <= size_pixels <= 1024
            and type(temperature) in (int, float)
            and 0 < temperature < LARGEST
            and _are_quantiles(quantiles)
            and _is_size(source_pixels)
        ):
            raise ValueError("a contract with labels, a temperature, sizes, energies or texts that cannot be")
        optional = dict(zip(OPTIONAL, (tuple(map(float, quantiles)), tuple(source_pixels)), strict=True))
        return cls(**{**values, "labels": tuple(labels), "temperature": float(temperature), **optional})

    def describe_resizing(self, width: int, height: int) -> str | None:
        """Return what to say of an image of another size than the training images had, None if there is nothing.

        Resizing takes from an image much of what tells its generator, however sure the answer is.
        """
        if self.source_pixels in ((), (width, height)):
            return None
        return "another size than the {} x {} pixels of the training images".format(*self.source_pixels)


def _are_quantiles(values: object) -> bool:
    """Whether these are none, or finite numbers that do not fall."""
    if not isinstance(values, list | tuple) or len(values) == 1 or len(values) > MAXIMUM_QUANTILES:
        return False
    is_finite = all(type(value) in (int, float) and -LARGEST < value < LARGEST for value in values)
    return is_finite and all(one <= next for one, next in pairwise(values))


def _is_size(values: object) -> bool:
    """Whether these are no numbers, or a width and a height in pixels."""
    if not isinstance(values, list | tuple) or len(values) not in (0, 2):
        return False
    return all(type(value) is int and value > 0 for value in values)


def metadata(contract: Contract) -> dict[str, str]:
    """Return what an ONNX file carries in `metadata_props`: one entry per field, text as it is, the rest as JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        for name, value in contract.to_values().items()
    }


def check_carried(path: object, contract: Contract, carried: Mapping[str, str]) -> None:
    """Compare what the artefact at `path` carries, as `metadata` has it, with the contract in the file beside it.

    That file alone could be edited, and other labels or another temperature be believed. Raises PromiseError.
    """
    wanted = metadata(contract)
    for field in fields(Contract):
        if carried.get(field.name) != wanted.get(field.name):
            raise errors.PromiseError(
                f"Expected what {path} carries to say what the contract beside it says. "
                f"Received: another {field.name}. Export again."
            )


class Classifier(Protocol):
    """A model that answers, whatever runs it."""

    @property
    def contract(self) -> Contract:
        """What the model promises."""
        ...

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (N, K) for uint8 (N, size_pixels, size_pixels, 3); safe to call from several threads."""
        ...
