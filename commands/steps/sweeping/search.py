"""A search over recipe values with Optuna: each trial is a run like those of a sweep, and what is drawn is kept."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import errors
from commands.steps.sweeping.outcome import leave_outcome, surroundings
from commands.steps.sweeping.same_images import check_same_images
from commands.steps.sweeping.sequence import Clock, describe, make
from commands.steps.sweeping.states import FINISHED, SweepRun
from commands.steps.sweeping.study import Search, describe_range, draw, import_optuna, open_study
from data_io.locking import locked
from data_io.run_folder import check_writable
from recipes.reading import read_recipe
from recipes.sweep import Row, Sweep
from reports.sweep_tables import trial_rows

if TYPE_CHECKING:
    import optuna

NAME = "search"
REASON = "reason of trial "
FAULTS = (errors.DataError.exit_code, errors.EnvironmentFault.exit_code)  # seldom of what was drawn
HONESTY = (
    "The last epoch's validation accuracy, by which the best was chosen: its figure is flattered by that choice, the "
    "more so the more trials there are; other seeds, and images that no trial was judged on, say what it is worth."
)


def search(args: Namespace, sweep: Sweep, backends: Sequence[str], folder: Path, data: Path | None) -> None:
    """Make trials until there are `--search`, and write and show them all.

    Raises UsageError, also for finished trials on other images than are there now, and EnvironmentFault.
    """
    asked = Search(sweep, check_searchable(sweep, backends), backends[0], folder, data, args.search_seed)
    if args.dry_run:
        print(f"{args.search} trials of {asked.row.name} on {asked.backend} in {folder}, over:")
        for one in sweep.search:
            print(f"    {one.key}: {describe_range(one)}")
        return
    import_optuna()
    check_writable(folder)
    if args.json:
        check_writable(args.json.resolve().parent)
    with locked(folder):
        study = open_study(asked)
        check_same_images(list(find_made(study, asked).values()), asked.data)
        try:
            is_whole = make_trials(study, asked, args.search, Clock(args.time_limit))
        except KeyboardInterrupt:
            finish(args, asked, study)
            print(f"stopped; to go on, the same command again: {args.command_line}", flush=True)
            raise
        except errors.PromiseError:
            finish(args, asked, study)
            raise
        finish(args, asked, study)
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


def make_trials(study: "optuna.Study", asked: Search, trials: int, clock: Clock) -> bool:
    """Go on with what was interrupted, then draw until there are `trials`; return False if the time was over before.

    A trial whose values fail says so and is not drawn from. Raises PromiseError for one that fails for its data or its
    surroundings, and keeps what was drawn for the next call; if it then fails again, it counts as failed.
    """
    from optuna.trial import TrialState

    while True:
        running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        if not running and len(study.get_trials(deepcopy=False)) >= trials:
            return True
        if clock.is_over:
            return False
        number = running[0].number if running else draw(study, asked)
        settings = asked.written_values(study.trials[number])
        print(f"[{number + 1}/{trials}] {', '.join(f'{key} {value}' for key, value in settings.items())}", flush=True)
        try:
            if len(settings) < len(asked.sweep.search):
                raise errors.UsageError("killed while it was drawn")
            run = asked.run(number, settings)
            run.look()
        except errors.UsageError as error:  # values that do not go together
            fail(study, number, " ".join(error.messages))
            continue
        if run.state != FINISHED and not make(run, asked.data, clock):
            return False
        if run.state == FINISHED:
            print(f"    {describe(run)}", flush=True)
            study.tell(number, run.summary["validation_accuracy"])
        elif run.code in FAULTS and not running:
            raise errors.PromiseError(
                f"Expected trial {number} to come through. Received: {run.reason.rstrip('.')}. What was drawn for it "
                "is kept: mend that, and give the same command again."
            )
        else:
            fail(study, number, run.reason)


def fail(study: "optuna.Study", number: int, reason: str) -> None:
    """Say and keep why a trial has no figure."""
    from optuna.trial import TrialState

    print(f"    failed: {reason}", flush=True)
    study.set_user_attr(f"{REASON}{number}", reason)
    study.tell(number, state=TrialState.FAIL)


def find_made(study: "optuna.Study", asked: Search) -> dict[int, SweepRun]:
    """Return the runs of the trials that have a figure, by number, each as it is now: its folder may be deleted."""
    made = {}
    for trial in study.get_trials(deepcopy=False):
        if trial.value is not None:
            made[trial.number] = asked.run(trial.number, asked.written_values(trial))
            made[trial.number].look()
    return made


def finish(args: Namespace, asked: Search, study: "optuna.Study") -> None:
    """Write and show all trials."""
    made = find_made(study, asked)
    trials, summaries = [], []
    for trial in study.get_trials(deepcopy=False):
        values = asked.written_values(trial)
        described = {
            "number": trial.number,
            "values": values,
            "state": {"COMPLETE": FINISHED, "FAIL": "failed"}.get(trial.state.name, "interrupted"),
            "reason": study.user_attrs.get(f"{REASON}{trial.number}", ""),
            "accuracy": trial.value,
            "minutes": None,
        }
        if run := made.get(trial.number):
            described |= {"minutes": run.summary.get("minutes"), "folder": run.combination.folder}
            summaries += [run.summary] if run.state == FINISHED else []
        trials.append(described)
    note = f"{asked.row.name} on {asked.backend}, seed {asked.sweep.seeds[0]}. {HONESTY}"
    content = {
        **surroundings(asked.sweep, summaries, args.command_line, note),
        "backend": asked.backend,
        "search_seed": asked.sampler_seed,
        "trials": trials,
    }
    leave_outcome(asked.folder, NAME, content, trial_rows(content), args.json)
