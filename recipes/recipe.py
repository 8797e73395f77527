"""The shape of a recipe: what one experiment is made of, field by field, with the values each field may take.

A recipe and a seed name one experiment on every backend; the backend is not in it. The values stand in the
TOML files of this folder; `recipes.reading` fills these classes from them.
"""

import re
from dataclasses import dataclass

import errors

FAMILIES = ("cnn", "mlp")
DATA = ("competition", "sample")
SMALLEST_RATE = 1e-30  # float32 has no exact numbers below 1.2e-38, and momenta are divided by the rate
NAME_PATTERN = re.compile(r"\w[\w. -]{0,99}")


@dataclass(frozen=True)
class Image:
    """What the network sees: RGB images resized to a square by Pillow's bilinear filter."""

    size_pixels: int

    def __post_init__(self) -> None:
        _expect(16 <= self.size_pixels <= 1024, "image.size_pixels", "16 to 1024", self.size_pixels)


@dataclass(frozen=True)
class Augmentation:
    """Random changes of training images; validation and test images are never changed."""

    flip_probability: float
    rotation_degrees: float

    def __post_init__(self) -> None:
        _expect(0 <= self.flip_probability <= 1, "augmentation.flip_probability", "0 to 1", self.flip_probability)
        _expect(0 <= self.rotation_degrees <= 180, "augmentation.rotation_degrees", "0 to 180", self.rotation_degrees)


@dataclass(frozen=True)
class Model:
    """Widths of the network: `channels` one per convolution block, `dense_units` one per hidden dense layer."""

    family: str
    classes: int
    dense_units: tuple[int, ...]
    dropout_fraction: float
    channels: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        _expect(self.family in FAMILIES, "model.family", f"one of {', '.join(FAMILIES)}", self.family)
        _expect(self.classes >= 2, "model.classes", "2 or more", self.classes)
        _expect(0 <= self.dropout_fraction < 1, "model.dropout_fraction", "0 up to, not with, 1", self.dropout_fraction)
        _expect(min(self.dense_units, default=0) > 0, "model.dense_units", "positive numbers", self.dense_units)
        if self.family == "cnn":
            _expect(min(self.channels, default=0) > 0, "model.channels", "positive numbers for a cnn", self.channels)
        else:
            _expect(not self.channels, "model.channels", "none, since an mlp has no convolutions", self.channels)


@dataclass(frozen=True)
class Training:
    """Stochastic gradient descent with momentum and a learning rate that drops in steps (PyTorch's StepLR)."""

    epochs: int
    batch_size: int
    learning_rate: float
    momentum: float
    drop_every_epochs: int
    drop_factor: float

    def __post_init__(self) -> None:
        _expect(self.epochs > 0, "training.epochs", "1 or more", self.epochs)
        _expect(self.batch_size > 0, "training.batch_size", "1 or more", self.batch_size)
        _expect(0 < self.learning_rate <= 1e6, "training.learning_rate", "more than 0, at most 1e6", self.learning_rate)
        _expect(0 <= self.momentum < 1, "training.momentum", "0 up to, not with, 1", self.momentum)
        _expect(self.drop_every_epochs > 0, "training.drop_every_epochs", "1 or more", self.drop_every_epochs)
        _expect(0 < self.drop_factor <= 1, "training.drop_factor", "more than 0, at most 1", self.drop_factor)
        last_rate = self.learning_rate * self.drop_factor ** ((self.epochs - 1) // self.drop_every_epochs)
        _expect(last_rate >= SMALLEST_RATE, "the last epoch's learning rate", f"at least {SMALLEST_RATE:g}", last_rate)


@dataclass(frozen=True)
class Expected:
    """The recipe's claim, which `train --check` enforces; the minutes bind on the named hardware only."""

    data: str
    validation_accuracy: float
    tolerance: float
    minutes: float
    hardware: str

    def __post_init__(self) -> None:
        _expect(0 <= self.validation_accuracy <= 1, "expected.validation_accuracy", "0 to 1", self.validation_accuracy)
        _expect(0 <= self.tolerance <= 1, "expected.tolerance", "0 to 1", self.tolerance)
        _expect(self.data in DATA, "expected.data", f"one of {', '.join(DATA)}", self.data)


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
        _expect(NAME_PATTERN.fullmatch(self.name) is not None, "name", "letters, digits, '_', '-', '.', ' '", self.name)
        _expect(0 <= self.seed < 2**32, "seed", "0 to 4294967295", self.seed)
        blocks = len(self.model.channels)
        _expect(
            self.image.size_pixels >> blocks >= 1,
            "image.size_pixels",
            f"at least {2**blocks} for {blocks} entries of model.channels, each of which halves the image",
            self.image.size_pixels,
        )


def _expect(holds: bool, name: str, wanted: str, received: object) -> None:
    if not holds:
        raise errors.UsageError(f"Expected {name} to be {wanted}. Received: {received!r}.")
