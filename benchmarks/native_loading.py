"""The original's way of reading images: every epoch opens, resizes, mirrors, turns and scales every picture anew.

Written plainly with Pillow and PyTorch; the transforms do what torchvision's of the same names do.
"""

import csv
import dataclasses
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from benchmarks.measuring import Stopwatch, usable_cores
from benchmarks.trials import Trial
from recipes.reading import from_values
from recipes.recipe import Recipe

Sample = tuple[torch.Tensor, int]


class Pictures(Dataset[Sample]):
    """A split of a data folder: float32 (3, H, W) in -1..1 and the label, -1 where the table has none.

    Resize, RandomHorizontalFlip, RandomRotation, ToTensor, Normalize(.5, .5); the random ones with `augments` alone.
    """

    def __init__(self, data: Path, split: str, recipe: Recipe, augments: bool) -> None:
        with (data / f"{split}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.ids = [row["image_id"] for row in rows]
        self.labels = [int(row.get("label", -1)) for row in rows]
        self.paths = [data / split / f"{each.removesuffix('.png')}.png" for each in self.ids]
        self.side_pixels = recipe.image.size_pixels
        self.augmentation = recipe.augmentation if augments else None

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Sample:
        with Image.open(self.paths[index]) as opened:
            image = opened.convert("RGB").resize((self.side_pixels, self.side_pixels), Image.Resampling.BILINEAR)
        if self.augmentation:
            if torch.rand(1) < self.augmentation.flip_probability:
                image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            most_degrees = self.augmentation.rotation_degrees
            degrees = float(torch.empty(1).uniform_(-most_degrees, most_degrees))
            image = image.rotate(degrees, Image.Resampling.NEAREST, fillcolor=(0, 0, 0))
        pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous()
        return (pixels.float().div(255) - 0.5) / 0.5, self.labels[index]


def open_loader(data: Path, split: str, recipe: Recipe, workers: int = 0) -> "DataLoader[Sample]":
    """Return the batches of a split: shuffled and augmented for train, else in order."""
    is_train = split == "train"
    pictures = Pictures(data, split, recipe, augments=is_train)
    return DataLoader(pictures, recipe.training.batch_size, shuffle=is_train, num_workers=workers)


def time_loading(trial: Trial) -> dict[str, Any]:
    """Time the first epoch and a later one, of batches alone."""
    recipe = from_values(trial.recipe)
    loader = open_loader(Path(trial.data), "train", recipe, trial.workers)
    epochs = []
    for _ in range(2):
        watch = Stopwatch()
        images = sum(len(labels) for _, labels in loader)
        epochs.append({"images": images, **dataclasses.asdict(watch.elapsed())})
    return {"first": epochs[0], "later": epochs[1]}


def main(path: str) -> None:
    """Do the trial whose file is at `path`."""
    trial = Trial.read(Path(path))
    trial.answer({**time_loading(trial), "cores": usable_cores()})


if __name__ == "__main__":
    main(sys.argv[1])
