"""Writes the page of one run, and its curves as pictures beside it."""

from collections.abc import Callable
from pathlib import Path

import errors
from commands.steps.reporting.images import draw_thumbnails, find_audit, find_images, locate_run_data
from commands.steps.reporting.reading import read_run
from data_io.files import write_bytes, write_text
from data_io.run_folder import record_files
from data_io.splits import Split
from reports.figures import draw_curves, encode_png, encode_svg
from reports.run_page.content import Choice, Pictures, Plate, RunFacts, choose_answers
from reports.run_page.report import draw_report

PAGE = "report.html"
CURVES = {"curves.png": encode_png, "curves.svg": encode_svg}
HINT = "Heat maps of what each answer rests on: python run.py report RUN --explain"
# From the run, its images and the places to be shown to what they are shown with, and plates.
Explain = Callable[[Path, RunFacts, Split, Choice, Pictures], tuple[Pictures, list[Plate]]]


def write_report(run: Path, data: Path | None = None, out: Path | None = None, explain: Explain | None = None) -> Path:
    """Write a finished run's page, to RUN/report.html with its curves beside it, or to `out` alone; return its path.

    `data` is a folder that must hold the run's images; without it they are looked for and may be gone, which a line
    says. Raises UsageError and PromiseError as `read_run`, DataError as `find_images` for `data`.
    """
    facts = read_run(run)
    choice = choose_answers(facts)
    root = locate_run_data(facts, data)
    plates: list[Plate] = []
    try:
        split = find_images(facts, root)
    except errors.DataError as error:
        if data is not None:
            raise
        advice = "" if "--data" in error.messages[0] else " Name the folder with --data."
        pictures = Pictures(missing=f"Without thumbnails: {error.messages[0]}{advice}")
        print(f"notice: {pictures.missing}")  # this page may replace one that has them
    else:
        pictures = Pictures(draw_thumbnails(split, choice.places), unexplained=HINT)
        if explain is not None:
            pictures, plates = explain(run, facts, split, choice, pictures)
    audit = find_audit(root, run, facts)
    if out is not None:
        write_text(out, draw_report(facts, choice, pictures, plates, audit))
        return out
    written = [PAGE]
    for name, encode in CURVES.items():
        if not (run / name).is_file():
            write_bytes(run / name, encode(draw_curves(facts.history, facts.title)))
            written.append(name)
    write_text(run / PAGE, draw_report(facts, choice, pictures, plates, audit, has_files=True))
    record_files(run, written)
    return run / PAGE
