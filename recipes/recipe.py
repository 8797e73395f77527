"""The shape of a recipe: what one experiment is made of, field by field, with the values each field may take.

A recipe and a seed name one experiment on every backend; the backend is not in it. The values stand in the
TOML files of this folder; `recipes.reading` fills these classes from them.
"""

import dataclasses
import re
from dataclasses import dataclass
from typing import Any

from recipes.augmentation import Augmentation
from recipes.expecting import expect, expecting
from recipes.training import Training

# The values that only one family of networks has, each with what it may be; the first is what it is if nothing is said.
FAMILIES: dict[str, dict[str, tuple[str, ...]]] = {
    "cnn": {"normalization": ("batch", "none")},
    "mlp": {
        "activation": ("leaky_relu", "relu"),
        "normalization": ("none", "batch"),
        "transform": ("none", "statistics"),
    },
    "residual": {"transform": ("none", "statistics")},
}
INPUTS = ("rgb", "grey")
DATA = ("competition", "sample")
MOST_FOLDS = 20
NAME_PATTERN = re.compile(r"\w[\w. -]{0,99}")


@dataclass(frozen=True)
class Data:
    """Which images: those of train and validation as they are, unless it says otherwise.

    With `folds`, both together are dealt into so many: `fold`, from 0, is judged, and the others are trained on.
    Without the class `leave_out` (-1 for none), whose validation images are then an unknown generator's.
    """

    folds: int = 0
    fold: int = 0
    leave_out: int = -1

    def __post_init__(self) -> None:
        is_count = self.folds == 0 or 2 <= self.folds <= MOST_FOLDS
        expect(is_count, "data.folds", f"0, or 2 to {MOST_FOLDS}", self.folds)
        expect(0 <= self.fold < max(self.folds, 1), "data.fold", "0 up to, not with, data.folds", self.fold)
        expect(self.leave_out >= -1, "data.leave_out", "a label, or -1 for none", self.leave_out)
        expect(self.leave_out < 0 or not self.folds, "data.leave_out", "-1 with data.folds", self.leave_out)


@dataclass(frozen=True)
class Image:
    """What the network sees: RGB images resized to a square by Pillow's bilinear filter."""

    size_pixels: int

    def __post_init__(self) -> None:
        expect(16 <= self.size_pixels <= 1024, "image.size_pixels", "16 to 1024", self.size_pixels)


