"""The images of a data folder's labelled splits, each measured in its own size by reports/image_statistics.py."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import errors
from data_io.images import decode
from data_io.splits import LABELLED_SPLITS, Split
from reports.cues import judge_cues
from reports.image_statistics import ImageStatistics, collect_cues, gather, measure_image, summarise_classes


@dataclass(frozen=True)
class Measured:
    """A split's statistics, its labels int64 (N,), and how many images have each size, as "100x100"."""

    statistics: ImageStatistics
    labels: NDArray[np.int64]
    sizes: dict[str, int]


def measure_split(split: Split) -> Measured:
    """Decode and measure each image of a labelled split. Raises DataError with one message per unreadable image."""
    assert split.labels is not None
    sizes: Counter[str] = Counter()
    measured, mistakes = [], []
    for path in split.paths:
        try:
            image = decode(path).image
        except (OSError, ValueError) as error:
            mistakes.append(f"Expected to read the image {path}. Received: {error}.")
            continue
        sizes[f"{image.width}x{image.height}"] += 1
        measured.append(measure_image(np.asarray(image), path.stat().st_size))
    if mistakes:
        raise errors.DataError(mistakes)
    return Measured(gather(measured), split.labels.astype(np.int64), dict(sizes.most_common()))


def explore(labelled: Mapping[str, Split], classes: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what is known of each split of LABELLED_SPLITS, and what single cues tell of the label.

    Raises DataError for images that cannot be read.
    """
    found = {name: measure_split(labelled[name]) for name in LABELLED_SPLITS}
    splits = {
        name: {
            "images": len(one.labels),
            "sizes": one.sizes,
            "classes": summarise_classes(one.statistics, one.labels, classes),
        }
        for name, one in found.items()
    }
    train, validation = (found[name] for name in LABELLED_SPLITS)
    cues = judge_cues(
        collect_cues(train.statistics), train.labels, collect_cues(validation.statistics), validation.labels
    )
    return splits, cues
