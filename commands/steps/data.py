"""Where a command's images come from, and their pixels."""

from collections.abc import Iterable
from pathlib import Path

from commands.steps.progress import counting
from data_io.cache import CachedSplit, choose_cache_folder, open_split
from data_io.folder import KAGGLE_FOLDER, DataFolder

DEFAULT_FOLDER = Path("data")


def find_data(option: Path | None) -> tuple[Path, bool]:
    """Return the data folder and whether it is drawn sample data.

    `--data`, else ./data, else Kaggle's folder.
    """
    if option is not None:
        return option, False
    for folder in (DEFAULT_FOLDER, KAGGLE_FOLDER):
        if folder.is_dir():
            return folder, False
    return DEFAULT_FOLDER, False


def open_splits(data: DataFolder, size_pixels: int, cache: Path | None, names: Iterable[str]) -> dict[str, CachedSplit]:
    """Map the pixels of the named splits, decoding what no cache holds yet."""
    folder = choose_cache_folder(data.root, cache)
    opened = {}
    for name in names:
        split = data.splits[name]
        with counting(f"decoding {name} images", len(split)) as advance:
            opened[name] = open_split(split, size_pixels, folder, advance)
    return opened
