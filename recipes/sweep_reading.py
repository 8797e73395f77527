"""A sweep from its TOML file. Nothing is imported from it."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import errors
from recipes.expecting import expect
from recipes.reading import recipe_names
from recipes.sweep import Choices, Numbers, Row, Sweep, spread_over_grid, write_value

KEYS = ("note", "data", "out", "seeds", "backends", "recipes", "set", "rows", "grid", "search")
ROW_KEYS = ("name", "recipe", "set", "published", "published_board")
RANGE_KEYS = ("low", "high", "log")


def read_sweep(path: Path) -> Sweep:
    """Read a sweep and check its shape; its recipes are read by `recipes.sweep.combine`.

    Paths in it are from where the program is run, as on the command line. Raises UsageError.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.UsageError(f"Expected a sweep at {path}. Received: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise errors.UsageError(f"Expected TOML in {path}. Received: {error}") from error
    _check_keys(values, KEYS, str(path))
    common = _read_settings(values.get("set", {}), "set")
    rows = [Row(Path(name).stem, _find_recipe(name), common) for name in _texts(values, "recipes")]
    rows += [_read_row(value, common) for value in _tables(values, "rows")]
    grid = {key: _list(value, f"{key} in [grid]") for key, value in flatten(_table(values, "grid"))}
    if grid:
        expect(not any(row.has_published for row in rows), "published", "in a sweep without [grid]", "both")
        rows = [point for row in rows for point in spread_over_grid(row, grid)]
    return Sweep(
        path.stem,
        tuple(rows),
        tuple(_whole(values.get("seeds", [0]), "seeds")),
        tuple(_texts(values, "backends")),
        tuple(_read_range(key, value) for key, value in flatten(_table(values, "search"))),
        _text(values, "data"),
        _text(values, "out"),
        _text(values, "note") or "",
    )


def flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted keys and values; the two ends of a search are one value."""
    for key, value in values.items():
        if isinstance(value, Mapping) and not set(value) & set(RANGE_KEYS):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _read_row(value: Any, common: tuple[str, ...]) -> Row:
    expect(isinstance(value, Mapping), "rows", "tables, each as [[rows]]", value)
    _check_keys(value, ROW_KEYS, "[[rows]]")
    expect("recipe" in value, "a row", "a table with a recipe", value)
    recipe = str(_text(value, "recipe"))
    settings = (*common, *_read_settings(value.get("set", {}), "set"))
    name = _text(value, "name") or Path(recipe).stem
    return Row(name, _find_recipe(recipe), settings, _share(value, "published"), _share(value, "published_board"))


def _share(values: Mapping[str, Any], key: str) -> float | None:
    value = values.get(key)
    is_number = value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    expect(is_number, key, "an accuracy from 0 to 1", value)
    return None if value is None else float(value)


def _find_recipe(name: str) -> str:
    """Return a recipe's name as it is, a path as an absolute one, since a run may be made from elsewhere."""
    return name if name in recipe_names() else str(Path(name).resolve())


def _read_settings(values: Any, name: str) -> tuple[str, ...]:
    expect(isinstance(values, Mapping), name, "a table of recipe values", values)
    return tuple(f"{key}={write_value(value)}" for key, value in flatten(values))


def _read_range(key: str, value: Any) -> Numbers | Choices:
    if isinstance(value, list):
        return Choices(key, tuple(map(write_value, value)))
    is_range = isinstance(value, Mapping) and {"low", "high"} <= set(value)
    expect(is_range, f"{key} in [search]", "a list, or a table with low and high", value)
    _check_keys(value, RANGE_KEYS, f"{key} in [search]")
    return Numbers(key, value["low"], value["high"], value.get("log", False))


def _check_keys(values: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(values) - set(known))
    expect(not unknown, f"the keys of {where}", f"of {', '.join(known)}", ", ".join(unknown))


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = values.get(key, {})
    expect(isinstance(table, Mapping), key, f"a table, as [{key}]", table)
    return dict(table)


def _tables(values: Mapping[str, Any], key: str) -> list[Any]:
    tables = values.get(key, [])
    expect(isinstance(tables, list), key, f"tables, each as [[{key}]]", tables)
    return list(tables)


def _list(value: Any, name: str) -> list[Any]:
    expect(isinstance(value, list) and bool(value), name, "a list with something in it", value)
    return list(value)


def _text(values: Mapping[str, Any], key: str) -> str | None:
    text = values.get(key)
    expect(text is None or (isinstance(text, str) and bool(text)), key, "text", text)
    return text


def _texts(values: Mapping[str, Any], key: str) -> list[str]:
    texts = values.get(key, [])
    expect(isinstance(texts, list) and all(isinstance(text, str) for text in texts), key, "a list of texts", texts)
    return list(texts)


def _whole(numbers: Any, name: str) -> list[int]:
    is_list = isinstance(numbers, list) and all(isinstance(number, int) for number in numbers)
    expect(is_list and not any(isinstance(number, bool) for number in numbers), name, "whole numbers", numbers)
    return list(numbers)
