"""What a comparison leaves: the content of its JSON file, pictures, and two tables on the screen."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import backends
from benchmarks.measuring import pin_threads, settings_of_shell
from commands.steps.comparison.contest import Contest, Contestant
from commands.steps.comparison.levels import Level
from data_io.files import write_bytes
from data_io.opening import OpenData
from data_io.run_folder import describe_hardware, read_commit
from reports.comparison_figures import draw_cost, draw_histories, draw_losses
from reports.comparison_tables import agreement_rows, conditions, cost_rows
from reports.figures import encode_png


def describe(
    contest: Contest,
    command: str,
    seeds: int,
    images: int,
    data: OpenData,
    contestants: Sequence[Contestant],
    levels: Sequence[Level],
) -> dict[str, Any]:
    """Return all that is to be kept of a comparison that trained on `images` images."""
    devices = dict.fromkeys(trial["device"] for one in contestants for trial in one.trials) or {"cpu": None}
    given = pin_threads(contest.threads) | backends.environment("", contest.device)
    versions = backends.versions()
    for other in contest.interpreters.values():
        versions |= other.versions
    return {
        "command": command,
        "commit": read_commit(),
        "versions": versions,
        "hardware": "; ".join(map(describe_hardware, devices)),
        "threads": contest.threads,
        "load_before": contest.load_before,
        "settings_of_shell": settings_of_shell(os.environ, given),
        "precision": contest.recipe.training.precision,
        "recipe": dataclasses.asdict(contest.recipe),
        "seeds": seeds,
        "train_images": images,
        "validation_images": len(data.splits["validation"].images),
        "data_digests": {name: cached.digest for name, cached in data.splits.items()},
        "contestants": [_without_agreement(one) for one in contestants],
        "levels": [dataclasses.asdict(level) for level in levels],
        "note": "",
    }


def _without_agreement(one: Contestant) -> dict[str, Any]:
    values = dataclasses.asdict(one)
    return {key: values[key] for key in ("name", "status", "reason", "trials")}  # of agreement the levels have all


def draw(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the pictures that there is something to draw for, of the backends that have trained all seeds."""
    trials = {one["name"]: one["trials"] for one in content["contestants"] if len(one["trials"]) == content["seeds"]}
    if trials:
        write_bytes(folder / "cost.png", encode_png(draw_cost(trials, conditions(content))))
        write_bytes(folder / "curves.png", encode_png(draw_histories(trials, conditions(content))))
    losses = {level["name"]: level["details"]["losses"] for level in content["levels"] if "losses" in level["details"]}
    if losses:
        write_bytes(folder / "losses.png", encode_png(draw_losses(losses)))


def show(content: Mapping[str, Any]) -> None:
    """Print the two tables."""
    console = Console()
    for title, rows in (
        ("Do they agree?", agreement_rows(content)),
        ("What do they cost?", cost_rows(content)),
    ):
        table = Table(*rows[0], title=title, title_justify="left")
        for row in rows[1:]:
            table.add_row(*map(escape, row))
        console.print(table)
    console.print(conditions(content), markup=False, highlight=False)
