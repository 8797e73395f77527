"""The shape of a sweep: rows of recipes and values, seeds and backends to run them with, and what a search draws."""

import dataclasses
import hashlib
import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import errors
from recipes.expecting import expect
from recipes.reading import read_recipe
from recipes.recipe import NAME_PATTERN, Recipe

UNSAFE = re.compile(r"[^\w.=+-]+")
MOST_CHARACTERS = 80  # of a folder's name; file systems take 255 bytes
DIGEST_CHARACTERS = 8


@dataclass(frozen=True)
class Row:
    """One line of the table: a recipe, and values for it as `train --set` takes them, `KEY=VALUE`.

    `published` is the validation accuracy that somebody else has published for it, a fraction; `published_board` one on
    test images whose labels are not known here.
    """

    name: str
    recipe: str
    settings: tuple[str, ...] = ()
    published: float | None = None
    published_board: float | None = None

    def __post_init__(self) -> None:
        expect(bool(self.folder), "the name of a row", "text with a letter or digit", self.name)
        for key, value in (("published", self.published), ("published_board", self.published_board)):
            is_share = value is None or 0 <= value <= 1
            expect(is_share, f"{key} of row {self.name!r}", "an accuracy from 0 to 1", value)

    @property
    def has_published(self) -> bool:
        """True if there is a published figure of any kind."""
        return self.published is not None or self.published_board is not None

    @property
    def folder(self) -> str:
        """The name as that of a folder; one that is too long ends with the begin of its SHA-256."""
        name = UNSAFE.sub("-", self.name).strip("-.")
        if len(name) <= MOST_CHARACTERS:
            return name
        digest = hashlib.sha256(self.name.encode()).hexdigest()[:DIGEST_CHARACTERS]
        return f"{name[: MOST_CHARACTERS - DIGEST_CHARACTERS - 1]}-{digest}"


@dataclass(frozen=True)
class Numbers:
    """What a search draws a number from; whole numbers if both ends are, on a logarithmic scale with `is_log`."""

    key: str
    low: float
    high: float
    is_log: bool = False

    def __post_init__(self) -> None:
        for end in (self.low, self.high):
            is_number = isinstance(end, int | float) and not isinstance(end, bool) and math.isfinite(end)
            expect(is_number, f"low and high of {self.key} in [search]", "finite numbers", end)
        expect(self.low < self.high, f"low of {self.key} in [search]", f"below high, {self.high}", self.low)
        expect(isinstance(self.is_log, bool), f"log of {self.key} in [search]", "true or false", self.is_log)
        expect(not self.is_log or self.low > 0, f"low of {self.key} in [search]", "above 0 with log", self.low)

    @property
    def is_whole(self) -> bool:
        """True for whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def first(self) -> str:
        """One value that may be drawn, as TOML."""
        return write_value(self.low)


@dataclass(frozen=True)
class Choices:
    """What a search draws one of, each written as TOML."""

    key: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        expect(bool(self.values), f"{self.key} in [search]", "a list with something in it", self.values)

    @property
    def first(self) -> str:
        """One value that may be drawn, as TOML."""
        return self.values[0]


@dataclass(frozen=True)
class Sweep:
    """All rows, with every seed on every backend; no backend named means the one that `train` would choose.

    `data` and `out` are what `--data` and `--out` say; `note` stands under the table.
    """

    name: str
    rows: tuple[Row, ...]
    seeds: tuple[int, ...] = (0,)
    backends: tuple[str, ...] = ()
    search: tuple[Numbers | Choices, ...] = ()
    data: str | None = None
    out: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        expect(NAME_PATTERN.fullmatch(self.name) is not None, "the sweep's name", "letters, digits, '_-. '", self.name)
        expect(bool(self.rows), "the sweep", "one of recipes or [[rows]] at least", "none")
        expect(_are_different(self.seeds), "seeds", "one or more, each once", list(self.seeds))
        expect(len(set(self.backends)) == len(self.backends), "backends", "each once", list(self.backends))
        folders = [row.folder for row in self.rows]
        twice = sorted({row.name for row in self.rows if folders.count(row.folder) > 1})
        expect(not twice, "the name of a row", "its own, also as that of a folder; give each a name", ", ".join(twice))


@dataclass(frozen=True)
class Combination:
    """One run of a sweep: a row, a backend, and the recipe with its values and its seed."""

    row: Row
    backend: str
    recipe: Recipe

    @property
    def folder(self) -> str:
        """Where its run is in the folder of the sweep: `train` gives the last name itself."""
        return f"{self.row.folder}/{self.recipe.name}-{self.backend}-seed{self.recipe.seed}"

    def __str__(self) -> str:
        return f"{self.row.name}, {self.backend}, seed {self.recipe.seed}"


def combine(sweep: Sweep, backends: Sequence[str]) -> list[Combination]:
    """Return all runs in the order in which they are made: seeds outermost, so that every row has one soon.

    Raises UsageError, with all that is wrong in all rows.
    """
    read: dict[tuple[Row, int], Recipe] = {}
    wrong: list[str] = []
    for row, seed in itertools.product(sweep.rows, sweep.seeds):
        try:
            read[row, seed] = read_recipe(row.recipe, row.settings, seed)
        except errors.UsageError as error:
            wrong += [f"Row {row.name!r}: {message}" for message in error.messages]
    if wrong:
        raise errors.UsageError(list(dict.fromkeys(wrong)))
    ordered = itertools.product(sweep.seeds, sweep.rows, backends)
    return [Combination(row, backend, read[row, seed]) for seed, row, backend in ordered]


def spread_over_grid(row: Row, grid: Mapping[str, Sequence[Any]]) -> Iterator[Row]:
    """Yield the row with each combination of the grid's values, the last key's changing fastest."""
    ends = [key.rpartition(".")[2] for key in grid]
    shown = [end if ends.count(end) == 1 else key for key, end in zip(grid, ends, strict=True)]
    for point in itertools.product(*(map(write_value, values) for values in grid.values())):
        name = ", ".join([row.name, *(f"{key}={value}" for key, value in zip(shown, point, strict=True))])
        settings = tuple(f"{key}={value}" for key, value in zip(grid, point, strict=True))
        yield dataclasses.replace(row, name=name, settings=(*row.settings, *settings))


def write_value(value: Any) -> str:
    """Write a value as TOML on one line. Raises UsageError for what no recipe value can be."""
    if isinstance(value, list):
        return f"[{', '.join(map(write_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # TOML's basic strings have JSON's escapes
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return repr(value)
    raise errors.UsageError(f"Expected a number, text or a list for a recipe value. Received: {value!r}.")


def _are_different(numbers: Sequence[int]) -> bool:
    return 0 < len(numbers) == len(set(numbers))
