"""The views of an image that a model's answer is averaged over: mirrored, and shifted by a few pixels."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# Less than any feature of the pictures, more than the steps of 2 in which a stride or a pooling layer samples them.
SHIFT_PIXELS = 2
SHIFTS = ((0, 0), (-SHIFT_PIXELS, 0), (SHIFT_PIXELS, 0), (0, -SHIFT_PIXELS), (0, SHIFT_PIXELS))  # down, right
# The sets of views by name: (down, right) of each shift, and whether each is shown mirrored too.
VIEWS = {
    "mirror": (SHIFTS[:1], True),
    "shifts": (SHIFTS, False),
    "all": (SHIFTS, True),
}


def count_views(kind: str | None) -> int:
    """Return how many views a set has; None is the image as it is, alone."""
    if kind is None:
        return 1
    shifts, is_mirrored = VIEWS[kind]
    return len(shifts) * (1 + is_mirrored)


def make_views(images: NDArray[np.uint8], kind: str | None) -> Iterator[NDArray[np.uint8]]:
    """Yield uint8 (N, H, W, 3) for each view of a set, one at a time; the first is `images` as they are."""
    if kind is None:
        yield images
        return
    shifts, is_mirrored = VIEWS[kind]
    for down_pixels, right_pixels in shifts:
        view = shift(images, down_pixels, right_pixels)
        yield view
        if is_mirrored:
            yield np.ascontiguousarray(view[:, :, ::-1])


def shift(images: NDArray[np.uint8], down_pixels: int, right_pixels: int) -> NDArray[np.uint8]:
    """Return images (N, H, W, 3) moved down and to the right; pixels of the edge are repeated where nothing was."""
    if not (down_pixels or right_pixels):
        return images
    height, width = images.shape[1:3]
    rows = np.clip(np.arange(height) - down_pixels, 0, height - 1)
    columns = np.clip(np.arange(width) - right_pixels, 0, width - 1)
    shifted: NDArray[np.uint8] = images[:, rows[:, None], columns]
    return shifted
