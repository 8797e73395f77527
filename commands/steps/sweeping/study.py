"""What a search is of, and its study: what Optuna has drawn, kept in the search's folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import errors
from commands.steps.sweeping.states import SAMPLE, SweepRun
from data_io.files import write_bytes
from recipes.reading import read_recipe
from recipes.sweep import Combination, Numbers, Row, Sweep, write_value

if TYPE_CHECKING:
    import optuna

JOURNAL = "search.journal"


@dataclass(frozen=True)
class Search:
    """A search: the sweep that has its ranges, its one row and backend, where it is and on what, what draws it.

    `data` is the absolute path of the data folder, None for drawn sample data.
    """

    sweep: Sweep
    row: Row
    backend: str
    folder: Path
    data: Path | None
    sampler_seed: int

    def run(self, number: int, settings: dict[str, str]) -> SweepRun:
        """Return the run of a trial. Raises UsageError if its values do not go together."""
        words = (*self.row.settings, *(f"{key}={value}" for key, value in settings.items()))
        own = Row(f"trial-{number:04}", self.row.recipe, words)
        one = Combination(own, self.backend, read_recipe(self.row.recipe, words, self.sweep.seeds[0]))
        return SweepRun(one, self.folder / one.folder, self.data)

    def written_values(self, trial: "optuna.trial.FrozenTrial") -> dict[str, str]:
        """Return what was drawn for a trial as TOML, in the order of the sweep."""
        drawn = trial.params
        return {
            one.key: write_value(drawn[one.key]) if isinstance(one, Numbers) else str(drawn[one.key])
            for one in self.sweep.search
            if one.key in drawn
        }


def describe_range(one: Any) -> str:
    """Return in words what a value is drawn from."""
    if not isinstance(one, Numbers):
        return f"one of {', '.join(one.values)}"
    return f"{'whole numbers ' if one.is_whole else ''}{one.low:g} to {one.high:g}{', logarithmic' * one.is_log}"


def import_optuna() -> None:
    """Raise EnvironmentFault if Optuna is not installed; make it quiet."""
    try:
        import optuna
    except ImportError as error:
        raise errors.EnvironmentFault(
            "Expected optuna to be installed for --search. Received: no such package. "
            "Run: pip install -c constraints.txt -e '.[search]'"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)


def open_study(search: Search) -> "optuna.Study":
    """Open the study that is kept in the search's folder, or begin it.

    Raises UsageError if it is of another search: then its figures and those of new trials would not be of one thing.

    This process holds the folder, so a lock of Optuna's that a killed one has left is void, as is a last line of the
    journal that it has not written to its end.
    """
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    sweep, row = search.sweep, search.row
    path = search.folder / JOURNAL
    path.with_name(f"{JOURNAL}.lock").unlink(missing_ok=True)
    if path.exists() and not (content := path.read_bytes()).endswith(b"\n"):
        write_bytes(path, content[: content.rfind(b"\n") + 1])
    storage = JournalStorage(JournalFileBackend(str(path)))
    study = optuna.create_study(storage=storage, study_name=sweep.name, direction="maximize", load_if_exists=True)
    wanted = {
        "sampler_seed": search.sampler_seed,
        "space": {one.key: describe_range(one) for one in sweep.search},
        "row": [row.recipe, *row.settings],
        "seed": sweep.seeds[0],
        "backend": search.backend,
        "data": str(search.data or SAMPLE),
    }
    for key, value in wanted.items():
        if study.user_attrs.get(key, value) != value:
            raise errors.UsageError(
                f"Expected the search in {search.folder} to go on with the {key.replace('_', ' ')} that it began with, "
                f"{study.user_attrs[key]}. Received: {value}. Give the sweep another name, or delete the folder."
            )
        study.set_user_attr(key, value)
    return study


def draw(study: "optuna.Study", search: Search) -> int:
    """Draw the next trial's values and return its number.

    Each trial has a sampler of its own, whose seed is that of the search and the trial's number: so what is drawn
    depends on the trials before alone, and not on how often the search was interrupted.
    """
    import numpy as np
    import optuna

    number = len(study.get_trials(deepcopy=False))
    own = int(np.random.SeedSequence((search.sampler_seed, number)).generate_state(1)[0])
    study.sampler = optuna.samplers.TPESampler(seed=own)
    trial = study.ask()
    for one in search.sweep.search:
        if not isinstance(one, Numbers):
            trial.suggest_categorical(one.key, list(one.values))
        elif one.is_whole:
            trial.suggest_int(one.key, int(one.low), int(one.high), log=one.is_log)
        else:
            trial.suggest_float(one.key, one.low, one.high, log=one.is_log)
    return int(trial.number)
