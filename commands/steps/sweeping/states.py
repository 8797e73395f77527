"""What has become of a run of a sweep, read from its folder; and what its table needs of it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import errors
from benchmarks.record import summarise_run
from commands.steps.data import is_sample_data
from commands.steps.resuming import read_begun_recipe
from data_io.files import unwritable
from data_io.locking import LOCK, OWNER, locked
from data_io.run_folder import MANIFEST, RECIPE, read_beginning, read_manifest
from recipes.recipe import Recipe
from recipes.sweep import Combination

FINISHED, INTERRUPTED, MISSING, FAILED = "finished", "interrupted", "missing", "failed"
SAMPLE = "drawn sample data"


@dataclass
class SweepRun:
    """A run of a sweep: what it is of, its folder, its data, what became of it, and why if it failed.

    `data` is the absolute path of the data folder, None for drawn sample data; `code` is what its process ended with,
    or would have if it had begun. `known` are figures that the file `known_from` has of it.
    """

    combination: Combination
    folder: Path
    data: Path | None = None
    state: str = MISSING
    reason: str = ""
    code: int = 0
    summary: dict[str, Any] = dataclasses.field(default_factory=dict)
    known: Mapping[str, Any] | None = None
    known_from: Path | None = None

    def look(self) -> None:
        """Read the state and, of a finished run, its figures; what its folder does not have may be known.

        Raises UsageError if the folder holds another run, PromiseError if its files are not those it wrote.
        """
        wanted = self.combination
        self.state = find_state(self.folder, wanted.recipe, wanted.backend, self.data)
        if self.state == FINISHED:
            self.summary = summarise_run(self.folder)
            self.summary["data_digests"] = read_manifest(self.folder)["data_digests"]
            self.known_from = None
        elif self.known is not None:
            self.state, self.summary = FINISHED, dict(self.known)
        if self.state == FINISHED:
            self.summary["data"] = dataclasses.asdict(wanted.recipe.data)

    @property
    def log(self) -> Path:
        """What its process prints."""
        return self.folder.with_name(f"{self.folder.name}.log")


def find_state(folder: Path, wanted: Recipe, backend: str, data: Path | None) -> str:
    """Return whether a run is finished, interrupted or missing. Raises UsageError if the folder holds another run.

    Recipes are compared by their values, what they expect left out: a field with a default, which came after the run
    was made, does not make it another one.
    """
    if not (folder / MANIFEST).exists():
        return MISSING
    manifest = read_beginning(folder)
    _, found = read_begun_recipe(folder)
    if dataclasses.replace(found, expected=wanted.expected) != wanted or manifest.get("backend") != backend:
        changed = ", ".join(name_changes(dataclasses.asdict(wanted), dataclasses.asdict(found))) or "the backend"
        raise errors.UsageError(
            f"Expected the run in {folder} to be that of its row. Received: other {changed}. Give the row another "
            "name, or delete the folder."
        )
    begun_on = manifest.get("options", {}).get("data")
    is_on_sample = begun_on is None or is_sample_data(Path(begun_on))
    if (not is_on_sample) if data is None else begun_on != str(data):
        raise errors.UsageError(
            f"Expected the run in {folder} to be on the data of this sweep, {data or SAMPLE}. "
            f"Received: {SAMPLE if is_on_sample else begun_on}. Name that data, give the sweep another --out, or "
            "delete the folder."
        )
    return FINISHED if isinstance(manifest.get("files"), dict) else INTERRUPTED


def name_changes(wanted: dict[str, Any], found: dict[str, Any], prefix: str = "") -> list[str]:
    """Return the dotted keys whose values differ, what a recipe expects left out."""
    names = []
    for key, value in wanted.items():
        other = found.get(key)
        if isinstance(value, dict) and isinstance(other, dict) and key != "expected":
            names += name_changes(value, other, f"{prefix}{key}.")
        elif value != other and key != "expected":
            names.append(f"{prefix}{key}")
    return names


def clear_unbegun(folder: Path) -> None:
    """Take away the folder of a run that was killed before its manifest, so that the next has its name.

    Raises EnvironmentFault if another process holds it, or anything is in it that no such run leaves.
    """
    if not folder.exists():
        return
    try:
        with locked(folder):
            for path in list(folder.iterdir()):
                if path.name == RECIPE or (path.name.startswith(".") and path.name not in (LOCK, OWNER)):
                    path.unlink()
        folder.rmdir()
    except OSError as error:
        raise unwritable(folder, error) from error
