"""How a network's answers change when its images are damaged: `evaluate --robustness`."""

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table

import errors
from commands.steps.answers.answering import WORKERS
from commands.steps.answers.averaging import answer_arrays
from commands.steps.data import name_formats
from commands.steps.ensemble import Ensemble
from commands.steps.progress import counting
from data_io.cache import CachedSplit
from data_io.damage import DAMAGES, Damage
from data_io.files import write_bytes, write_json, write_text
from data_io.images import decode, resize
from data_io.splits import Split
from data_io.views import count_views
from keras_models.artefacts.contract import BLOCK_IMAGES
from reports.figures import encode_png, encode_svg
from reports.robustness import count_damage, robustness_csv, robustness_rows
from reports.robustness_figures import draw_robustness

NOTHING = Damage("none", "as it is", (0,), lambda image, level, image_id: image)
NAME = "robustness"


def choose_images(split: Split, images: int | None) -> Split:
    """Return the split, or `images` of its rows evenly spread over it: rows may be sorted by label."""
    if images is None or images >= len(split):
        return split
    return split.select([place * len(split) // images for place in range(images)])


def answer_damaged(
    ensemble: Ensemble, split: Split, formats: Sequence[str], advance: Callable[[int], None]
) -> dict[tuple[str, float], NDArray[np.int64]]:
    """Return for each damage and level the given labels (N,) of the split's images; ("none", 0) is without damage.

    Each file is read, damaged in its own size and then resized for each model. One block of images, at the levels of
    one damage, is in memory at a time. Raises DataError for a file that cannot be read any more.
    """
    sizes = sorted({model.contract.size_pixels for model in ensemble.models})
    given: dict[tuple[str, float], list[NDArray[np.int64]]] = {}
    with ThreadPoolExecutor(WORKERS) as pool:
        for start in range(0, len(split), BLOCK_IMAGES):
            stop = min(start + BLOCK_IMAGES, len(split))
            for damage in (NOTHING, *DAMAGES):
                prepare = partial(_prepare, damage, sizes, formats)
                pixels = list(pool.map(prepare, split.paths[start:stop], split.ids[start:stop]))
                for place, level in enumerate(damage.levels):
                    images = {
                        size: np.stack([one[number][place] for one in pixels]) for number, size in enumerate(sizes)
                    }
                    weights = answer_arrays(ensemble.models, images, ensemble.tta, advance)
                    given.setdefault((damage.name, level), []).append(weights.argmax(axis=1))
    return {key: np.concatenate(parts) for key, parts in given.items()}


def _prepare(
    damage: Damage, sizes: Sequence[int], formats: Sequence[str], path: Path, image_id: str
) -> list[list[NDArray[np.uint8]]]:
    """Return for each size, and each level of the damage, the image as a model takes it."""
    try:
        image: Image.Image = decode(path, formats).image
    except ValueError as error:
        raise errors.DataError(f"Expected to read the image {path}. Received: {error}.") from error
    damaged = [damage.apply(image, level, image_id) for level in damage.levels]
    return [[resize(each, size) for each in damaged] for size in sizes]


def measure_robustness(args: Namespace, ensemble: Ensemble, cached: CachedSplit) -> dict[str, Any]:
    """Return what robustness.json holds, of `--images` of the split or of all. Raises as `answer_damaged`."""
    split = choose_images(cached.split, args.images)
    levels = sum(len(damage.levels) for damage in (NOTHING, *DAMAGES))
    answers = levels * len(split) * len(ensemble.models) * count_views(ensemble.tta)
    with counting("answering damaged images", answers) as advance:
        given = answer_damaged(ensemble, split, name_formats(args), advance)
    assert split.labels is not None
    kinds = [(damage.name, damage.description, damage.levels) for damage in DAMAGES]
    facts = {"split": split.name, "data_digest": cached.digest, **ensemble.facts()}
    return {**facts, **count_damage(split.labels, given, kinds)}


def write_robustness(folder: Path, content: Mapping[str, Any], title: str) -> None:
    """Write robustness.json, .csv, .png and .svg into the folder of an evaluation, and print a table."""
    write_json(folder / f"{NAME}.json", content)
    write_text(folder / f"{NAME}.csv", robustness_csv(content))
    figure = draw_robustness(content, title)
    write_bytes(folder / f"{NAME}.png", encode_png(figure))
    write_bytes(folder / f"{NAME}.svg", encode_svg(figure))
    rows = robustness_rows(content)
    table = Table(*rows[0])
    for row in rows[1:]:
        table.add_row(*row)
    Console().print(table)
