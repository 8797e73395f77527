"""All recipes on one table and in one picture, gathered from what is in `results/`: `python -m benchmarks.overview`."""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.record import RESULTS
from data_io.files import write_bytes, write_json
from reports.figures import encode_png
from reports.overview import draw_overview

NAME = "overview"
KEPT, DAMAGED = "held-out", "robustness"  # files of what the kept images and what damaged ones say
KEPT_IMAGES = 500
JPEG, QUALITY = "jpeg", 75
# The file of a recipe's own runs, what it is, and what the original published of validation, as its README has it.
RECIPES: tuple[tuple[str, str, str, float | None], ...] = (
    ("best_cpu", "best-cpu", "a residual network, and dense layers on numbers about the image", None),
    ("mlp_best", "mlp-best", "dense layers on these numbers alone", None),
    ("robust", "robust", "the network of best_cpu, trained on damaged images", None),
    ("fast", "fast", "two dense layers on these numbers, 4 epochs", None),
    ("cnn", "cnn-60-epochs", "the original's CNN", 0.8864),
    ("mlp", "mlp-15-epochs", "the original's MLP", 0.6128),
)


def gather(results: Path) -> dict[str, Any]:
    """Return of each recipe what its runs reached, with and without the images that were kept for the end.

    Where networks judged the kept images, the figure of validation is of the same networks.
    """
    kept, damaged = _read(results, KEPT), _read(results, DAMAGED)
    rows = []
    for recipe, file, what, published in RECIPES:
        own = [run for run in _read(results, file)["runs"] if run["recipe"] == recipe]
        judged = [run for run in kept["runs"] if run["recipe"] == recipe]
        rows.append(
            {
                "recipe": recipe,
                "what": what,
                "published": published,
                "validation": _mean([run["validation_accuracy"] for run in judged or own], own[0]["validation_images"]),
                "kept": _mean(_kept_accuracies(kept, recipe), KEPT_IMAGES),
                "jpeg": _mean(_jpeg_accuracies(damaged, recipe), damaged["damaged"][0]["images"]),
                "minutes": [min(run["minutes"] for run in own), max(run["minutes"] for run in own)],
                "hardware": sorted({run["hardware"] for run in own}),
            }
        )
    return {"command": f"python -m benchmarks.{NAME}", "quality": QUALITY, "recipes": rows}


def _read(results: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
    return content


def _mean(accuracies: Sequence[float], images: int) -> dict[str, Any] | None:
    if not accuracies:
        return None
    return {"accuracy": statistics.fmean(accuracies), "images": images, "networks": len(accuracies)}


def _kept_accuracies(kept: dict[str, Any], recipe: str) -> list[float]:
    """Return what each network of a recipe reached on the kept images, alone and with one view of each."""
    return [
        model["accuracy"]
        for found in kept["evaluations"]
        if found["images"] == KEPT_IMAGES
        for model in found["models"]
        if model["model"].rsplit("-", 2)[0] == recipe  # of RECIPE-BACKEND-seedN
    ]


def _jpeg_accuracies(damaged: dict[str, Any], recipe: str) -> list[float]:
    return [
        level["accuracy"]
        for run in damaged["damaged"]
        if run["name"] == recipe
        for damage in run["damages"]
        if damage["damage"] == JPEG
        for level in damage["levels"]
        if level["level"] == QUALITY
    ]


def main() -> None:
    """Write results/overview.json and results/overview.png; `benchmarks.documents` then writes the table."""
    content = gather(RESULTS)
    write_json(RESULTS / f"{NAME}.json", content)
    write_bytes(RESULTS / f"{NAME}.png", encode_png(draw_overview(content)))
    print(f"wrote {RESULTS / NAME}.json and .png")


if __name__ == "__main__":
    main()
