"""The shape of a recipe: what one experiment is made of, field by field, with the values each field may take.

A recipe and a seed name one experiment on every backend; the backend is not in it. The values stand in the
TOML files of this folder; `recipes.reading` fills these classes from them.
"""

import re
from dataclasses import dataclass

from recipes.expecting import expect
from recipes.training import Training

FAMILIES = ("cnn", "mlp")
DATA = ("competition", "sample")
NAME_PATTERN = re.compile(r"\w[\w. -]{0,99}")


@dataclass(frozen=True)
class Image:
    """What the network sees: RGB images resized to a square by Pillow's bilinear filter."""

    size_pixels: int

    def __post_init__(self) -> None:
        expect(16 <= self.size_pixels <= 1024, "image.size_pixels", "16 to 1024", self.size_pixels)


@dataclass(frozen=True)
class Augmentation:
    """Random changes of training images; validation and test images are never changed."""

    flip_probability: float
    rotation_degrees: float

    def __post_init__(self) -> None:
        expect(0 <= self.flip_probability <= 1, "augmentation.flip_probability", "0 to 1", self.flip_probability)
        expect(0 <= self.rotation_degrees <= 180, "augmentation.rotation_degrees", "0 to 180", self.rotation_degrees)


@dataclass(frozen=True)
class Model:
    """Widths of the network: `channels` one per convolution block, `dense_units` one per hidden dense layer."""

    family: str
    classes: int
    dense_units: tuple[int, ...]
    dropout_fraction: float
    channels: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        expect(self.family in FAMILIES, "model.family", f"one of {', '.join(FAMILIES)}", self.family)
        expect(self.classes >= 2, "model.classes", "2 or more", self.classes)
        expect(0 <= self.dropout_fraction < 1, "model.dropout_fraction", "0 up to, not with, 1", self.dropout_fraction)
        expect(min(self.dense_units, default=0) > 0, "model.dense_units", "positive numbers", self.dense_units)
        if self.family == "cnn":
            expect(min(self.channels, default=0) > 0, "model.channels", "positive numbers for a cnn", self.channels)
        else:
            expect(not self.channels, "model.channels", "none, since an mlp has no convolutions", self.channels)


@dataclass(frozen=True)
class Expected:
    """The recipe's claim, which `train --check` enforces; the minutes bind on the named hardware only."""

    data: str
    validation_accuracy: float
    tolerance: float
    minutes: float
    hardware: str

    def __post_init__(self) -> None:
        expect(0 <= self.validation_accuracy <= 1, "expected.validation_accuracy", "0 to 1", self.validation_accuracy)
        expect(0 <= self.tolerance <= 1, "expected.tolerance", "0 to 1", self.tolerance)
        expect(self.data in DATA, "expected.data", f"one of {', '.join(DATA)}", self.data)


@dataclass(frozen=True)
class Recipe:
    """One experiment. `name` is the stem of the file it was read from."""

    name: str
    image: Image
    augmentation: Augmentation
    model: Model
    training: Training
    expected: Expected
    seed: int = 0

    def __post_init__(self) -> None:
        # The name becomes the run folder's: it must not lead out of the parent or hide in it.
        expect(NAME_PATTERN.fullmatch(self.name) is not None, "name", "letters, digits, '_', '-', '.', ' '", self.name)
        expect(0 <= self.seed < 2**32, "seed", "0 to 4294967295", self.seed)
        blocks = len(self.model.channels)
        expect(
            self.image.size_pixels >> blocks >= 1,
            "image.size_pixels",
            f"at least {2**blocks} for {blocks} entries of model.channels, each of which halves the image",
            self.image.size_pixels,
        )
