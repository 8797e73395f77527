"""The two tables of a comparison, whether backends agree and what they cost, made from the content of its JSON file."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.spread import describe_spread, find_spread

# title, key of a trial, factor, format
COSTS = (
    ("training, images/s", "train_images_per_second", 1.0, ",.0f"),
    ("training, CPU ms per image", "train_cpu_ms_per_image", 1.0, ".2f"),
    ("prediction, images/s", "predict_images_per_second", 1.0, ",.0f"),
    ("import, s", "import_seconds", 1.0, ".1f"),
    ("first step, compiling, s", "first_step_seconds", 1.0, ".1f"),
    ("peak memory, MiB", "peak_resident_bytes", 2.0**-20, ",.0f"),
    ("peak GPU memory, MiB", "peak_device_bytes", 2.0**-20, ",.0f"),
    ("network on disk, MiB", "model_bytes", 2.0**-20, ",.1f"),
)
NONE = "–"


def agreement_rows(content: Mapping[str, Any]) -> list[list[str]]:
    """Return level, verdict and figure, the titles first; a backend that did not come through has a row."""
    rows = [["level", "verdict", "figure"]]
    rows += [[level["name"], level["verdict"], level["figure"]] for level in content["levels"]]
    if not content["levels"]:
        rows.append(["all", "not decided", "it takes two backends that come through"])
    left = [one for one in content["contestants"] if one["status"] != "done"]
    return rows + [[one["name"], one["status"], one["reason"]] for one in left]


def cost_rows(content: Mapping[str, Any]) -> list[list[str]]:
    """Return a row per cost and a column per backend, the titles first: the median over seeds (least to most)."""
    trials = {one["name"]: one["trials"] for one in content["contestants"]}
    rows = [["cost", *trials]]
    for title, key, factor, form in COSTS:
        cells = [_median([trial[key] for trial in some], factor, form) for some in trials.values()]
        if set(cells) != {NONE} or key != "peak_device_bytes":
            rows.append([title, *cells])
    rows.append(
        ["jit_compile", *("yes" if some and some[0]["jit"] else "no" if some else NONE for some in trials.values())]
    )
    rows.append(["device", *(str(some[0]["device"]) if some else NONE for some in trials.values())])
    return rows


def conditions(content: Mapping[str, Any]) -> str:
    """Return under which conditions the figures were measured, for the line below the tables."""
    recipe, seeds, threads = content["recipe"], content["seeds"], content["threads"]
    epochs = recipe["training"]["epochs"]
    parts = [
        f"{recipe['name']}, {epochs} epoch{'s' * (epochs != 1)} of {content['train_images']:,} images of "
        f"{recipe['image']['size_pixels']} px in batches of {recipe['training']['batch_size']}",
        f"n = {seeds} seed{'s' * (seeds != 1)}",
        f"{threads} thread{'s' * (threads != 1)}",
        f"training in {content['precision']}",
    ]
    if epochs > 1:
        parts.append("speeds without the first epoch")
    if seeds > 1:
        parts.append("costs are medians (least to most)")
    return "; ".join(parts)


def _median(values: Sequence[float | None], factor: float, form: str) -> str:
    known = [factor * value for value in values if value is not None]
    if not known:
        return NONE
    return describe_spread(find_spread(known), form)
