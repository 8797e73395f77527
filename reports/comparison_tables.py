"""The two tables of a comparison, whether backends agree and what they cost, made from the content of its JSON file."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.spread import describe_spread, find_spread

# title, key of a trial, factor, format
COSTS = (
    ("training, images/s", "train_images_per_second", 1.0, ",.0f"),
    ("training, CPU ms per image", "train_cpu_ms_per_image", 1.0, ".2f"),
    ("training, cores in use", "train_cores", 1.0, ".2f"),
    ("prediction, images/s", "predict_images_per_second", 1.0, ",.0f"),
    ("import, s", "import_seconds", 1.0, ".1f"),
    ("first step, compiling, s", "first_step_seconds", 1.0, ".1f"),
    ("peak memory, MiB", "peak_resident_bytes", 2.0**-20, ",.0f"),
    ("peak GPU memory, MiB", "peak_device_bytes", 2.0**-20, ",.0f"),
    ("network on disk, MiB", "model_bytes", 2.0**-20, ",.1f"),
)
MAY_BE_LEFT_OUT = ("peak_device_bytes", "train_cores")  # without a GPU; in files of before it was measured
NONE = "–"
BUSY_LOAD = 0.5  # processes that wanted to run, on the mean of a minute; a machine at rest has 0.1 or so


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
    rows = [["cost", *map(_name, content["contestants"])]]
    for title, key, factor, form in COSTS:
        cells = [_median([trial.get(key) for trial in some], factor, form) for some in trials.values()]
        if set(cells) != {NONE} or key not in MAY_BE_LEFT_OUT:
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
    if content["precision"] != "float32":
        parts[-1] += ", logits and losses compared in float32"
    parts.append("speeds of training without the first epoch" if epochs > 1 else "speeds of training take two epochs")
    if seeds > 1:
        parts += ["costs are medians (least to most)", "± is the standard deviation over seeds"]
    devices = {one["name"]: str(one["trials"][0]["device"]) for one in content["contestants"] if one["trials"]}
    if len(set(devices.values())) > 1:
        where = ", ".join(f"{name} on {device}" for name, device in devices.items())
        parts.append(f"devices differ, so that costs say nothing of backends: {where}")
    if content.get("load_before", 0.0) > BUSY_LOAD:
        parts.append(f"a load of {content['load_before']:.1f} in the minute before")
    if shell := content.get("settings_of_shell"):
        parts.append(f"the shell had set {', '.join(f'{name}={value}' for name, value in shell.items())}")
    return "; ".join(parts)


def _name(contestant: Mapping[str, Any]) -> str:
    """Return a column's title, which says of a backend that failed later of how many seeds its figures are."""
    if contestant["status"] == "done" or not contestant["trials"]:
        return str(contestant["name"])
    return f"{contestant['name']} ({contestant['status']}, n = {len(contestant['trials'])})"


def _median(values: Sequence[float | None], factor: float, form: str) -> str:
    known = [factor * value for value in values if value is not None]
    if not known:
        return NONE
    return describe_spread(find_spread(known), form)
