"""Where a command's images come from, and their pixels."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import errors
from commands.steps.progress import counting
from data_io.arrangement import arrange, name_sources
from data_io.cache import choose_cache_folder
from data_io.images import FORMATS
from data_io.opening import OpenData, open_data_folder
from data_io.run_folder import read_manifest
from data_io.sample import draw_sample
from data_io.splits import SPLITS
from recipes.recipe import Recipe

DEFAULT_FOLDER = Path("data")
KAGGLE_INPUT = Path("/kaggle/input")  # where Kaggle mounts what was added to a notebook, read-only
KAGGLE_FOLDERS = ("competitions/deepfake-classification-unibuc", "deepfake-classification-unibuc")  # now, and before
SAMPLE_IMAGES = 2000  # 1,600 to train on: enough for `quick` to pass 0.90 on the 200 of validation
SAMPLE_SEED = 0
SAMPLE_DATA = Path("sample_data") / f"images{SAMPLE_IMAGES}-seed{SAMPLE_SEED}"


def locate_data(option: Path | None) -> Path | None:
    """Return `--data`, else ./data, else Kaggle's folder, else None: then there is only sample data to be drawn.

    Raises DataError on Kaggle without the competition: nobody wants a session spent on drawn images there.
    """
    if option is not None:
        return option
    folders = (DEFAULT_FOLDER, *(KAGGLE_INPUT / name for name in KAGGLE_FOLDERS))
    located = next((folder for folder in folders if folder.is_dir()), None)
    if located is None and KAGGLE_INPUT.is_dir():
        inputs = {*KAGGLE_INPUT.glob("*"), *KAGGLE_INPUT.glob("competitions/*")} - {KAGGLE_INPUT / "competitions"}
        received = ", ".join(sorted(path.relative_to(KAGGLE_INPUT).as_posix() for path in inputs)) or "nothing"
        raise errors.DataError(
            f"Expected the competition at {folders[1]} or {folders[2]}. Received, in {KAGGLE_INPUT}: {received}. "
            "Add it to the notebook, or name a data folder with --data DIR."
        )
    return located


def is_sample_data(option: Path | None) -> bool:
    """Tell whether what `find_data` returns is sample data, by its name: a run names the folder that it was on."""
    located = locate_data(option)
    return located is None or located.parts[-2:] == SAMPLE_DATA.parts


def find_data(option: Path | None) -> Path:
    """Return the folder of `locate_data`, or of sample data, which is drawn on first use and named in a line."""
    located = locate_data(option)
    if located is None:
        located = SAMPLE_DATA
        print(
            f"data: no ./{DEFAULT_FOLDER}, so drawn sample data in {located}; for real images put the competition's "
            f"folders and CSV files into ./{DEFAULT_FOLDER} or name their folder with --data"
        )
    return find_sample(located) if is_sample_data(located) else located


def take_over_data(args: Namespace, run: Path) -> str | None:
    """Without `--data`, fill it with the folder that a finished run names, and how it was read.

    Return the name of that folder if it is not there and cannot be drawn again: `--data` is as it was then.
    """
    options = read_manifest(run).get("options") or {}
    if args.data is not None:
        return None
    named = Path(options["data"]) if options.get("data") else None
    is_there = named is None or named.is_dir() or is_sample_data(named)
    args.data = named if is_there else None
    args.cache = args.cache or (Path(options["cache"]) if options.get("cache") else None)
    args.allow_format = args.allow_format or list(options.get("allow_format") or ())
    return None if is_there else str(named)


def find_sample(folder: Path = SAMPLE_DATA) -> Path:
    """Return the folder of the sample data, drawing it on first use."""
    if not folder.is_dir():
        try:
            with counting("drawing sample images", SAMPLE_IMAGES) as advance:
                draw_sample(folder, SAMPLE_IMAGES, SAMPLE_SEED, advance)
        except errors.ProgramError:
            if not folder.is_dir():  # else another process drew the same images meanwhile
                raise
    return folder


def name_formats(args: Namespace) -> tuple[str, ...]:
    """Return Pillow's names of the formats that images may have: PNG, and those of `--allow-format`."""
    return (*FORMATS, *(name.upper() for name in args.allow_format))


def open_data(args: Namespace, root: Path, recipe: Recipe, splits: Sequence[str] = SPLITS) -> OpenData:
    """Check the tables and images of a data folder, map their pixels, and print what is to be known of them.

    The labelled splits are as the recipe arranges them.
    """
    opened = open_data_folder(
        root,
        recipe.model.classes,
        recipe.image.size_pixels,
        choose_cache_folder(root, args.cache),
        counting,
        name_sources(splits, recipe.data.folds),
        name_formats(args),
        args.strict,
    )
    for notice in opened.notices:
        print(f"notice: {notice}")
    return arrange(opened, **asdict(recipe.data))
