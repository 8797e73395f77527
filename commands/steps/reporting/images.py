"""The validation images that a run was judged on, found again and shown small, and what an audit said of them."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

import errors
from commands.steps.data import SAMPLE_DATA, locate_data
from data_io.arrangement import name_sources, plan_parts
from data_io.cache import digest_split
from data_io.folder import examine_data_folder
from data_io.images import ANSWERED_FORMATS, decode
from data_io.regular_files import read_regular
from data_io.splits import Split
from reports.run_page.content import RunFacts

THUMBNAIL_PIXELS = 144  # shown at most 150 wide; 20 of them are about 100 kB
AUDIT = "audit.json"
MAXIMUM_AUDIT_BYTES = 1 << 27
AUDIT_KEYS = {"root", "counts", "splits", "shortcuts", "findings"}


def locate_run_data(facts: RunFacts, option: Path | None) -> Path:
    """Return the folder to look for a run's images in: `--data`, else the run's own, which need not be there."""
    recorded = facts.manifest.get("options", {}).get("data")
    if option is not None or recorded:
        return option or Path(recorded)
    return locate_data(None) or SAMPLE_DATA


def find_images(facts: RunFacts, root: Path) -> Split:
    """Return the rows of the images that a run was judged on, in the order of its answers.

    Raises DataError if they are not in the data folder `root`, or others are.
    """
    name = facts.metrics["split"]
    arrangement = {"folds": 0, **facts.recipe.get("data", {})}
    sources = name_sources((name,), arrangement["folds"])
    found, mistakes = examine_data_folder(root, facts.recipe["model"]["classes"], sources)
    if mistakes:
        raise errors.DataError(mistakes)
    split, digest = found.splits[name], ""
    digests = {source: digest_split(found.splits[source]) for source in sources}
    if part := plan_parts(found.splits, **arrangement).get(name):
        split, digest = part.split(found.splits), part.digest(digests)
    if (digest or digests[name]) != facts.metrics["data_digest"] or split.ids != tuple(facts.ids):
        raise errors.DataError(f"Expected the {name} images of {facts.name} in {root}. Received: others.")
    return split


def draw_thumbnails(split: Split, places: Sequence[int]) -> dict[int, tuple[str, bytes]]:
    """Return JPEGs by place; an image that cannot be read has none."""
    thumbnails = {}
    for place in places:
        try:
            thumbnails[place] = ("image/jpeg", encode_jpeg(decode(split.paths[place], ANSWERED_FORMATS).image))
        except (OSError, ValueError):
            continue
    return thumbnails


def encode_jpeg(image: Image.Image) -> bytes:
    """Return an RGB image as JPEG, at most THUMBNAIL_PIXELS wide and high."""
    small = image.copy()
    small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def find_audit(root: Path, run: Path, facts: RunFacts) -> Mapping[str, Any] | None:
    """Return what `run.py check` wrote of the data folder `root`, in it, beside it, in the run or here; else None.

    An audit of other images or rows than the run was made with, as before they were repaired, is passed over.
    """
    for folder in (run, root, root.parent, Path()):
        try:
            audit = json.loads(read_regular(folder / AUDIT, MAXIMUM_AUDIT_BYTES))
            is_of_run = audit["data_digests"].items() >= facts.manifest["data_digests"].items()
            if is_of_run and set(audit) >= AUDIT_KEYS and Path(audit["root"]).resolve() == root.resolve():
                return dict(audit)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):  # none, or JSON of another form
            continue
    return None
