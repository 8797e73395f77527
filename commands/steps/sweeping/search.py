"""A search over recipe values with Optuna: each trial is a run like those of a sweep, and what is drawn is kept."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import errors
from commands.steps.sweeping.outcome import leave_outcome, surroundings
from commands.steps.sweeping.sequence import Clock, describe, make
from commands.steps.sweeping.states import FINISHED, SAMPLE, SweepRun
from data_io.files import write_bytes
from data_io.locking import locked
from data_io.run_folder import check_writable
from recipes.reading import read_recipe
from recipes.sweep import Combination, Numbers, Row, Sweep, write_value
from reports.sweep_tables import trial_rows

if TYPE_CHECKING:
    import optuna

NAME = "search"
JOURNAL = "search.journal"
SAMPLER_SEED = "sampler_seed"
SPACE = "space"
HONESTY = (
    "The last epoch's validation accuracy, by which the best was chosen: its figure is flattered by that choice, the "
    "more so the more trials there are; other seeds, and images that no trial was judged on, say what it is worth."
)


def search(args: Namespace, sweep: Sweep, backends: Sequence[str], folder: Path, data: Path | None) -> None:
    """Make trials until there are `--search`, and write and show them all. Raises UsageError and EnvironmentFault."""
    row = check_searchable(sweep, backends)
    if args.dry_run:
        print(f"{args.search} trials of {row.name} on {backends[0]} in {folder}, over:")
        for one in sweep.search:
            print(f"    {one.key}: {describe_range(one)}")
        return
    import_optuna()
    check_writable(folder)
    if args.json:
        check_writable(args.json.resolve().parent)
    with locked(folder):
        study = open_study(folder, sweep, row, backends[0], data, args.search_seed)
        clock = Clock(args.time_limit)
        try:
            is_whole = make_trials(study, sweep, row, backends[0], folder, data, args.search, args.search_seed, clock)
        except KeyboardInterrupt:
            finish(args, sweep, study, row, backends[0], folder, data)
            print(f"stopped; to go on, the same command again: {args.command_line}", flush=True)
            raise
        finish(args, sweep, study, row, backends[0], folder, data)
        if not is_whole:
            print(f"stopped after {args.time_limit:g} minutes; to go on, the same command again: {args.command_line}")


def check_searchable(sweep: Sweep, backends: Sequence[str]) -> Row:
    """Return the one row to search with. Raises UsageError unless there is one, and one backend and seed."""
    if not sweep.search:
        raise errors.UsageError("Expected a table [search] in the sweep for --search. Received: none.")
    if len(sweep.rows) * len(sweep.seeds) * len(backends) != 1:
        raise errors.UsageError(
            "Expected one row, one seed and one backend for --search. "
            f"Received: {len(sweep.rows)}, {len(sweep.seeds)} and {len(backends)}."
        )
    (row,) = sweep.rows
    read_recipe(row.recipe, (*row.settings, *(f"{one.key}={one.first}" for one in sweep.search)), sweep.seeds[0])
    return row


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


def open_study(folder: Path, sweep: Sweep, row: Row, backend: str, data: Path | None, seed: int) -> "optuna.Study":
    """Open the study that is kept in the folder, or begin it. Raises UsageError if it is of another search: then its
    figures and those of new trials would not be of one thing.

    This process holds the folder, so a lock of Optuna's that a killed one has left is void, as is a last line of the
    journal that it has not written to its end.
    """
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    path = folder / JOURNAL
    path.with_name(f"{JOURNAL}.lock").unlink(missing_ok=True)
    if path.exists() and not (content := path.read_bytes()).endswith(b"\n"):
        write_bytes(path, content[: content.rfind(b"\n") + 1])
    storage = JournalStorage(JournalFileBackend(str(path)))
    study = optuna.create_study(storage=storage, study_name=sweep.name, direction="maximize", load_if_exists=True)
    wanted = {
        SAMPLER_SEED: seed,
        SPACE: {one.key: describe_range(one) for one in sweep.search},
        "row": [row.recipe, *row.settings],
        "seed": sweep.seeds[0],
        "backend": backend,
        "data": str(data or SAMPLE),
    }
    for key, value in wanted.items():
        if study.user_attrs.get(key, value) != value:
            raise errors.UsageError(
                f"Expected the search in {folder} to go on with the {key.replace('_', ' ')} that it began with, "
                f"{study.user_attrs[key]}. Received: {value}. Give the sweep another name, or delete the folder."
            )
        study.set_user_attr(key, value)
    return study


def make_trials(
    study: "optuna.Study",
    sweep: Sweep,
    row: Row,
    backend: str,
    folder: Path,
    data: Path | None,
    trials: int,
    seed: int,
    clock: Clock,
) -> bool:
    """Go on with what was interrupted, then draw until there are `trials`; return False if the time was over before.

    A trial whose training fails says so and is not drawn from.
    """
    from optuna.trial import TrialState

    while True:
        running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        if not running and len(study.get_trials(deepcopy=False)) >= trials:
            return True
        if clock.is_over:
            return False
        number = running[0].number if running else draw(study, sweep, seed)
        settings = written_values(study.trials[number], sweep)
        print(f"[{number + 1}/{trials}] {', '.join(f'{key} {value}' for key, value in settings.items())}", flush=True)
        try:
            if len(settings) < len(sweep.search):
                raise errors.UsageError("killed while it was drawn")
            run = trial_run(row, sweep, number, settings, backend, folder, data)
            run.look()
        except errors.UsageError as error:  # values that do not go together
            print(f"    failed: {' '.join(error.messages)}", flush=True)
            study.tell(number, state=TrialState.FAIL)
            continue
        if run.state != FINISHED and not make(run, data, clock):
            return False
        print(f"    {describe(run)}", flush=True)
        if run.state == FINISHED:
            study.tell(number, run.summary["validation_accuracy"])
        else:
            study.tell(number, state=TrialState.FAIL)


def draw(study: "optuna.Study", sweep: Sweep, seed: int) -> int:
    """Draw the next trial's values and return its number.

    Each trial has a sampler of its own, whose seed is that of the search and the trial's number: so what is drawn
    depends on the trials before alone, and not on how often the search was interrupted.
    """
    import numpy as np
    import optuna

    number = len(study.get_trials(deepcopy=False))
    own = int(np.random.SeedSequence((seed, number)).generate_state(1)[0])
    study.sampler = optuna.samplers.TPESampler(seed=own)
    trial = study.ask()
    for one in sweep.search:
        if not isinstance(one, Numbers):
            trial.suggest_categorical(one.key, list(one.values))
        elif one.is_whole:
            trial.suggest_int(one.key, int(one.low), int(one.high), log=one.is_log)
        else:
            trial.suggest_float(one.key, one.low, one.high, log=one.is_log)
    return int(trial.number)


def written_values(trial: "optuna.trial.FrozenTrial", sweep: Sweep) -> dict[str, str]:
    """Return what was drawn for a trial as TOML, in the order of the sweep."""
    drawn = trial.params
    return {
        one.key: write_value(drawn[one.key]) if isinstance(one, Numbers) else str(drawn[one.key])
        for one in sweep.search
        if one.key in drawn
    }


def trial_run(
    row: Row, sweep: Sweep, number: int, settings: dict[str, str], backend: str, folder: Path, data: Path | None
) -> SweepRun:
    """Return the run of a trial. Raises UsageError if its values do not go together."""
    words = (*row.settings, *(f"{key}={value}" for key, value in settings.items()))
    own = Row(f"trial-{number:04}", row.recipe, words)
    one = Combination(own, backend, read_recipe(row.recipe, words, sweep.seeds[0]))
    return SweepRun(one, folder / one.folder, data)


def finish(
    args: Namespace, sweep: Sweep, study: "optuna.Study", row: Row, backend: str, folder: Path, data: Path | None
) -> None:
    """Write and show all trials."""
    trials, summaries = [], []
    for trial in study.get_trials(deepcopy=False):
        values = written_values(trial, sweep)
        described = {
            "number": trial.number,
            "values": values,
            "state": {"COMPLETE": FINISHED, "FAIL": "failed"}.get(trial.state.name, "interrupted"),
            "reason": "",
            "accuracy": trial.value,
            "minutes": None,
        }
        if trial.value is not None:
            run = trial_run(row, sweep, trial.number, values, backend, folder, data)
            run.look()
            described |= {"minutes": run.summary.get("minutes"), "folder": run.combination.folder}
            summaries += [run.summary] if run.state == FINISHED else []  # its folder may have been deleted since
        trials.append(described)
    note = f"{row.name} on {backend}, seed {sweep.seeds[0]}. {HONESTY}"
    content = {
        **surroundings(sweep, summaries, args.command_line, note),
        "backend": backend,
        "search_seed": args.search_seed,
        "trials": trials,
    }
    leave_outcome(folder, NAME, content, trial_rows(content), args.json)
