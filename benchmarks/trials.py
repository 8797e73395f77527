"""What a child process of `bench` is asked and what it answers: plain files, for any backend to read."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.pixels import Pixels
from data_io.batches import Batch, Plan, ShuffledBatches, StreamedBatches, training_batches
from data_io.files import write_json
from recipes.recipe import Recipe

TRIAL, RESULT = "trial.json", "result.json"


@dataclass(frozen=True)
class Trial:
    """One repeat of one contestant. `folder` is its own; `recipe` holds the values of a resolved recipe.

    `pixels` is a folder of `save_pixels`, `data` a data folder, `model` an ONNX file: what the `kind` needs. `steps`
    are timed after `warm_steps` that are not; `images` are answered, or read per epoch.
    """

    kind: str
    folder: str
    recipe: Mapping[str, Any]
    device: str = "cpu"
    threads: int = 1
    pixels: str = ""
    data: str = ""
    model: str = ""
    images: int = 0
    warm_steps: int = 0
    steps: int = 0
    epochs: int = 1
    workers: int = 0
    is_compiled: bool = False

    def write(self) -> Path:
        """Write the trial into its folder; return the file."""
        folder = Path(self.folder)
        folder.mkdir(parents=True)
        write_json(folder / TRIAL, asdict(self))
        return folder / TRIAL

    @classmethod
    def read(cls, path: Path) -> "Trial":
        """Read what `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def answer(self, result: Mapping[str, Any]) -> None:
        """Leave the result for `read_result`."""
        write_json(Path(self.folder) / RESULT, dict(result))

    def read_result(self) -> dict[str, Any]:
        """Return what `answer` left."""
        result: dict[str, Any] = json.loads((Path(self.folder) / RESULT).read_text(encoding="utf-8"))
        return result


def shuffled_batches(recipe: Recipe, pixels: Pixels) -> StreamedBatches:
    """Return the recipe's shuffled and augmented batches."""
    training = recipe.training
    settings = training.batch_size, recipe.seed, asdict(recipe.augmentation), training.shuffle_images
    return training_batches(pixels.images, pixels.labels, *settings, len(recipe.labels))


class FullBatches:
    """The first `steps` full batches of training as one long epoch: a smaller last batch would compile anew."""

    def __init__(self, batches: StreamedBatches, steps: int) -> None:
        self.batches = batches
        self.images, self.labels = batches.images, batches.labels
        self.steps = steps
        self._full = batches.images_per_epoch // batches.batch_size
        if not self._full:
            raise ValueError(f"Expected at least {batches.batch_size} images. Received: {batches.images_per_epoch}.")

    @property
    def images_per_epoch(self) -> int:
        """Number of images in all steps."""
        return self.steps * self.batches.batch_size

    def batch(self, epoch: int, index: int) -> Batch:
        """Return batch `index` of all; there is one epoch."""
        return self.batches.batch(index // self._full, index % self._full)


class FullPlannedBatches(FullBatches):
    """Such batches that also say how they are made."""

    def __init__(self, batches: ShuffledBatches, steps: int) -> None:
        super().__init__(batches, steps)
        self._plan = batches.plan

    def plan(self, epoch: int, index: int) -> Plan:
        """Return how that batch is made, for a GPU that makes it itself."""
        return self._plan(index // self._full, index % self._full)


def take_full(batches: StreamedBatches, steps: int) -> FullBatches:
    """Return full batches that say how they are made if `batches` do."""
    if isinstance(batches, ShuffledBatches):
        return FullPlannedBatches(batches, steps)
    return FullBatches(batches, steps)
