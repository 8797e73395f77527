"""What tests of every room share: a tiny data folder of random images, drawn with NumPy."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import backends

# Keras belongs to a process: these are run by test_ring.py in a child per backend, or here when KERAS_BACKEND says
# which backend this process is for. `browser` needs a Chromium: it is run when it is named on the command line.
collect_ignore = ["browser", *(["test_ring.py"] if os.environ.get("KERAS_BACKEND") else ["keras_models", "commands"])]

# As test_ring.py does for its children: what is set after Keras is imported would make the runs of this process others
# than those of the processes that tests start.
if os.environ.get("KERAS_BACKEND"):
    backends.activate(backends.choose(None, os.environ), "cpu")

DrawDataFolder = Callable[..., Path]


@pytest.fixture(scope="session")
def draw_data_folder() -> DrawDataFolder:
    """`draw_data_folder(root, images_per_split=6, size_pixels=16)`: a whole folder, ids and labels as below.

    Images are named train_0, train_1, …; their labels are 0, 1, 2, 3, 4, 0, …; a seed of 0 draws the pixels.
    """

    def draw(root: Path, images_per_split: int = 6, size_pixels: int = 16) -> Path:
        generator = np.random.default_rng(0)
        for split in ("train", "validation", "test"):
            (root / split).mkdir(parents=True)
            ids = [f"{split}_{number}" for number in range(images_per_split)]
            for image_id in ids:
                pixels = generator.integers(0, 256, (size_pixels, size_pixels, 3), np.uint8)
                Image.fromarray(pixels).save(root / split / f"{image_id}.png")
            labelled = [f"{image_id},{number % 5}" for number, image_id in enumerate(ids)]
            rows = ["image_id", *ids] if split == "test" else ["image_id,label", *labelled]
            (root / f"{split}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
            if split == "test":
                sample = ["image_id,label", *(f"{image_id},0" for image_id in ids)]
                (root / "sample_submission.csv").write_text("\n".join(sample) + "\n", encoding="utf-8")
        return root

    return draw
