"""How a recipe changes training images at random."""

from dataclasses import dataclass

from recipes.expecting import expecting

RESAMPLES = ("nearest", "bilinear")
LEAST_ERASED_FRACTION = 0.02  # of an image's area (Zhong et al., 2020)
SHARES = (
    *("flip_probability", "brightness_fraction", "contrast_fraction", "saturation_fraction", "erase_probability"),
    *("cutmix_probability", "crop_probability", "resize_probability"),
    *("blur_probability", "noise_probability", "jpeg_probability"),
)


@dataclass(frozen=True)
class Augmentation:
    """Random changes of training images; validation and test images are never changed.

    An image is recoloured, mirrored, warped, cropped, resized, blurred, given noise, compressed, erased in part and
    mixed with another, in this order; each of it only if its value says so, and each drawn apart, so that one more
    leaves the others.

    One warp turns it by up to ±`rotation_degrees`, scales it about its centre by 1 ± `zoom_fraction` and shifts it by
    up to ±`shift_pixels` in both directions; it takes the `nearest` pixel, which keeps the finest structure, or is
    `bilinear`, which smooths it. What comes from outside is black.

    `brightness_fraction`, `contrast_fraction` and `saturation_fraction` are torchvision's ColorJitter: factors of
    1 ± the fraction, in random order. With `erase_probability` a box of 0.02 to `erase_fraction` of the area goes
    black (Zhong et al., 2020). With `cutmix_probability` a box of an image is from the next one of its batch, and its
    label in part too (CutMix, Yun et al., 2019); with `mixup_alpha` the others are a weighted mean of both, the weight
    drawn from Beta(alpha, alpha) (mixup, Zhang et al., 2018). The train loss and accuracy are then of mixed labels.

    Damage that pictures take on their way: `crop_probability` is of keeping the middle 0.8 to 1 of both sides, resized
    to the whole; `resize_probability` of resizing to 0.5 to 1 of both sides, and back; `blur_probability` of a Gaussian
    blur with a standard deviation of 0 to 1.5 pixels, `noise_probability` of Gaussian noise with one of 0 to 10 of 255
    levels, and `jpeg_probability` of JPEG of quality 50 to 95.
    """

    flip_probability: float
    rotation_degrees: float
    shift_pixels: float = 0.0
    zoom_fraction: float = 0.0
    resample: str = "nearest"
    brightness_fraction: float = 0.0
    contrast_fraction: float = 0.0
    saturation_fraction: float = 0.0
    erase_probability: float = 0.0
    erase_fraction: float = 0.4
    cutmix_probability: float = 0.0
    mixup_alpha: float = 0.0
    crop_probability: float = 0.0
    resize_probability: float = 0.0
    blur_probability: float = 0.0
    noise_probability: float = 0.0
    jpeg_probability: float = 0.0

    def __post_init__(self) -> None:
        with expecting() as check:
            for name in SHARES:
                check(0 <= getattr(self, name) <= 1, f"augmentation.{name}", "0 to 1", getattr(self, name))
            check(0 <= self.rotation_degrees <= 180, "augmentation.rotation_degrees", "0 to 180", self.rotation_degrees)
            check(0 <= self.shift_pixels <= 512, "augmentation.shift_pixels", "0 to 512", self.shift_pixels)
            check(0 <= self.zoom_fraction <= 0.5, "augmentation.zoom_fraction", "0 to 0.5", self.zoom_fraction)
            check(self.resample in RESAMPLES, "augmentation.resample", f"one of {', '.join(RESAMPLES)}", self.resample)
            check(
                LEAST_ERASED_FRACTION <= self.erase_fraction <= 1,
                "augmentation.erase_fraction",
                f"{LEAST_ERASED_FRACTION} to 1",
                self.erase_fraction,
            )
            check(0 <= self.mixup_alpha <= 100, "augmentation.mixup_alpha", "0 to 100", self.mixup_alpha)
