"""`run.py check`: audit a data folder; a table on the terminal, JSON for machines, a page with thumbnails."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

import errors
from commands.steps.data import find_data, name_formats
from commands.steps.progress import counting
from data_io.auditing.audit import Audit, audit
from data_io.auditing.findings import ERROR, NOTE, WARNING, escalate_leaks
from data_io.auditing.inspection import encode_thumbnail
from data_io.auditing.shortcuts import MEANING
from data_io.files import write_json, write_text
from data_io.owned_files import check_replaceable
from data_io.run_folder import check_writable
from reports.audit_page import draw_audit, name_shown_images

SHOWN_FINDINGS = 20  # more would push the tables off the screen
THUMBNAIL_PIXELS = 128


def run(args: Namespace) -> None:
    """Write `args.out` and the page beside it, and print what was found; raises DataError if errors were."""
    if args.out.suffix != ".json":
        raise errors.UsageError(f"Expected --out to name a .json file. Received: {args.out}.")
    page = args.out.with_suffix(".html")
    for path in (args.out, page):
        check_replaceable(path)
    check_writable(args.out.parent)
    root = find_data(args.data)
    formats = name_formats(args)
    found = audit(root, args.classes, counting, formats)
    if args.strict:
        found = replace(found, findings=escalate_leaks(found.findings))
    values = found.as_dict()
    write_json(args.out, values)
    write_text(page, draw_audit(values, _draw_thumbnails(root, name_shown_images(values), formats)))
    _print_tables(found)
    _print_findings(found, args.out)
    print(f"wrote {args.out} and {page}", flush=True)
    if mistakes := [finding.message for finding in found.of_severity(ERROR)]:
        rest = len(mistakes) - SHOWN_FINDINGS
        more = [f"… and {rest:,} more, all of them in {args.out}."] if rest > 0 else []
        raise errors.DataError([*mistakes[:SHOWN_FINDINGS], *more])


def _draw_thumbnails(root: Path, files: Sequence[str], formats: Sequence[str]) -> dict[str, bytes]:
    thumbnails = {}
    for file in files:
        try:
            thumbnails[file] = encode_thumbnail(root / file, THUMBNAIL_PIXELS, formats)
        except (OSError, ValueError):
            continue  # an unreadable image: what is wrong with it is among the findings
    return thumbnails


def _print_findings(found: Audit, out: Path) -> None:
    for severity in (WARNING, NOTE):
        findings = found.of_severity(severity)
        for finding in findings[:SHOWN_FINDINGS]:
            print(f"{severity}: {finding.message}")
        if len(findings) > SHOWN_FINDINGS:
            print(f"{severity}: … and {len(findings) - SHOWN_FINDINGS:,} more, all of them in {out}.")
    counts = {severity: len(found.of_severity(severity)) for severity in (ERROR, WARNING, NOTE)}
    print("found " + ", ".join(f"{count:,} {severity}{'s' * (count != 1)}" for severity, count in counts.items()))


def _print_tables(found: Audit) -> None:
    labels = sorted({label for split in found.splits for label in split.labels})
    _print_table(
        f"Images of {found.root}",
        ["split", "images", "unreadable", *[f"label {label}" for label in labels]],
        [
            [
                split.name,
                f"{split.rows:,}",
                f"{split.rows - split.readable:,}",
                *[f"{split.labels.get(label, 0):,}" if split.labels else "-" for label in labels],
            ]
            for split in found.splits
        ],
    )
    _print_table(
        "Files by class",
        ["split", "label", "modes", "sizes", "formats", "layouts", "kB at 5 %", "50 %", "95 %", "mean R, G, B"],
        [
            [
                profile.split,
                "-" if profile.label is None else str(profile.label),
                *[_name(counts) for counts in (profile.modes, profile.sizes, profile.formats)],
                str(len(profile.layouts)),
                *[f"{profile.file_bytes[place] / 1000:.1f}" for place in (1, 3, 5)],
                ", ".join(f"{mean:.0f}" for mean in profile.colour_means),
            ]
            for profile in found.profiles
        ],
    )
    if found.shortcuts:
        _print_table(
            f"Guessing the label of {found.shortcuts[0].rows:,} train images from one property alone",
            ["property", "accuracy", "chance"],
            [
                [
                    shortcut.group,
                    shortcut.state
                    if shortcut.accuracy is None
                    else f"{shortcut.accuracy:.3f} ± {shortcut.standard_error:.3f}",
                    f"{shortcut.chance:.3f}",
                ]
                for shortcut in found.shortcuts
            ],
        )
        print(f"{MEANING}\n")


def _name(counts: dict[str, int]) -> str:
    return next(iter(counts)) if len(counts) == 1 else ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if sys.stdout.isatty():
        drawn = Table(*columns, title=title, title_justify="left")
        for row in rows:
            drawn.add_row(*row)
        Console().print(drawn, markup=False)
    else:
        print(title)
        widths = [max(len(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
        for line in (columns, *rows):
            print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print()
