"""What happens to pictures on their way: saved as JPEG, blurred, noisy, resized, cropped; each at several levels.

All of it is done to an image in its own size, before it is resized for a model, as it would happen to the file.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

Apply = Callable[[Image.Image, float, str], Image.Image]


@dataclass(frozen=True)
class Damage:
    """A kind of damage: `levels` from weak to strong, `apply(RGB image, level, image_id)` an image of equal size."""

    name: str
    description: str
    levels: tuple[float, ...]
    apply: Apply


def compress(image: Image.Image, quality: float, image_id: str) -> Image.Image:
    """Save as JPEG and read again; colours at half the resolution (4:2:0), as Pillow and most programs do it."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=int(quality), subsampling="4:2:0")
    with Image.open(buffer, formats=["JPEG"]) as opened:
        return opened.convert("RGB")


def blur(image: Image.Image, sigma_pixels: float, image_id: str) -> Image.Image:
    """Blur by a Gaussian of a standard deviation in pixels, which Pillow approximates by three box filters."""
    return image.filter(ImageFilter.GaussianBlur(sigma_pixels))


def add_noise(image: Image.Image, deviation: float, image_id: str) -> Image.Image:
    """Add normal noise of a standard deviation in grey levels to each channel, rounded and clipped to 0 to 255.

    Drawn from the id: the same for an image whenever it is asked for, and at each level the same noise, stronger.
    """
    seed = int.from_bytes(hashlib.sha256(image_id.encode()).digest()[:8], "big")
    pixels = np.asarray(image)
    noise = np.random.default_rng(seed).standard_normal(pixels.shape, np.float32)
    return Image.fromarray(np.clip(np.rint(pixels + deviation * noise), 0, 255).astype(np.uint8))


def shrink(image: Image.Image, factor: float, image_id: str) -> Image.Image:
    """Resize to a fraction of both sides and back, by Pillow's bilinear filter."""
    small = (max(1, round(factor * image.width)), max(1, round(factor * image.height)))
    return image.resize(small, Image.Resampling.BILINEAR).resize(image.size, Image.Resampling.BILINEAR)


def crop(image: Image.Image, fraction: float, image_id: str) -> Image.Image:
    """Keep the middle, a fraction of both sides, and resize it to the whole, by Pillow's bilinear filter."""
    width, height = round(fraction * image.width), round(fraction * image.height)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height)).resize(image.size, Image.Resampling.BILINEAR)


DAMAGES = (
    Damage("jpeg", "saved as JPEG, quality", (95, 85, 75, 50, 30), compress),
    Damage("blur", "Gaussian blur, sigma in pixels", (0.5, 1, 1.5, 2), blur),
    Damage("noise", "Gaussian noise, deviation of 255", (2, 5, 10, 20), add_noise),
    Damage("resize", "resized to a factor and back", (0.9, 0.75, 0.5), shrink),
    Damage("crop", "cropped to a factor, resized back", (0.95, 0.9, 0.8), crop),
)
