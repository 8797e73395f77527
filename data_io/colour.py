"""Random brightness, contrast and saturation: torchvision's ColorJitter on Pillow images, without hue."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from data_io.augmentation import BRIGHTNESS, COLOUR_ORDER, CONTRAST, SATURATION, open_stream

KINDS = (BRIGHTNESS, CONTRAST, SATURATION)


@dataclass(frozen=True)
class Colours:
    """An epoch's draws for N images: `factors` (N, 3) in the order of KINDS, `orders` (N, 3) of places among them."""

    factors: NDArray[np.float64]
    orders: NDArray[np.int64]

    def change(self, pixels: NDArray[np.uint8], image: int) -> NDArray[np.uint8]:
        """Return the pixels (H, W, 3) of image number `image` as it was drawn for it."""
        return recolour(pixels, self.factors[image].tolist(), self.orders[image].tolist())


def draw_colours(seed: int, epoch: int, images: int, fractions: tuple[float, float, float]) -> Colours:
    """Draw factors, uniform in 1 ± the fraction, of brightness, contrast and saturation, and the order of the three."""
    factors = [
        open_stream(seed, epoch, kind).uniform(1 - fraction, 1 + fraction, images)
        for kind, fraction in zip(KINDS, fractions, strict=True)
    ]
    places = np.tile(np.arange(len(KINDS)), (images, 1))
    return Colours(np.stack(factors, axis=1), open_stream(seed, epoch, COLOUR_ORDER).permuted(places, axis=1))


def recolour(pixels: NDArray[np.uint8], factors: list[float], order: list[int]) -> NDArray[np.uint8]:
    """Change brightness, contrast and saturation of pixels (H, W, 3) by three factors, one after the other in `order`.

    Each leads from an image without it (black; the mean grey; the image in grey) through the image itself at 1 and
    beyond (Haeberli and Voorhies, 1994; Pillow's ImageEnhance, which torchvision uses).
    """
    image = Image.fromarray(pixels)
    for place in order:
        if factors[place] == 1:
            continue
        if KINDS[place] == BRIGHTNESS:
            without = Image.new("RGB", image.size)
        elif KINDS[place] == CONTRAST:
            grey = int(np.asarray(image.convert("L")).mean() + 0.5)
            without = Image.new("RGB", image.size, (grey, grey, grey))
        else:
            without = image.convert("L").convert("RGB")
        image = Image.blend(without, image, factors[place])
    return np.asarray(image)
