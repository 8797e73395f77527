"""Files that no other output may replace: the tables of a data folder, and what a run has recorded."""

from pathlib import Path

import errors
from data_io.run_folder import MANIFEST, read_beginning
from data_io.sample_submission import SAMPLE_SUBMISSION
from data_io.splits import SPLITS

# Each table, with the folder of images that lies beside it.
TABLES = {**{f"{name}.csv": name for name in SPLITS}, SAMPLE_SUBMISSION: SPLITS[-1]}


def check_replaceable(out: Path) -> None:
    """Raise UsageError for a data folder's table or a run's file, which could not be had back."""
    if owner := name_owner(out):
        raise errors.UsageError(
            f"Expected --out to name a new file, or one that may be replaced. Received: {out}, {owner}. Name another."
        )


def name_owner(path: Path) -> str | None:
    """Return in words what a file that is there belongs to, links followed; None where it may be replaced.

    A run's files are those that its manifest lists, and the manifest: the run without them is refused everywhere.
    """
    place = path.resolve()
    if not place.is_file():
        return None
    if place.name in TABLES and (place.parent / TABLES[place.name]).is_dir():
        return f"a table of the data folder {place.parent}"
    for folder in place.parents:
        if (folder / MANIFEST).is_file():
            try:
                recorded = {MANIFEST, *(read_beginning(folder).get("files") or ())}
            except (errors.UsageError, TypeError):  # JSON of another form, which is nobody's
                continue
            if place.relative_to(folder).as_posix() in recorded:
                return f"a file of the run {folder}"
    return None
