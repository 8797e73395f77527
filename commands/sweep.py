"""`run.py sweep`: recipes x seeds x backends as runs that are each made once, and one table of all."""

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

import backends
import errors
from commands.arguments.runs import RUNS
from commands.steps.data import locate_data
from commands.steps.sweeping.known import take_known
from commands.steps.sweeping.outcome import describe_sweep, leave_outcome, show
from commands.steps.sweeping.same_images import check_same_images
from commands.steps.sweeping.sequence import Clock, run_in_turn
from commands.steps.sweeping.states import FAILED, FINISHED, SAMPLE, SweepRun
from data_io.folder import check_root
from data_io.locking import locked
from data_io.run_folder import check_writable
from recipes.sweep import Sweep, combine
from recipes.sweep_reading import read_sweep
from reports.sweep_tables import sweep_rows

NAME = "sweep"


def run(args: Namespace) -> None:
    """Make the runs that are not there yet, or search. Raises PromiseError if any failed, after the others."""
    sweep = read_sweep(args.file)
    check_options(args)
    names = choose_backends(sweep)
    folder = (args.out or Path(sweep.out or RUNS)).resolve() / sweep.name
    data = args.data or (Path(sweep.data) if sweep.data else None)
    data = locate_data(data)
    if data is not None:
        check_root(data)
        data = data.resolve()  # named to every run, so that each says what it is on
    if args.search:
        from commands.steps.sweeping.search import search

        args.search_seed = args.search_seed or 0
        search(args, sweep, names, folder, data)
        return
    runs = [SweepRun(one, folder / one.folder, data) for one in combine(sweep, names)]
    if args.known:
        take_known(args.known, runs)
    look_at(runs)
    check_same_images(runs, data)
    if args.dry_run:
        show_plan(sweep, runs, args.command_line, folder, data)
        return
    check_writable(folder)
    if args.json:
        check_writable(args.json.resolve().parent)
    with locked(folder):
        make_runs(args, sweep, runs, folder, data)


def check_options(args: Namespace) -> None:
    """Raise UsageError for options that do not go together."""
    if args.engine != "ray" and (args.address or args.cpus):
        raise errors.UsageError("Expected --address and --cpus with --engine ray. Received: without it.")
    if args.search and args.engine == "ray":
        raise errors.UsageError(
            "Expected --search without --engine ray: each trial is drawn from those before it. Received: both."
        )
    if args.search_seed is not None and not args.search:
        raise errors.UsageError("Expected --search-seed with --search. Received: it alone.")
    if args.known and args.search:
        raise errors.UsageError("Expected --known without --search: a search keeps its own trials. Received: both.")
    if args.json and args.json.is_dir():
        raise errors.UsageError(f"Expected --json to name a file. Received: the folder {args.json}.")


def choose_backends(sweep: Sweep) -> list[str]:
    """Return the backends that the sweep names, else the one that `train` would choose. Raises UsageError."""
    unknown = sorted(set(sweep.backends) - set(backends.BACKENDS))
    if unknown:
        raise errors.UsageError(
            f"Expected backends of {', '.join(backends.BACKENDS)} in the sweep. Received: {', '.join(unknown)}."
        )
    return list(sweep.backends) or [backends.choose(None, os.environ).name]


def look_at(runs: list[SweepRun]) -> None:
    """Read the state of all runs. Raises UsageError or PromiseError with what is wrong with any."""
    wrong: list[errors.ProgramError] = []
    for one in runs:
        try:
            one.look()
        except (errors.UsageError, errors.PromiseError) as error:
            wrong.append(error)
    if wrong:
        raise type(wrong[0])([message for error in wrong for message in error.messages])


def show_plan(sweep: Sweep, runs: list[SweepRun], command: str, folder: Path, data: Path | None) -> None:
    """Print the table as it is now, and what a call without `--dry-run` would do. Writes nothing."""
    content = describe_sweep(sweep, runs, command)
    show(sweep_rows(content), content["note"])
    left = sum(one.state != FINISHED for one in runs)
    print(f"{left} of {len(runs)} runs to make in {folder}, data: {data or SAMPLE}")


def make_runs(args: Namespace, sweep: Sweep, runs: list[SweepRun], folder: Path, data: Path | None) -> None:
    """Make the runs, and write and show what there is, also when stopped."""
    try:
        clock = Clock(args.time_limit)
        if args.engine == "ray":
            from commands.steps.sweeping.on_ray import run_on_ray

            is_whole = run_on_ray(runs, data, args.address, args.cpus or 1, clock)
        else:
            is_whole = run_in_turn(runs, data, clock)
    except KeyboardInterrupt:
        finish(args, sweep, runs, folder)
        print(f"stopped; to go on, the same command again: {args.command_line}", flush=True)
        raise
    finish(args, sweep, runs, folder)
    if not is_whole:
        print(f"stopped after {args.time_limit:g} minutes; to go on, the same command again: {args.command_line}")
    failed = [one for one in runs if one.state == FAILED]
    if failed:
        raise errors.PromiseError(
            [f"Expected {one.combination} to come through. Received: {one.reason.rstrip('.')}." for one in failed]
        )


def finish(args: Namespace, sweep: Sweep, runs: list[SweepRun], folder: Path) -> None:
    """Write and show the table."""
    content: dict[str, Any] = describe_sweep(sweep, runs, args.command_line)
    leave_outcome(folder, NAME, content, sweep_rows(content), args.json)
