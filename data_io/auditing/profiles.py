"""What the files of one class are like, and whether the classes differ in it by more than luck."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2_contingency

from data_io.auditing.inspection import Inspection

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
# Four properties are compared: at this level one data folder in 250 without any difference has a warning.
DIFFERENCE_LEVEL = 0.001


@dataclass(frozen=True)
class Profile:
    """The readable images of a split with one label (None: of the unlabelled test split).

    `modes`, `sizes` (as "100x100", width first), `formats` and `layouts` count images. `file_bytes` are the sizes
    at QUANTILES; `examples` are the files of these sizes. `colour_means` are
    the means of R, G and B over the images' means, 0 to 255.
    """

    split: str
    label: int | None
    images: int
    modes: dict[str, int]
    sizes: dict[str, int]
    formats: dict[str, int]
    layouts: dict[str, int]
    file_bytes: tuple[int, ...]
    examples: tuple[str, ...]
    colour_means: tuple[float, ...]


def describe_images(split: str, label: int | None, images: Mapping[str, Inspection]) -> Profile:
    """Return the profile of at least one image, given by its file. Raises ValueError for none."""
    if not images:
        raise ValueError("Expected at least one image. Received: none.")
    by_size = sorted(images, key=lambda file: (images[file].file_bytes, file))
    examples = tuple(by_size[round(quantile * (len(by_size) - 1))] for quantile in QUANTILES)
    values = list(images.values())
    means = np.mean([image.colour_means for image in values], axis=0)
    return Profile(
        split=split,
        label=label,
        images=len(values),
        modes=_count([image.mode for image in values]),
        sizes=_count([name_size(image) for image in values]),
        formats=_count([image.format for image in values]),
        layouts=_count([image.layout for image in values]),
        file_bytes=tuple(images[file].file_bytes for file in examples),
        examples=examples,
        colour_means=tuple(float(mean) for mean in means),
    )


def name_size(image: Inspection) -> str:
    """Return "width x height" in pixels."""
    return f"{image.width}x{image.height}"


def _count(values: Sequence[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def differs(counts: Sequence[Mapping[str, int]]) -> bool:
    """Whether a property's counts, one mapping per class, differ by more than luck: Pearson's chi-squared test.

    One odd image of thousands is luck, five in one class of five are not (p < DIFFERENCE_LEVEL).
    """
    values = sorted(set().union(*counts))
    table = np.array([[count.get(value, 0) for value in values] for count in counts if sum(count.values())])
    if min(table.shape, default=0) < 2:
        return False
    return bool(chi2_contingency(table, correction=False).pvalue < DIFFERENCE_LEVEL)
