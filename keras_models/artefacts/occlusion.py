"""Heat maps without gradients, of whatever answers: how much a class loses where a patch of the image is covered."""

from collections.abc import Callable
from concurrent.futures import CancelledError

import numpy as np
from numpy.typing import NDArray

from keras_models.artefacts.contract import BLOCK_IMAGES, Classifier

# Shares of the shorter side: 24 and 8 pixels at 128, and some 200 answers an image at any size. Smaller patches miss
# what two places say alike, larger ones blur.
PATCH_SHARE = 3 / 16
STRIDE_SHARE = 1 / 16
# A runtime's rounding moves a logit by some 1e-6 and the other classes by as large a share: that is no drop.
LEAST_GROWTH = 1e-4


def occlusion(
    classifier: Classifier,
    images: NDArray[np.uint8],
    classes: NDArray[np.int64],
    patch_pixels: int | None = None,
    stride_pixels: int | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> NDArray[np.float32]:
    """Return float32 (N, H, W) in [0, 1] for uint8 (N, H, W, 3) and a class number for each image, (N,).

    A square patch (Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014) is laid over
    the image every `stride_pixels`, and to the borders; unless said, 3/16 of the shorter side every 1/16. It has the
    image's mean colour: that keeps the brightness and takes all detail away, while black or grey would be a shape of
    their own. A pixel's value is the mean drop of the class's probability over the patches that cover it; a rise counts
    as 0. Each map is divided by its greatest value, and is 0 throughout where nothing drops.

    An image's map does not depend on the other images. Raises ValueError for a patch larger than the image or a stride
    that leaves pixels uncovered, and for a class that the classifier has not; CancelledError once `is_cancelled`, which
    is asked before each block of BLOCK_IMAGES answers: a large network takes seconds for one.
    """
    count, height, width, _ = images.shape
    side = min(height, width)
    patch_pixels = max(1, round(PATCH_SHARE * side)) if patch_pixels is None else patch_pixels
    stride_pixels = max(1, round(STRIDE_SHARE * side)) if stride_pixels is None else stride_pixels
    if not 1 <= stride_pixels <= patch_pixels <= side:
        raise ValueError(
            f"Expected a stride of at least 1, no larger than the patch, and a patch no larger than {height}x{width}. "
            f"Received: a stride of {stride_pixels} and a patch of {patch_pixels} pixels."
        )
    classes = np.asarray(classes)
    labels = len(classifier.contract.labels)
    if classes.shape != (count,) or not np.isin(classes, np.arange(labels)).all():
        raise ValueError(f"Expected {count} class numbers from 0 to {labels - 1}. Received: {classes}.")
    corners = [
        (top, left)
        for top in _starts(height, patch_pixels, stride_pixels)
        for left in _starts(width, patch_pixels, stride_pixels)
    ]
    covering = np.zeros((height, width))
    for top, left in corners:
        covering[top : top + patch_pixels, left : left + patch_pixels] += 1
    maps = np.zeros((count, height, width), np.float32)
    for place, (image, label) in enumerate(zip(images, classes, strict=True)):
        drops = _drops(classifier, image, int(label), corners, patch_pixels, is_cancelled)
        sums = np.zeros((height, width))
        for (top, left), drop in zip(corners, drops, strict=True):
            sums[top : top + patch_pixels, left : left + patch_pixels] += drop
        means = sums / covering
        if means.max() > 0:
            maps[place] = means / means.max()
    return maps


def _starts(side_pixels: int, patch_pixels: int, stride_pixels: int) -> list[int]:
    last = side_pixels - patch_pixels
    return [*range(0, last, stride_pixels), last]


def _drops(
    classifier: Classifier,
    image: NDArray[np.uint8],
    label: int,
    corners: list[tuple[int, int]],
    patch_pixels: int,
    is_cancelled: Callable[[], bool],
) -> NDArray[np.float64]:
    """Return the drop of the class's probability for a patch at each corner, at least 0.

    The class's drop is the rise of the others; taken from them, it keeps its digits where the class is nearly sure.
    """
    colour = np.rint(image.reshape(-1, 3).mean(axis=0)).astype(np.uint8)
    others = np.zeros(len(corners) + 1)
    block = np.zeros((BLOCK_IMAGES, *image.shape), np.uint8)
    patches = [None, *corners]  # the image as it is, first
    for start in range(0, len(patches), BLOCK_IMAGES):
        if is_cancelled():
            raise CancelledError("a heat map that nobody waits for")
        asked = patches[start : start + BLOCK_IMAGES]
        block[:] = image  # the last block is filled up with the image
        for covered, corner in zip(block, asked, strict=False):
            if corner is not None:
                top, left = corner
                covered[top : top + patch_pixels, left : left + patch_pixels] = colour
        logits = classifier.logits(block)[: len(asked)].astype(np.float64) / classifier.contract.temperature
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        weights[:, label] = 0
        others[start : start + len(asked)] = weights.sum(axis=1)
    drops: NDArray[np.float64] = others[1:] - others[0]
    return np.where(drops > LEAST_GROWTH * others[0], drops, 0)
