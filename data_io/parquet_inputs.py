"""Parquet as input: rows that name images, or hold them.

Needs pyarrow, which the extra `scale` brings; nothing else here does.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import errors

PATH, IMAGE, ID = "path", "image", "id"
BATCH_ROWS = 64  # as many images as are answered together: 64 files of 30 kB are 2 MB
BUFFER_BYTES = 1 << 20  # columns are read in pieces, so that a row group of a gigabyte needs no gigabyte


def open_parquet(path: Path) -> Any:
    """Return a pyarrow.parquet.ParquetFile with the column `path`, or `image` (bytes) and `id`.

    Raises EnvironmentFault without pyarrow, DataError for what is no Parquet file or has other columns.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise errors.EnvironmentFault(
            f"Expected pyarrow to be installed, since {path} needs it. Received: no such package. "
            "Run: pip install -c constraints.txt -e '.[scale]'"
        ) from error
    try:
        file = parquet.ParquetFile(path, buffer_size=BUFFER_BYTES, pre_buffer=False)
    except (pyarrow.ArrowException, OSError) as error:
        raise errors.DataError(
            f"Expected {path} to be a Parquet file. Received: {' '.join(str(error).split())[:200]}."
        ) from error
    types = {field.name: field.type for field in file.schema_arrow}
    is_text, is_binary = pyarrow.types.is_string, pyarrow.types.is_binary
    is_large_text, is_large_binary = pyarrow.types.is_large_string, pyarrow.types.is_large_binary
    names = PATH in types and (is_text(types[PATH]) or is_large_text(types[PATH]))
    holds = IMAGE in types and ID in types and (is_binary(types[IMAGE]) or is_large_binary(types[IMAGE]))
    if names == holds:
        received = ", ".join(f"{name} {type_}" for name, type_ in types.items())[:200]
        raise errors.DataError(
            f"Expected {path} to have a column {PATH} of text, or {IMAGE} of bytes and {ID}. Received: {received}."
        )
    return file


def count_rows(path: Path) -> int:
    """Return how many rows a Parquet file has; its footer alone is read. Raises as `open_parquet` does."""
    with open_parquet(path) as file:
        return int(file.metadata.num_rows)


def read_rows(path: Path, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield number and values of the rows from `start` to before `stop`: `path`, `image`, `id`, those there are.

    Row groups before `start` are passed over; memory does not grow with the rows. Raises as `open_parquet` does.
    """
    with open_parquet(path) as file:
        import pyarrow

        present = file.schema_arrow.names
        columns = [name for name in ((PATH, ID) if PATH in present else (IMAGE, ID)) if name in present]
        number = 0
        for group in range(file.metadata.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if number + rows <= start:
                number += rows
                continue
            try:
                for batch in file.iter_batches(BATCH_ROWS, row_groups=[group], columns=columns):
                    if stop is not None and number >= stop:
                        return
                    if number + batch.num_rows > start:
                        for place, values in enumerate(batch.to_pylist(), number):
                            if place >= start and (stop is None or place < stop):
                                yield place, values
                    number += batch.num_rows
            except (pyarrow.ArrowException, OSError) as error:
                raise errors.DataError(
                    f"Expected to read {path}. Received: {' '.join(str(error).split())[:200]}."
                ) from error