@dataclass(frozen=True)
class Model:
    """Widths of the network: `channels` one per convolution block, `dense_units` one per hidden dense layer.

    Of a residual network the first of `channels` is the stem's, the others its stages', each with so many `blocks`; its
    `dense_units` are of layers beside the convolutions, which see numbers about the image, for `statistics` alone.

    It is given RGB images always; with the `input` `grey` it makes grey ones of them first (ITU-R 601-2, as Pillow and
    torchvision do). `normalization` of a cnn is of its convolutions: `batch`, or `none`; of an mlp, of its hidden
    layers: `none`, or `batch`. `activation` of an mlp is of its hidden layers: `leaky_relu` with a slope of .01, or
    `relu`; with the `transform` `statistics` it sees numbers about the image (keras_models/image_statistics.py), with
    `none` pixels. A family without such a value has an empty one.
    """

    family: str
    classes: int
    dense_units: tuple[int, ...]
    dropout_fraction: float
    channels: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()
    input: str = "rgb"
    normalization: str = ""
    activation: str = ""
    transform: str = ""

    def __post_init__(self) -> None:
        expect(self.family in FAMILIES, "model.family", f"one of {', '.join(FAMILIES)}", self.family)
        with expecting() as check:
            check(self.classes >= 2, "model.classes", "2 or more", self.classes)
            dropout = self.dropout_fraction
            check(0 <= dropout < 1, "model.dropout_fraction", "0 up to, not with, 1", dropout)
            if self.family == "residual":
                has_numbers = self.transform == "statistics"
                wanted = "positive numbers for statistics, else none for a residual network"
                is_fit = min(self.dense_units, default=0) > 0 if has_numbers else not self.dense_units
                check(is_fit, "model.dense_units", wanted, self.dense_units)
                is_fit = len(self.blocks) == len(self.channels) - 1 and min(self.blocks, default=-1) >= 0
                check(is_fit, "model.blocks", "numbers of 0 or more, one less than model.channels has", self.blocks)
            else:
                check(min(self.dense_units, default=0) > 0, "model.dense_units", "positive numbers", self.dense_units)
                check(not self.blocks, "model.blocks", f"none for {self.family}", self.blocks)
            if self.family == "mlp":
                check(not self.channels, "model.channels", "none, since an mlp has no convolutions", self.channels)
            else:
                wanted = f"positive numbers for {self.family}"
                check(min(self.channels, default=0) > 0, "model.channels", wanted, self.channels)
            check(self.input in INPUTS, "model.input", f"one of {', '.join(INPUTS)}", self.input)
            for name in ("normalization", "activation", "transform"):
                known = FAMILIES[self.family].get(name, ("",))
                value = getattr(self, name) or known[0]
                wanted = f"one of {', '.join(known)}" if any(known) else "none"
                check(value in known, f"model.{name}", f"{wanted} for {self.family}", value)
                object.__setattr__(self, name, value)  # so that what a run writes down says it
        is_coloured = self.transform != "statistics" or self.input == "rgb"
        expect(is_coloured, "model.input", "rgb for statistics", self.input)

    @property
    def options(self) -> dict[str, Any]:
        """All values that the family has: what its network is built with."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value not in ("", ())}


@dataclass(frozen=True)
class Expected:
    """The recipe's claim, which `train --check` enforces; the minutes bind on the named hardware only."""

    data: str
    validation_accuracy: float
    tolerance: float
    minutes: float
    hardware: str

    def __post_init__(self) -> None:
        with expecting() as check:
            accuracy = self.validation_accuracy
            check(0 <= accuracy <= 1, "expected.validation_accuracy", "0 to 1", accuracy)
            check(0 <= self.tolerance <= 1, "expected.tolerance", "0 to 1", self.tolerance)
            check(self.data in DATA, "expected.data", f"one of {', '.join(DATA)}", self.data)


@dataclass(frozen=True)
class Recipe:
    """One experiment. `name` is the stem of the file it was read from; without `expected` it claims nothing."""

    name: str
    image: Image
    augmentation: Augmentation
    model: Model
    training: Training
    expected: Expected | None = None
    seed: int = 0
    data: Data = Data()

    @property
    def labels(self) -> tuple[int, ...]:
        """The labels that the network tells apart: the classes of the data but the one that is left out."""
        return tuple(label for label in range(self.model.classes) if label != self.data.leave_out)

    def __post_init__(self) -> None:
        # The name becomes the run folder's: it must not lead out of the parent or hide in it.
        expect(NAME_PATTERN.fullmatch(self.name) is not None, "name", "letters, digits, '_', '-', '.', ' '", self.name)
        expect(0 <= self.seed < 2**32, "seed", "0 to 4294967295", self.seed)
        halvings = len(self.model.channels)
        expect(
            self.image.size_pixels >> halvings >= 1,
            "image.size_pixels",
            f"at least {2**halvings} for {halvings} entries of model.channels, each of which halves the image",
            self.image.size_pixels,
        )
        is_foldable = self.model.family != "residual" or self.image.size_pixels % 2 == 0
        expect(is_foldable, "image.size_pixels", "even for a residual network", self.image.size_pixels)
        classes, left_out = self.model.classes, self.data.leave_out
        expect(left_out < classes, "data.leave_out", f"a label from 0 to {classes - 1}, or -1", left_out)
        expect(len(self.labels) >= 2, "data.leave_out", "-1 for 2 classes", left_out)
