"""The tables of `bench`, made from the content of its JSON file: ratios first, then figures, then costs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.spread import Spread, describe_spread

NONE = "–"
UNITS = {"images_per_second": "images/s", "cpu_ms_per_image": "CPU ms/image", "seconds": "s"}
TITLES = ["what", "contestant", "times as good", "figure", "CPU ms/image", "memory, MiB", "at"]
BACKENDS = ("torch", "tensorflow", "jax")
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
    """Return a row per table whose baseline is plain PyTorch: the ratio of each backend, and of what else there is.

    Tables whose baseline is one of their own numbers of images are left out.
    """
    rows = [["times as good as plain PyTorch", *BACKENDS, "other"]]
    for _, table in _native_tables(content):
        ratios = {row["contestant"]: _ratio(row) for row in table["rows"] if row["contestant"] != "native"}
        others = [f"{name} {ratio}" for name, ratio in ratios.items() if name not in BACKENDS]
        rows.append([table["title"], *(ratios.get(name, NONE) for name in BACKENDS), "; ".join(others) or NONE])
    return rows


def ratio_conditions(content: Mapping[str, Any]) -> str:
    """Return how often, and on what, the ratios of `ratio_rows` were measured, in a sentence."""
    sections = [section for section, _ in _native_tables(content)]
    figures = [row["ratio"]["n"] for _, table in _native_tables(content) for row in table["rows"] if "ratio" in row]
    counts = sorted(set(figures))
    hardware = "; ".join(dict.fromkeys(section["hardware"] for section in sections))
    return f"n = {' to '.join(str(count) for count in dict.fromkeys([counts[0], counts[-1]]))} rounds; {hardware}."


def _native_tables(content: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Return the tables whose baseline is plain PyTorch, each with its section."""
    sections = sections_in_order(content)
    return [(each, table) for _, each in sections for table in each["tables"] if table["baseline"] == "native"]


def _ratio(row: Mapping[str, Any]) -> str:
    return _describe(row["ratio"], form=".2f") if "ratio" in row else row["status"] if row["status"] != "done" else NONE


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
