"""The tables of `bench`, made from the content of its JSON file: ratios first, then figures, then costs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.spread import Spread, describe_spread

NONE = "–"
UNITS = {"images_per_second": "images/s", "cpu_ms_per_image": "CPU ms/image", "seconds": "s"}
TITLES = ["what", "contestant", "times as good", "figure", "CPU ms/image", "memory, MiB", "at"]
ORDER = ("training", "loader", "prediction", "job", "accuracy", "growth")


def sections_in_order(content: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the sections that there are, by name, in the order in which they are measured."""
    return [(name, content["sections"][name]) for name in ORDER if name in content["sections"]]


def tables_in_order(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the tables of all sections."""
    for _, section in sections_in_order(content):
        yield from section["tables"]


def bench_rows(content: Mapping[str, Any]) -> list[list[str]]:
    """Return a row per contestant of each table, the titles first: median (least to most) over the rounds.

    `times as good` is the median of the ratios of each round, to the baseline that the row names with 1; a contestant
    that did not come through says why.
    """
    rows = [TITLES]
    for table in tables_in_order(content):
        rows += [[table["title"], *_cells(row, table)] for row in table["rows"]]
    return rows


def _cells(row: Mapping[str, Any], table: Mapping[str, Any]) -> list[str]:
    if "figure" not in row:
        return [row["contestant"], row["status"], row["reason"], NONE, NONE, NONE]
    memory = row.get("peak_anonymous_bytes")
    return [
        row["contestant"],
        describe_ratio(row, table),
        f"{_describe(row['figure'])} {UNITS[table['metric']]}",
        _describe(row["cpu_ms_per_image"]),
        _describe(memory, 2.0**-20, ",.0f") if memory else NONE,
        row["variant"],
    ]


def describe_ratio(row: Mapping[str, Any], table: Mapping[str, Any]) -> str:
    """Return how many times as good as the baseline a row is: 1 for the baseline itself, NONE without one."""
    if row["contestant"] == table["baseline"]:
        return "1"
    return _describe(row["ratio"], form=".2f") if "ratio" in row else NONE


def _describe(values: Mapping[str, Any], factor: float = 1.0, form: str = "") -> str:
    median, least, most = (factor * values[key] for key in ("median", "least", "most"))
    form = form or (",.0f" if median >= 100 else ".1f" if median >= 10 else ".2f")
    return describe_spread(Spread(median, least, most, int(values["n"])), form)


def ratio_rows(content: Mapping[str, Any]) -> list[list[str]]:
    """Return a row per table and a column per contestant that has a baseline beside it: the medians of ratios alone.

    Tables whose baseline is one of their own numbers of images are left out.
    """
    tables = [table for table in tables_in_order(content) if table["baseline"] == "native"]
    names = list(dict.fromkeys(row["contestant"] for table in tables for row in table["rows"]))
    rows = [["times as good as plain PyTorch", *(name for name in names if name != "native")]]
    for table in tables:
        medians = {row["contestant"]: _median(row) for row in table["rows"]}
        rows.append([table["title"], *(medians.get(name, NONE) for name in names if name != "native")])
    return rows


def _median(row: Mapping[str, Any]) -> str:
    return f"{row['ratio']['median']:.2f}" if "ratio" in row else row["status"] if row["status"] != "done" else NONE


def bench_conditions(content: Mapping[str, Any]) -> list[str]:
    """Return a line per section: how it was measured, on what, with which versions."""
    return [_conditions(name, section) for name, section in sections_in_order(content)]


def _conditions(name: str, section: Mapping[str, Any]) -> str:
    measured = dict.fromkeys(table["conditions"] for table in section["tables"])
    rounds = max(
        (row["figure"]["n"] for table in section["tables"] for row in table["rows"] if "figure" in row), default=0
    )
    shown = ("keras", "torch", "tensorflow", "jax", "onnxruntime")
    versions = [f"{package} {section['versions'][package]}" for package in shown if package in section["versions"]]
    return "; ".join(
        [
            f"{name}: {'. '.join(measured)}",
            f"n = {rounds} round{'s' * (rounds != 1)} in turns",
            f"threads and cores: at most {max(section['threads'])}",
            section["data"],
            section["hardware"],
            ", ".join(versions),
            f"`{section['command']}`",
        ]
    )


def as_content(sections: Mapping[str, Any], note: str = "") -> dict[str, Any]:
    """Return the content of the JSON file."""
    return {"sections": dict(sections), "note": note}


def came_through(sections: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether any contestant of any table has a figure."""
    return any("figure" in row for section in sections for table in section["tables"] for row in table["rows"])
