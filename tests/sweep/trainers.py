"""A stand-in for the processes of a sweep: leaves run folders like theirs, without Keras, or fails as it is told."""

from collections.abc import Sequence
from pathlib import Path

from commands.arguments.parser import build_parser
from data_io.files import write_json, write_text
from data_io.run_folder import HISTORY, METRICS, RECIPE, begin_manifest, create_run_folder, write_manifest
from recipes.reading import read_recipe, to_toml
from recipes.recipe import Recipe


class Trainers:
    """Called in place of `train_here`; `ends` maps the place of a call, from 0, to what becomes of it."""

    def __init__(self) -> None:
        self.said: list[list[str]] = []
        self.ends: dict[int, str] = {}
        self.data_digest = "images"

    def __call__(self, words: Sequence[str], log: Path) -> int:
        end = self.ends.get(len(self.said), "finished")
        self.said.append(list(words))
        args = build_parser().parse_args(list(words))
        if args.resume is None:
            recipe = read_recipe(args.recipe, args.set, args.seed)
            run = create_run_folder(args.out, f"{recipe.name}-{args.backend}-seed{recipe.seed}")
            write_text(run / RECIPE, to_toml(recipe))
        else:
            run, recipe = args.resume, read_recipe(str(args.resume / RECIPE))
        with log.open("a") as file:
            file.write("said by the child\n")
            if end == "diverged":
                file.write("error: Expected a finite loss. Received: nan.\n")
        if end == "killed at once":
            return -9
        if end == "no room":
            with log.open("a") as file:
                file.write("error: Expected to write here. Received: No space left on device.\n")
            return 4
        facts = self._facts(recipe, str(args.backend), args.data)
        begin_manifest(run, facts)
        if end == "stopped":
            raise KeyboardInterrupt
        if end != "finished":
            return {"diverged": 5, "time is up": 0, "killed": -9}[end]
        write_text(run / HISTORY, "epoch,train_loss,images_per_second\n1,0.5,100.0\n2,0.25,110.0\n")
        write_json(run / METRICS, metrics(recipe))
        write_manifest(run, facts)
        return 0

    def _facts(self, recipe: Recipe, backend: str, data: Path | None) -> dict[str, object]:
        return {
            "command": "python run.py train",
            "backend": backend,
            "device": "cpu",
            "hardware": "2 cores of X",
            "loader": "pydataset",
            "seed": recipe.seed,
            "versions": {"python": "3.11", "jax": "1.2"},
            "minutes": 2.0 + recipe.seed,
            "first_weights_digest": "weights",
            "options": {"data": str(Path("sample_data/images2000-seed0").absolute() if data is None else data)},
            "data_digests": {"train": self.data_digest},
        }


def metrics(recipe: Recipe) -> dict[str, object]:
    """Accuracy: half and a percent for each seed; best at a rate of 0.01, by which a search can be judged."""
    rate = recipe.training.learning_rate
    accuracy = 0.5 + 0.01 * recipe.seed - abs(rate - 0.01)
    return {
        "images": 1250,
        "accuracy": accuracy,
        "accuracy_standard_error": 0.01,
        "loss": 1.0,
        "confusion": [[1, 0], [0, 1]],
    }
