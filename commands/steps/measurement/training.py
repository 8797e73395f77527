"""`bench training`: our recipes on each backend against the original's network in plain PyTorch."""

import dataclasses
from typing import Any

from benchmarks.rounds import race, settle
from commands.steps.measurement.stand import NATIVE, Stand, keras_entries, native_entries
from recipes.recipe import Recipe

WARM_STEPS = 4  # the first compiles, the next ones fill allocators' pools
STEPS, QUICK_STEPS = 40, 8


def measure_training(stand: Stand, recipes: list[Recipe]) -> list[dict[str, Any]]:
    """Return a table per recipe: images per second of training steps alone, from cached images on."""
    return [_measure(stand, recipe) for recipe in recipes]


def _measure(stand: Stand, recipe: Recipe) -> dict[str, Any]:
    steps = stand.args.steps or (QUICK_STEPS if stand.is_quick else STEPS)
    trial = {
        "recipe": dataclasses.asdict(recipe),
        "pixels": str(stand.map_pixels(recipe)),
        "warm_steps": WARM_STEPS,
        "steps": steps,
    }
    entries = native_entries(stand, "train", trial, compiled=True) + keras_entries(stand, "train", trial)
    title = f"training, {recipe.name}"
    race(entries, range(stand.repeats), title)
    return {
        "title": title,
        "metric": "images_per_second",
        "baseline": NATIVE,
        "conditions": f"{steps} steps of {recipe.training.batch_size} images of {recipe.image.size_pixels} px after "
        f"{WARM_STEPS}, from cached images, {recipe.training.precision}",
        "rows": settle(entries, "images_per_second", NATIVE),
    }
