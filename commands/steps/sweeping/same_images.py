"""Whether the finished runs of a sweep are on the images that its data folder holds now, and not only on its path."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

import errors
from commands.steps.data import open_data
from commands.steps.sweeping.states import FINISHED, SweepRun
from recipes.recipe import Data, Recipe


def check_same_images(runs: Sequence[SweepRun], data: Path | None) -> None:
    """Compare digests of tables and images, whose decoded pixels are there from the runs: seconds for 14,500 images.

    Figures of `--known` are not compared: they may be of another machine's, and the note says if they differ. Raises
    UsageError with a line per run on others, DataError if the folder is not what runs are made on.
    """
    finished = [one for one in runs if one.state == FINISHED and one.known_from is None]
    if data is None:
        return
    now: dict[Data, Mapping[str, str]] = {}  # by how a recipe arranges the labelled images
    changed: list[str] = []
    for one in finished:
        recipe = one.combination.recipe
        if recipe.data not in now:
            now[recipe.data] = _digest(data, recipe)
        begun = one.summary["data_digests"]
        if others := [name for name, digest in now[recipe.data].items() if begun.get(name, digest) != digest]:
            changed.append(
                f"Expected the run in {one.folder} to be on what {data} holds. Received: other images or labels of "
                f"{' and '.join(others)} then. Give the sweep another --out, or delete the folder."
            )
    if changed:
        raise errors.UsageError(changed)


def _digest(data: Path, recipe: Recipe) -> Mapping[str, str]:
    options = Namespace(cache=None, allow_format=[], strict=False)  # as the runs of a sweep are made
    return {name: cached.digest for name, cached in open_data(options, data, recipe).splits.items()}
