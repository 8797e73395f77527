"""`bench loader`: batches from our cache against the original's way of reading every picture anew in every epoch."""

import dataclasses
from typing import Any

from benchmarks.rounds import Entry, Repeat, race, select, settle
from benchmarks.trials import Trial
from commands.steps.measurement.stand import NATIVE, SMALL_PAGES, Stand, check_installed
from recipes.recipe import Recipe

IMAGES, QUICK_IMAGES = 2_000, 300
OURS = "ours"
MODULES = {NATIVE: "benchmarks.native_loading", OURS: "benchmarks.loading"}


def measure_loading(stand: Stand, recipes: list[Recipe]) -> list[dict[str, Any]]:
    """Return two tables of CPU time per image on one core: of an epoch after the first, and of the first."""
    recipe = recipes[0]
    images = QUICK_IMAGES if stand.is_quick else IMAGES
    data = stand.fill_folder(f"loader-{images}", {"train": images})

    def enter(contestant: str) -> Entry:
        def measure(_: int) -> Repeat:
            folder = str(stand.new_folder(f"{contestant}-loader"))
            trial = Trial("load", folder, dataclasses.asdict(recipe), data=str(data))
            variables = SMALL_PAGES if contestant == NATIVE else {}
            return stand.run_trial(MODULES[contestant], trial, "torch", 1, variables=variables)

        return Entry(contestant, "1 core", measure)

    entries = [check_installed(enter(NATIVE), "torch", "torch"), enter(OURS)]
    race(entries, range(stand.repeats), "loader")
    parts = {"later": "loader, later epochs", "first": "loader, first epoch"}
    return [
        {
            "title": title,
            "metric": "cpu_ms_per_image",
            "baseline": NATIVE,
            "conditions": f"{images:,} PNG files to batches of {recipe.training.batch_size} at "
            f"{recipe.image.size_pixels} px, flipped and turned; decoding and checks are in our first epoch alone; "
            "the original's batches are float32, ours uint8",
            "rows": settle(select(entries, part), "cpu_ms_per_image", NATIVE),
        }
        for part, title in parts.items()
    ]
