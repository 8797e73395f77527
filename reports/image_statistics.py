"""What can be measured of an image without asking what it shows: its colours, frequencies, and bytes of its file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.fingerprints import radial_profile
from reports.heat_maps import LUMA

LEVELS = 32  # of a colour's histogram: 8 neighbouring values of 256 in each
FREQUENCIES = 51  # 0, 0.01, …, 0.5 cycles per pixel: those of 100 pixels
QUARTILES = (0.25, 0.5, 0.75)
COLOURS = ("red", "green", "blue")


@dataclass(frozen=True)
class ImageStatistics:
    """Of N images, float64: `file_bytes` (N,); `means` and `deviations` of each colour, 0 to 1, (N, 3).

    `saturation` (N,) is the mean over pixels of HSV's, (largest - smallest colour) / largest. `histograms` are shares
    of pixels, (N, 3, LEVELS). `spectra` (N, FREQUENCIES) are means of log10(amplitude) over rings of frequency.
    """

    file_bytes: NDArray[np.float64]
    means: NDArray[np.float64]
    deviations: NDArray[np.float64]
    saturation: NDArray[np.float64]
    histograms: NDArray[np.float64]
    spectra: NDArray[np.float64]


def measure_image(image: NDArray[np.uint8], file_bytes: int) -> tuple[NDArray[np.float64], ...]:
    """Return the values of ImageStatistics, in its order, of one image, uint8 (H, W, 3)."""
    pixels = image.reshape(-1, 3)
    counts = np.stack([np.bincount(pixels[:, place], minlength=256) for place in range(3)])
    shares = counts / len(pixels)
    levels = np.arange(256) / 255
    means = shares @ levels
    deviations = np.sqrt(np.maximum(shares @ levels**2 - means**2, 0.0))
    # One colour after the other: NumPy's minimum over an axis of three takes ten times as long.
    red, green, blue = (np.ascontiguousarray(pixels[:, place]) for place in range(3))
    largest = np.maximum(np.maximum(red, green), blue).astype(np.float64)
    smallest = np.minimum(np.minimum(red, green), blue)
    saturation = np.mean((largest - smallest) / np.maximum(largest, 1.0))
    histograms = shares.reshape(3, LEVELS, -1).sum(axis=2)
    return (np.array(float(file_bytes)), means, deviations, np.asarray(saturation), histograms, radial_spectrum(image))


def radial_spectrum(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return (FREQUENCIES,): log10(1 + amplitude) of the grey levels of (H, W, 3), averaged over all directions.

    The mean is subtracted and a Hann window laid over, since opposite borders do not meet. What an image of another
    size than 100 pixels has is interpolated between its own frequencies.
    """
    grey = image @ LUMA
    height, width = grey.shape
    window = np.outer(np.hanning(height + 1)[:-1], np.hanning(width + 1)[:-1])
    amplitudes = np.abs(np.fft.fftshift(np.fft.fft2((grey - grey.mean()) * window)))
    frequencies, profile = radial_profile(np.log10(1 + amplitudes))
    return np.interp(np.linspace(0, 0.5, FREQUENCIES), frequencies, profile)


def gather(measured: Sequence[tuple[NDArray[np.float64], ...]]) -> ImageStatistics:
    """Return the statistics of all images that were measured one by one. Raises ValueError for none."""
    if not measured:
        raise ValueError("Expected at least one image. Received: none.")
    return ImageStatistics(*(np.stack(values) for values in zip(*measured, strict=True)))


def summarise_classes(statistics: ImageStatistics, labels: NDArray[np.int64], classes: int) -> list[dict[str, Any]]:
    """Return for each class of labels (N,) what a table needs: images, and means over them with standard errors.

    A colour's deviation is that of all pixels of the class, so it holds what differs within images and between them.
    A class without images has its label and `images` 0 alone.
    """
    rows: list[dict[str, Any]] = []
    for label in range(classes):
        members = labels == label
        row: dict[str, Any] = {"label": label, "images": int(members.sum())}
        if members.any():
            means, deviations = statistics.means[members], statistics.deviations[members]
            within = (deviations**2 + (means - means.mean(axis=0)) ** 2).mean(axis=0)
            row |= {
                "file_bytes_quartiles": np.quantile(statistics.file_bytes[members], QUARTILES).tolist(),
                **_mean("colour_means", means),
                "colour_deviations": np.sqrt(within).tolist(),
                **_mean("saturation", statistics.saturation[members]),
                **_mean("spectrum", statistics.spectra[members]),
                "histograms": statistics.histograms[members].mean(axis=0).tolist(),
                "file_kilobytes_histogram": kilobytes_histogram(statistics.file_bytes[members]),
            }
        rows.append(row)
    return rows


def kilobytes_histogram(file_bytes: NDArray[np.float64]) -> list[int]:
    """Return how many files have 0 to 1 kB, 1 to 2 kB, …, up to the largest; a kB is 1000 bytes."""
    counts: list[int] = np.bincount((file_bytes // 1000).astype(np.int64)).tolist()
    return counts


def collect_cues(statistics: ImageStatistics) -> Mapping[str, NDArray[np.float64]]:
    """Return what a small model may see, each (N, features), from the least to the most."""
    moments = np.concatenate([statistics.means, statistics.deviations, statistics.saturation[:, None]], axis=1)
    # The root, so that a sum of squared differences is Hellinger's distance and rare colours count too.
    histograms = np.sqrt(statistics.histograms.reshape(len(statistics.histograms), -1))
    size = statistics.file_bytes[:, None]
    return {
        "size of the file": size,
        "mean of each colour": statistics.means,
        "means, deviations, saturation": moments,
        "radial spectrum": statistics.spectra,
        "colour histograms": histograms,
        "all of these": np.concatenate([size, moments, statistics.spectra, histograms], axis=1),
    }


def _mean(name: str, values: NDArray[np.float64]) -> dict[str, Any]:
    """Return the mean over images and its standard error, which takes two of them."""
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else None
    return {name: values.mean(axis=0).tolist(), f"{name}_error": None if error is None else error.tolist()}
