"""Recipes from TOML files and `--set KEY=VALUE`, and back to TOML. Nothing is imported from a recipe."""

import dataclasses
import sys
import tomllib
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli_w

import errors
from recipes.recipe import Recipe

FOLDER = Path(__file__).resolve().parent


def recipe_names() -> list[str]:
    """Return the names of the recipes of this folder, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_recipe(name: str, settings: Iterable[str] = (), seed: int | None = None) -> Recipe:
    """Read a recipe by its name here or by the path of a TOML file, then apply `--set` values and a seed.

    Raises UsageError for a recipe that is not there, a key that no recipe has, or a value of another type.
    """
    path = FOLDER / f"{name}.toml" if name in recipe_names() else Path(name)
    if not (path.suffix == ".toml" and path.is_file()):
        raise errors.UsageError(
            f"Expected a recipe from {', '.join(recipe_names())}, or the path of a .toml file. Received: {name!r}."
        )
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise errors.UsageError(f"Expected TOML in {path}. Received: {error}") from error
    for setting in settings:
        _apply(values, setting)
    if seed is not None:
        values["seed"] = seed
    return from_values({"name": path.stem, **values})


def from_values(values: Mapping[str, Any]) -> Recipe:
    """Build a recipe from nested plain values, such as a parsed TOML file.

    Raises UsageError, with all keys that are missing or unknown, else with all values that do not fit.
    """
    missing, wrong = list(_missing(Recipe, values, "")), list(_unknown(Recipe, values, ""))
    if missing:
        wrong.append(f"Expected the recipe to set {', '.join(missing)}. Received: no value.")
    if wrong:
        raise errors.UsageError(wrong)
    recipe = _build(Recipe, values, "")
    assert isinstance(recipe, Recipe)
    return recipe


def to_toml(recipe: Recipe) -> str:
    """Write a resolved recipe as TOML; `from_values(tomllib.loads(text))` gives the same recipe back."""
    values = {key: value for key, value in dataclasses.asdict(recipe).items() if value is not None}
    tables = {key: value for key, value in values.items() if isinstance(value, dict)}
    scalars = {key: value for key, value in values.items() if not isinstance(value, dict)}
    return tomli_w.dumps(scalars | tables)


def _apply(values: dict[str, Any], setting: str) -> None:
    """Change one value in place: `training.epochs=2`. What is no TOML value is taken as text (`model.family=mlp`)."""
    key, equals, text = setting.partition("=")
    if not equals:
        raise errors.UsageError(f"Expected --set KEY=VALUE, such as training.epochs=2. Received: {setting!r}.")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *tables, last = key.strip().split(".")
    for table in tables:
        values = values.setdefault(table, {})
        if not isinstance(values, dict):
            raise errors.UsageError(f"Expected {table} in --set {setting} to be a table. Received: a single value.")
    values[last] = value


def _build(kind: Any, value: Any, path: str) -> Any:
    """Check `value` against an annotation of a recipe class and return it as that type; `path` is for messages."""
    if isinstance(kind, types.UnionType):  # a table that may be left out: `dataclasses.asdict` has None for it
        return None if value is None else _build(_table_of(kind), value, path)
    if dataclasses.is_dataclass(kind):
        return _build_table(kind, value, path)
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise _mistyped(path, "a list of numbers such as [256, 128]", value)
        return tuple(_build(typing.get_args(kind)[0], item, f"{path}[{index}]") for index, item in enumerate(value))
    wanted = {int: "a whole number", float: "a number", str: "text"}[kind]
    accepted: type | types.UnionType = int | float if kind is float else kind
    if isinstance(value, bool) or not isinstance(value, accepted):
        raise _mistyped(path, wanted, value)
    if isinstance(value, int | float) and kind is float and not abs(value) <= sys.float_info.max:
        # TOML has inf and nan, and a whole number may be too large for a float
        raise _mistyped(path, "a finite number", value)
    return kind(value)


def _build_table(kind: Any, value: Any, path: str) -> Any:
    if not isinstance(value, Mapping):
        raise _mistyped(path, "a table", value)
    types_of = {field.name: field.type for field in dataclasses.fields(kind)}
    built: dict[str, Any] = {}
    wrong: list[str] = []
    for name, item in value.items():
        try:
            built[name] = _build(types_of[name], item, _join(path, name))
        except errors.UsageError as error:
            wrong += error.messages
    if wrong:
        raise errors.UsageError(wrong)
    return kind(**built)


def _missing(kind: Any, values: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the keys without a default that `values` lacks; of a table that it lacks, those of the table."""
    for field in dataclasses.fields(kind):
        table, name = _table_of(field.type), _join(path, field.name)
        is_required = field.default is dataclasses.MISSING
        value = values.get(field.name, {} if is_required else None)
        if not dataclasses.is_dataclass(table):
            yield from [name] if is_required and field.name not in values else []
        elif isinstance(value, Mapping):
            yield from _missing(table, value, name)


def _unknown(kind: Any, values: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield what is to be said of the keys that no recipe has, once for each table."""
    tables = {field.name: _table_of(field.type) for field in dataclasses.fields(kind)}
    if unknown := sorted(set(values) - set(tables)):
        known = ", ".join(_join(path, name) for name in tables)
        received = ", ".join(_join(path, name) for name in unknown)
        yield f"Expected only keys that a recipe has: {known}. Received: {received}."
    for name, table in tables.items():
        if dataclasses.is_dataclass(table) and isinstance(values.get(name), Mapping):
            yield from _unknown(table, values[name], _join(path, name))


def _table_of(kind: Any) -> Any:
    """Return the class of a table that may be left out, `X` of `X | None`; any other annotation as it is."""
    return typing.get_args(kind)[0] if isinstance(kind, types.UnionType) else kind


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _mistyped(path: str, wanted: str, value: object) -> errors.UsageError:
    return errors.UsageError(f"Expected {path} to be {wanted}. Received: {value!r}.")
