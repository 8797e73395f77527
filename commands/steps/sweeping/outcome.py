"""What a sweep leaves: the content of its JSON file, and its table as Markdown and on the screen."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import backends
from commands.steps.sweeping.known import MADE_OF
from commands.steps.sweeping.states import FINISHED, SweepRun
from data_io.files import write_json, write_text
from data_io.run_folder import describe_hardware, read_commit
from recipes.sweep import Sweep
from reports.markdown import as_markdown
from reports.sweep_tables import find_mean

DEVIATION = (
    "± is the sample standard deviation over seeds, or in brackets, of one run, the standard error of a share of its "
    "validation images; minutes are a run's mean."
)
OTHER_DATA = "The runs did not all see the same images."
OTHER_VERSIONS = "The runs were not all made with the same versions."


def describe_sweep(sweep: Sweep, runs: Sequence[SweepRun], command: str) -> dict[str, Any]:
    """Return all that is to be kept of a sweep, in the order of its rows."""
    groups: dict[tuple[str, str], list[SweepRun]] = {}
    for run in sorted(runs, key=lambda run: sweep.rows.index(run.combination.row)):
        groups.setdefault((run.combination.row.name, run.combination.backend), []).append(run)
    whole = surroundings(sweep, [run.summary for run in runs if run.state == FINISHED], command, DEVIATION)
    return {**whole, "rows": [_describe_row(group, whole) for group in groups.values()]}


def surroundings(
    sweep: Sweep, summaries: Sequence[Mapping[str, Any]], command: str, explanation: str
) -> dict[str, Any]:
    """Return what made the finished runs, and what a reader must know, in one note."""
    notes = [explanation, sweep.note]
    if _count(summaries, "data", "data_digests") > _count(summaries, "data"):  # a class left out is no other data
        notes.append(OTHER_DATA)
    if _count(summaries, "versions") > 1:
        notes.append(OTHER_VERSIONS)
    hardware = sorted({summary["hardware"] for summary in summaries}) or [describe_hardware("cpu")]
    return {
        "name": sweep.name,
        "command": command,
        "commit": read_commit(),
        "versions": summaries[0]["versions"] if summaries else backends.versions(),
        "data_digests": summaries[0]["data_digests"] if summaries else {},
        "hardware": "; ".join(hardware),
        "note": " ".join(filter(None, notes)),
    }


def _count(summaries: Sequence[Mapping[str, Any]], *keys: str) -> int:
    return len({json.dumps([summary[key] for key in keys], sort_keys=True) for summary in summaries})


def _describe_row(group: Sequence[SweepRun], whole: Mapping[str, Any]) -> dict[str, Any]:
    row = group[0].combination.row
    values = dataclasses.asdict(group[0].combination.recipe)
    accuracies = [run.summary["validation_accuracy"] for run in group if run.state == FINISHED]
    return {
        "name": row.name,
        "recipe": group[0].combination.recipe.name,
        "settings": list(row.settings),
        "values": {key: value for key, value in values.items() if key not in ("seed", "expected")},
        "published": row.published,
        "published_board": row.published_board,
        "backend": group[0].combination.backend,
        **find_mean(accuracies),
        "runs": [_describe_run(run, whole) for run in group],
    }


def _describe_run(run: SweepRun, whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run's place, state and figures, and what it was made of where that is not as of the `whole`."""
    kept = (
        *("validation_accuracy", "validation_loss", "validation_images", "epochs", "minutes", "device", "hardware"),
        *("unknown_auroc", "unknown_auroc_standard_error"),  # of a run that a class was left out of
    )
    return {
        "seed": run.combination.recipe.seed,
        "folder": run.combination.folder,
        "state": run.state,
        "reason": run.reason,
        **{key: run.summary[key] for key in kept if key in run.summary},
        **{key: run.summary[key] for key in MADE_OF if run.state == FINISHED and run.summary[key] != whole[key]},
    }


def leave_outcome(
    folder: Path, name: str, content: Mapping[str, Any], rows: Sequence[Sequence[str]], copy: Path | None
) -> None:
    """Write `name`.json and `name`.md, and the JSON to `copy` too, and show the table. Raises EnvironmentFault."""
    write_json(folder / f"{name}.json", content)
    text = f"# {content['name']}\n\n{as_markdown(rows)}\n\n{content['note']}\n"
    write_text(folder / f"{name}.md", text)
    if copy:
        write_json(copy, content)
    show(rows, content["note"])
    print(f"wrote {folder / name}.json and .md", flush=True)


def show(rows: Sequence[Sequence[str]], note: str) -> None:
    """Print the table."""
    console = Console()
    table = Table()
    for title in rows[0]:
        table.add_column(title, overflow="fold")
    for row in rows[1:]:
        table.add_row(*map(escape, row))
    console.print(table)
    console.print(note, markup=False, highlight=False)
