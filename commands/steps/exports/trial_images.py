"""What exported files are tried on: the validation images of the run, or drawn ones if its data is gone."""

from argparse import Namespace
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commands.steps.data import SAMPLE_SEED, find_data, locate_data, open_data, take_over_data
from commands.steps.progress import counting
from data_io.images import decode_content, resize
from data_io.run_folder import read_manifest
from data_io.sample import draw_image
from recipes.recipe import Recipe

VALIDATION, DRAWN = "validation", "drawn"
DRAWN_IMAGES = 200  # as many as sample data has for validation


@dataclass(frozen=True)
class TrialImages:
    """Images, uint8 (N, H, W, 3), of the `kind` VALIDATION or DRAWN; int32 labels (N,) and a digest of the former.

    Drawn images have neither: what a network is right about there says nothing of it.
    """

    kind: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int32] | None = None
    digest: str | None = None


def find_trial_images(args: Namespace, recipe: Recipe) -> TrialImages:
    """Return the validation images of `--data` or of the folder that the run names, else drawn ones.

    Raises as opening a data folder does.
    """
    manifest = read_manifest(args.run)
    if gone := take_over_data(args, args.run):
        print(f"notice: {gone}, which {args.run} was made with, is not there")
    if gone or (args.data is None and locate_data(None) is None):
        print(f"data: {DRAWN_IMAGES} drawn images, for agreement alone; accuracy takes --data DIR")
        return TrialImages(DRAWN, draw_images(recipe.image.size_pixels))
    root = find_data(args.data)
    cached = open_data(args, root, recipe, ["validation"]).splits["validation"]
    if cached.digest != manifest["data_digests"]["validation"]:
        print(f"data: {root} holds other validation images than the run was made with")
    return TrialImages(VALIDATION, cached.images, cached.labels, cached.digest)


def draw_images(size_pixels: int) -> NDArray[np.uint8]:
    """Return the first DRAWN_IMAGES of the sample data as uint8 (N, size_pixels, size_pixels, 3); nothing is kept."""
    images = np.empty((DRAWN_IMAGES, size_pixels, size_pixels, 3), np.uint8)
    with counting("drawing images", len(images)) as advance:
        for number in range(len(images)):
            _, content = draw_image(SAMPLE_SEED, number)
            images[number] = resize(decode_content(content).image, size_pixels)
            advance(1)
    return images
