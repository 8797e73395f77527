"""What a run writes down when it begins, and whether it may go on where it was interrupted."""

import tomllib
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import backends
import errors
from data_io.files import digest_bytes
from data_io.images import find_size
from data_io.opening import OpenData
from data_io.run_folder import RECIPE, read_beginning
from data_io.source import digest_source
from recipes.reading import from_values
from recipes.recipe import Recipe

MIXED = "mixed"  # in the manifest of a run that went on under other conditions: what was said of it then
# What `--resume` and `reproduce` take over from the run unless it is said anew.
KEPT_OPTIONS = ("data", "cache", "loader", "device", "allow_format", "strict", "on_nan")


def find_facts(args: Namespace, data: OpenData, recipe_text: str) -> dict[str, Any]:
    """Return what decides a run's numbers, as far as it is known before Keras is imported."""
    return {
        "command": args.command_line,
        "backend": args.backend,
        "loader": args.loader,
        "devices": args.devices,
        "processes": args.processes,
        "options": {name: _plain(getattr(args, name)) for name in KEPT_OPTIONS},
        "versions": backends.versions(),
        "recipe_digest": digest_bytes(recipe_text.encode()),
        "source_digest": digest_source(),
        "data_digests": {name: cached.digest for name, cached in data.splits.items()},
        "source_pixels": find_size(data.splits["train"].split.paths) or (),
    }


def take_over_options(args: Namespace, run: Path) -> None:
    """Fill the options that were not given with those that the run was started with."""
    options = read_beginning(run).get("options", {})
    for name in KEPT_OPTIONS:
        if getattr(args, name) in (None, [], False, "auto") and options.get(name) is not None:
            value = options[name]
            setattr(args, name, Path(value) if name in ("data", "cache") else value)


def compare_facts(begun: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each thing that would make a resumed run another experiment. The backend is not one."""
    changes = []
    for name, what in (("recipe_digest", "recipe"), ("source_digest", "code that decides its numbers")):
        if begun.get(name) != now[name]:
            changes.append(f"Expected the {what} that the run began with. Received: changed ones ({name} differs).")
    for split, digest in now["data_digests"].items():
        if begun.get("data_digests", {}).get(split) != digest:
            changes.append(f"Expected the {split} images that the run began with. Received: others.")
    before, after = begun.get("versions", {}), now["versions"]
    changes.extend(
        f"Expected {package} {before.get(package, 'not installed')}, which the run began with. "
        f"Received: {after.get(package, 'not installed')}."
        for package in sorted(set(before) | set(after))
        if before.get(package) != after.get(package) and (package not in backends.BACKENDS or package == now["backend"])
    )
    return changes


def check_resumable(args: Namespace, begun: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return notices on why the run will not be the one that was interrupted, bit by bit.

    Raises UsageError, with all that has changed, unless `--force` is given.
    """
    changes = compare_facts(begun, now)
    if changes and not args.force:
        raise errors.UsageError([*changes, "Put things back as they were, or add --force to go on all the same."])
    notices = [f"forced: {change}" for change in changes]
    if begun.get("backend") != now["backend"]:
        notices.append(
            f"the run began on {begun.get('backend')} and goes on with {now['backend']}: its numbers will not be bit "
            "by bit those of a run on one backend"
        )
    before, after = ((facts.get("devices", 1), facts.get("processes", 1)) for facts in (begun, now))
    if before != after:
        notices.append(
            f"the run began in {before[1]} processes of {before[0]} devices and goes on in {after[1]} of {after[0]}: "
            "its numbers will not be bit by bit those of a run on as many all along"
        )
    return notices


def keep_notices(facts: dict[str, Any], notices: Sequence[str]) -> dict[str, Any]:
    """Print why a run is not of a piece, and return its facts with that too, which `reproduce` then heeds."""
    for notice in notices:
        print(f"notice: {notice}", flush=True)
    return {**facts, MIXED: [*facts.get(MIXED, []), *notices]} if notices else facts


def read_begun_recipe(run: Path) -> tuple[str, Recipe]:
    """Return the recipe.toml of a run, finished or not, as text and as a recipe.

    Raises UsageError when it cannot be read, or is not one.
    """
    try:
        text = (run / RECIPE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise errors.UsageError(f"Expected the recipe of a run at {run / RECIPE}. Received: {error}.") from error
    try:
        return text, from_values(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise errors.UsageError(f"Expected {run / RECIPE} to be TOML. Received: {error}.") from error


def notice_device(begun: Mapping[str, Any], device: str) -> list[str]:
    """Return a notice if a run goes on, on another device than that it began on."""
    before = begun.get("device", device)
    if before == device:
        return []
    return [f"the run began on {before} and goes on with {device}: its numbers will not be bit by bit those of one"]


def _plain(value: Any) -> Any:
    # absolute, since a run may be judged, exported or gone on with from elsewhere
    return str(value.absolute()) if isinstance(value, Path) else value
