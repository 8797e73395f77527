"""From a data folder to checked pixels: the cheap part of the audit, which everything that reads images passes."""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import errors
from data_io.cache import CachedSplit, Prepared, preparing
from data_io.copies import compare_splits
from data_io.files import write_text
from data_io.folder import examine_data_folder
from data_io.image_records import Advance
from data_io.images import FORMATS
from data_io.mistakes import SHOWN_MISTAKES, name_rest
from data_io.splits import SPLITS

# Shows how far something has come: `with counting(what, total) as advance`.
Counting = Callable[[str, int], AbstractContextManager[Advance]]
ALL_MISTAKES = "data_errors.txt"


@dataclass(frozen=True)
class OpenData:
    """The splits that were asked for, with their pixels; `submission_ids` in the order of sample_submission.csv.

    `notices` are lines for the user: what was passed over, converted or found odd, and copies across splits.
    """

    root: Path
    splits: Mapping[str, CachedSplit]
    submission_ids: tuple[str, ...]
    notices: tuple[str, ...]


def open_data_folder(
    root: Path,
    classes: int,
    size_pixels: int,
    cache: Path,
    counting: Counting,
    splits: Sequence[str] = SPLITS,
    formats: Sequence[str] = FORMATS,
    strict: bool = False,
) -> OpenData:
    """Check tables and images and map the pixels; images are decoded into `cache` if that does not hold them.

    Raises DataError with every mistake of tables and images together (the first SHOWN_MISTAKES, and the name of a
    file with all of them), and then leaves no pixels in the cache; EnvironmentFault when `cache` cannot be written.
    `strict` makes copies across splits mistakes.
    """
    data, mistakes = examine_data_folder(root, classes, splits)
    prepared: dict[str, Prepared] = {}
    with ExitStack() as pending:
        for name, split in data.splits.items():
            with counting(f"decoding {name} images", len(split)) as advance:
                prepared[name] = pending.enter_context(
                    preparing(split, size_pixels, cache, advance, formats, writes=not mistakes)
                )
            mistakes.extend(prepared[name].mistakes)
        conflicts, copies = compare_splits([each.record for each in prepared.values()], strict)
        mistakes.extend(conflicts)
        if mistakes:
            raise errors.DataError(shorten(mistakes, cache))
    opened = {name: each.load() for name, each in prepared.items()}
    notices = [*data.notices, *(notice for each in opened.values() for notice in each.notices), *copies]
    return OpenData(root, opened, data.submission_ids, tuple(notices))


def shorten(mistakes: Sequence[str], folder: Path) -> list[str]:
    """Keep the first SHOWN_MISTAKES messages and name a file, in `folder` or else a temporary one, with all."""
    if len(mistakes) <= SHOWN_MISTAKES:
        return list(mistakes)
    text = "".join(f"{mistake}\n" for mistake in mistakes)
    path = folder / ALL_MISTAKES
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    except (OSError, errors.EnvironmentFault):
        handle, name = tempfile.mkstemp(prefix="data_errors-", suffix=".txt")
        os.close(handle)
        path = Path(name)
        path.write_text(text, encoding="utf-8")
    return [*mistakes[:SHOWN_MISTAKES], name_rest(len(mistakes), path)]
