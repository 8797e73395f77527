"""What a run that a class was left out of says of that class: does its energy tell it from the known ones?"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data_io.arrangement import UNKNOWN as UNKNOWN_PART
from data_io.files import write_bytes, write_json
from data_io.opening import OpenData
from data_io.run_folder import UNKNOWN
from recipes.recipe import Recipe
from reports.figures import encode_png
from reports.left_out import auroc_standard_error, draw_energies
from reports.unknown import auroc, energy

PICTURE = "unknown.png"


def write_unknown(
    run: Path, recipe: Recipe, data: OpenData, known: NDArray[np.float32], unknown: NDArray[np.float32], title: str
) -> str:
    """Write unknown.json and its picture of logits (N, K) and (M, K) of validation; return it in a line."""
    energies = energy(known), energy(unknown)
    area = auroc(*energies)
    standard_error = auroc_standard_error(area, len(known), len(unknown))
    label = recipe.data.leave_out
    write_json(
        run / UNKNOWN,
        {
            "left_out": label,
            "labels": list(recipe.labels),
            "known_images": len(known),
            "unknown_images": len(unknown),
            "auroc": area,
            "auroc_standard_error": standard_error,
            "data_digest": data.splits[UNKNOWN_PART].digest,
        },
    )
    write_bytes(run / PICTURE, encode_png(draw_energies(*energies, f"{title}: without label {label}")))
    numbers = ", ".join(map(str, recipe.labels))
    figure = f"AUROC {area:.4f} ± {standard_error:.4f}"
    return (
        f"left out: label {label}, told from the known by {figure} ({len(known):,} known, "
        f"{len(unknown):,} left out); labels 0 to {len(recipe.labels) - 1} of this run are {numbers} of the data"
    )
