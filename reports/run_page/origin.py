"""Draws what a run was made from and with: data, recipe, command, versions, digests."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from reports.page import Html, element, join, section, table
from reports.run_page.content import RunFacts

# The page cannot hold its own digest, and is the same whether the curves were there before.
WRITTEN_WITH_THE_PAGE = ("report.html", "curves.png", "curves.svg")


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested tables as one, with keys such as `training.epochs`."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def show(value: object) -> str:
    """Return a recipe's value as text: lists without brackets, numbers as they are written."""
    return ", ".join(map(show, value)) or "none" if isinstance(value, list | tuple) else str(value)


def _shorten(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def draw_data(facts: RunFacts, audit: Mapping[str, Any] | None) -> Html:
    """Return the section on the data: what an audit found, if there is one, and the labels of the images judged."""
    counts = np.bincount(facts.labels, minlength=facts.classes)
    given = np.bincount(facts.given, minlength=facts.classes)
    rows = [
        (
            Html(f"<b>{facts.data_labels[label]}</b>"),
            f"{counts[label]:,}",
            f"{given[label]:,}",
            f"{given[label] - counts[label]:+,}".replace("-", "−"),
        )
        for label in range(facts.classes)
    ]
    balance = table(["class", f"{facts.metrics['split']} images", "times given", "difference"], rows)
    if audit is None:
        note = join(
            [
                "Not audited: ",
                element("code", "python run.py check --data DIR"),
                " looks for copies, leaks and shortcuts to the label, and its summary then appears here.",
            ]
        )
        return section("The data", balance, element("p", note, class_="quiet"), name="data")
    found = audit["counts"]
    tags = [
        element(
            "span", f"{found[kind]:,} {kind}{'s' * (found[kind] != 1)}", class_=f"tag {tone if found[kind] else 'good'}"
        )
        for kind, tone in (("error", "error"), ("warning", "warning"), ("note", ""))
    ]
    splits = [
        (split["name"], f"{split['rows']:,}", f"{split['rows'] - split['readable']:,}") for split in audit["splits"]
    ]
    clear = [shortcut for shortcut in audit["shortcuts"] if shortcut["clear"]]
    hints = "; ".join(f"{one['group']} alone guesses {one['accuracy']:.3f}" for one in clear)
    chance = f" (chance {clear[0]['chance']:.3f})" if clear else ""
    shortcuts = f"Shortcuts to the label: {hints}{chance}." if clear else "No shortcut to the label was found."
    messages = [element("li", finding["message"]) for finding in audit["findings"] if finding["severity"] != "note"]
    more = len(messages) - 8
    return section(
        "The data",
        element("p", *tags, " in the audit of ", element("code", audit["root"])),
        element("p", shortcuts),
        element("ul", *messages[:8], element("li", f"… and {more:,} more") if more > 0 else "") if messages else "",
        table(["split", "images", "unreadable"], splits),
        balance,
        name="data",
    )


def draw_origin(facts: RunFacts) -> list[Html]:
    """Return the sections on the recipe with its command, and on versions, machine and digests."""
    manifest = facts.manifest
    values = [(element("code", key), show(value)) for key, value in flatten(facts.recipe).items()]
    commands = [manifest.get("command", "unknown"), *manifest.get("resumes", [])]
    recipe = section(
        "How it was made",
        element("pre", "\n".join(map(str, commands))),
        element(
            "details",
            element("summary", f"The recipe: {len(values)} values"),
            element("div", table(["key", "value"], values), class_="keys"),
        ),
        lead="The command, then every value that was used.",
        name="recipe",
    )
    machine = [
        (name.replace("_", " "), element("span", _shorten(manifest[name]), class_="wrap"))
        for name in ("backend", "device", "hardware", "loader", "commit", "minutes", "training_minutes", "rewinds")
        if manifest.get(name) is not None
    ]
    versions = [(package, str(version)) for package, version in manifest.get("versions", {}).items()]
    digests = [(f"{split} images", digest) for split, digest in manifest.get("data_digests", {}).items()]
    digests += [
        (name.replace("_digest", "").replace("_", " "), value)
        for name, value in manifest.items()
        if name.endswith("_digest")
    ]
    digests += [item for item in manifest.get("files", {}).items() if item[0] not in WRITTEN_WITH_THE_PAGE]
    rows = [(name, element("span", digest, class_="digest")) for name, digest in digests]
    made_with = section(
        "Made with",
        element("div", table(["what", "value"], machine), table(["package", "version"], versions), class_="pair"),
        element(
            "details", element("summary", f"Digests (SHA-256) of {len(rows)} things"), table(["what", "SHA-256"], rows)
        ),
        name="versions",
    )
    return [recipe, made_with]
