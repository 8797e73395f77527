"""Recipes from TOML files and `--set KEY=VALUE`, and back to TOML. Nothing is imported from a recipe."""

import dataclasses
import sys
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
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
    """Build a recipe from nested plain values, such as a parsed TOML file."""
    recipe = _build(Recipe, values, "")
    assert isinstance(recipe, Recipe)
    return recipe


def to_toml(recipe: Recipe) -> str:
    """Write a resolved recipe as TOML; `from_values(tomllib.loads(text))` gives the same recipe back."""
    values = dataclasses.asdict(recipe)
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
    fields = {field.name: field for field in dataclasses.fields(kind)}
    prefix = f"{path}." if path else ""
    if unknown := sorted(set(value) - set(fields)):
        known = ", ".join(f"{prefix}{name}" for name in fields)
        raise errors.UsageError(
            f"Expected only keys that a recipe has: {known}. Received: {', '.join(prefix + name for name in unknown)}."
        )
    required = {name for name, field in fields.items() if field.default is dataclasses.MISSING}
    if missing := sorted(required - set(value)):
        raise errors.UsageError(
            f"Expected the recipe to set {', '.join(prefix + name for name in missing)}. Received: no value."
        )
    return kind(**{name: _build(fields[name].type, item, f"{prefix}{name}") for name, item in value.items()})


def _mistyped(path: str, wanted: str, value: object) -> errors.UsageError:
    return errors.UsageError(f"Expected {path} to be {wanted}. Received: {value!r}.")
