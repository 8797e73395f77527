"""Draws tiny data folders in the competition's form, image by image, for the tests that need particular ones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

# id, label (ignored in test) and picture
Row = tuple[str, int, Image.Image]


def noise(seed: int, size: tuple[int, int] = (20, 20), mode: str = "RGB") -> Image.Image:
    """Return a smooth picture that no other seed looks like: 5 x 5 random colours, enlarged."""
    colours = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    return Image.fromarray(colours).resize(size, Image.Resampling.BICUBIC).convert(mode)


def draw_folder(
    root: Path, train: Sequence[Row] = (), validation: Sequence[Row] = (), test: Sequence[Row] = ()
) -> Path:
    """Write the folder; a split that is not given gets five pictures of its own, one for each label."""
    for number, (name, given) in enumerate((("train", train), ("validation", validation), ("test", test))):
        rows = given or [(f"{name}{label}", label, noise(1000 * (number + 1) + label)) for label in range(5)]
        (root / name).mkdir(parents=True)
        for image_id, _, picture in rows:
            picture.save(root / name / f"{image_id}.png")
        labelled = "image_id,label\n" + "".join(f"{image_id},{label}\n" for image_id, label, _ in rows)
        ids = "image_id\n" + "".join(f"{image_id}\n" for image_id, _, _ in rows)
        (root / f"{name}.csv").write_text(ids if name == "test" else labelled)
        if name == "test":
            zeros = "image_id,label\n" + "".join(f"{image_id},0\n" for image_id, _, _ in rows)
            (root / "sample_submission.csv").write_text(zeros)
    return root
