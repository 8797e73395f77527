"""One process of `benchmarks.parallel`: the losses of a recipe's first steps, on its devices and other processes'."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import backends
from benchmarks.pixels import Pixels
from benchmarks.trials import shuffled_batches
from data_io.files import write_json
from recipes.reading import from_values
from recipes.recipe import Recipe


def find_losses(recipe: Recipe, folder: Path, devices: int, steps: int) -> list[float]:
    """Return the loss of each step, in nats, before its update; images and labels are in `folder`."""
    from keras_models.building import build
    from keras_models.parallel import check_devices, training_together
    from keras_models.parity import step_losses
    from keras_models.schedule import Schedule

    known = {field.name for field in dataclasses.fields(Schedule)}
    values = {name: value for name, value in dataclasses.asdict(recipe.training).items() if name in known}
    batches = shuffled_batches(
        recipe, Pixels(np.load(folder / "images.npy", mmap_mode="r"), np.load(folder / "labels.npy"))
    )
    check_devices(devices)
    with training_together(devices):
        model = build(size_pixels=recipe.image.size_pixels, seed=recipe.seed, **recipe.model.options)
        return step_losses(model, batches, Schedule(**values), steps)


def main(path: Path) -> None:
    """Do what the file says; process 0 leaves the losses beside it."""
    trial: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    backends.activate(backends.Choice("jax", "benchmark"), "cpu", trial["devices"])
    if trial["processes"] > 1:
        from keras_models.joining import join

        join(trial["coordinator"], trial["processes"], trial["process_id"])
    losses = find_losses(from_values(trial["recipe"]), path.parent, trial["devices"], trial["steps"])
    if not trial["process_id"]:
        write_json(path.parent / "losses.json", losses)
    if trial["processes"] > 1:
        from keras_models.joining import part

        part()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
