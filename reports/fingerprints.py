"""What generators leave in the frequencies of their images, and what a network's first filters respond to.

The residual, an image less its smoothed self, is where generators' fingerprints lie (Marra et al., "Do GANs leave
artificial fingerprints?", MIPR 2019); their frequencies, averaged over images, show the grids of up-sampling (Frank
et al., "Leveraging Frequency Analysis for Deep Fake Image Recognition", ICML 2020).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from reports.heat_maps import LUMA

BLOCK_IMAGES = 64  # 8 MB of complex numbers at 128 px
RESPONSE_SIDE = 64


def mean_spectra(images: NDArray[np.uint8], labels: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Return float64 (K, H, W): for each class the mean of log10(1 + amplitude) over its images; no image, NaN.

    The amplitude is of the discrete Fourier transform of the residual in grey levels (`residuals`), under a Hann
    window, since an image's opposite borders do not meet. Frequency 0 is at (H // 2, W // 2). `images` are uint8
    (N, H, W, 3), which may be a memory map: some are read at a time; `labels` (N,) are from 0 to `classes` - 1.
    Raises ValueError for others.
    """
    if len(images) != len(labels) or (len(labels) and not (labels.min() >= 0 and labels.max() < classes)):
        raise ValueError(f"Expected {len(images)} labels from 0 to {classes - 1}. Received: {labels}.")
    height, width = images.shape[1:3]
    window = np.outer(_hann(height), _hann(width))
    sums = np.zeros((classes, height, width))
    for block, members in _blocks(images, labels):
        amplitudes = np.abs(np.fft.fft2(residuals(block) * window))
        np.add.at(sums, members, np.log10(1 + amplitudes))
    counts = np.bincount(labels, minlength=classes)[:, None, None]
    with np.errstate(invalid="ignore"):
        means: NDArray[np.float64] = sums / counts
    return np.fft.fftshift(means, axes=(1, 2))


def residuals(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return (N, H, W): grey levels (ITU-R BT.601) of (N, H, W, 3) less the mean of the 3x3 pixels around.

    Beyond the borders the image goes on at its other side. The filter is linear, so that a class's difference from
    others in log10(amplitude) is that of the images themselves.
    """
    grey: NDArray[np.float64] = images @ LUMA
    rows = grey + np.roll(grey, 1, axis=1) + np.roll(grey, -1, axis=1)
    smooth = (rows + np.roll(rows, 1, axis=2) + np.roll(rows, -1, axis=2)) / 9
    return grey - smooth


def differences(spectra: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (K, H, W): each class's spectrum less the mean over the classes that have images."""
    present = ~np.isnan(spectra).any(axis=(1, 2))
    if not present.any():
        return np.full_like(spectra, np.nan)
    lower: NDArray[np.float64] = spectra - spectra[present].mean(axis=0)
    return lower


def radial_profile(spectrum: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return frequencies in cycles per pixel, 0 to 0.5, and the mean of (H, W) over the ring around each.

    `spectrum` has frequency 0 at (H // 2, W // 2). Rings are as wide as the frequencies of the shorter side are apart.
    """
    height, width = spectrum.shape
    down = (np.arange(height) - height // 2) / height
    across = (np.arange(width) - width // 2) / width
    side = min(height, width)
    rings = np.rint(np.hypot(down[:, None], across[None]) * side).astype(np.int64)
    counts = np.bincount(rings.ravel())[: side // 2 + 1]
    sums = np.bincount(rings.ravel(), spectrum.ravel())[: side // 2 + 1]
    return np.arange(len(counts)) / side, sums / counts


def filter_responses(kernels: NDArray[np.float32], side: int = RESPONSE_SIDE) -> NDArray[np.float64]:
    """Return float64 (F, side, side): what each filter, of kernels (3, 3, 3, F), makes of gratings of each frequency.

    The value is the root of the summed squared amplitudes of the three colours' responses: the most that a grating of
    amplitude 1 can call forth, over all its colours. Frequency 0 is at (side // 2, side // 2); the axes are rows and
    columns. Raises ValueError for kernels of another shape.
    """
    if kernels.ndim != 4 or kernels.shape[:3] != (3, 3, 3):
        raise ValueError(f"Expected kernels of shape (3, 3, 3, F). Received: {kernels.shape}.")
    transformed = np.fft.fft2(np.moveaxis(kernels.astype(np.float64), (2, 3), (1, 0)), s=(side, side), axes=(2, 3))
    responses: NDArray[np.float64] = np.sqrt((np.abs(transformed) ** 2).sum(axis=1))
    return np.fft.fftshift(responses, axes=(1, 2))


def _blocks(
    images: NDArray[np.uint8], labels: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    for start in range(0, len(images), BLOCK_IMAGES):
        yield np.asarray(images[start : start + BLOCK_IMAGES]), labels[start : start + BLOCK_IMAGES]


def _hann(side: int) -> NDArray[np.float64]:
    """Return the periodic Hann window (Harris, Proceedings of the IEEE 66, 51, 1978)."""
    window: NDArray[np.float64] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(side) / side)
    return window
