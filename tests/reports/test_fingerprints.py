"""Spectra of gratings and responses of filters that can be computed by hand."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reports.fingerprints import (
    BLOCK_IMAGES,
    differences,
    filter_responses,
    mean_spectra,
    radial_profile,
    residuals,
)

SIDE = 32


def grating(amplitude: int, along: int) -> NDArray[np.uint8]:
    """Return grey 128 ± amplitude with a period of 4 pixels along an axis, whose cosines are 1, 0, -1 and 0."""
    wave = (128 + amplitude * np.tile([1, 0, -1, 0], SIDE // 4)).astype(np.uint8)
    grey = np.broadcast_to(wave if along else wave[:, None], (SIDE, SIDE))
    return np.repeat(grey[..., None], 3, axis=2)


def test_a_residual_is_a_pixel_less_the_mean_of_nine() -> None:
    image = np.zeros((1, 5, 5, 3), np.uint8)
    image[0, 2, 2] = (90, 0, 0)  # a grey level of 0.299 * 90 = 26.91, whose ninth is 2.99
    wanted = np.zeros((5, 5))
    wanted[1:4, 1:4] = -2.99
    wanted[2, 2] = 26.91 - 2.99
    np.testing.assert_allclose(residuals(image)[0], wanted, atol=1e-12)


def test_a_grating_peaks_at_its_frequency_with_its_amplitude() -> None:
    images = np.stack([grating(100, 1), grating(40, 0)])
    spectra = mean_spectra(images, np.array([0, 1]), 2)
    assert spectra.shape == (2, SIDE, SIDE)
    assert spectra.dtype == np.float64
    # The mean of three pixels along leaves (1 + 2 cos 90°) / 3 = a third, and the residual two thirds; half of the
    # amplitude is at each of +8 and -8 of 32; a Hann window sums up to a half of 32 in each direction.
    middle = SIDE // 2
    for spectrum, amplitude, places in (
        (spectra[0], 100, [(middle, middle - 8), (middle, middle + 8)]),
        (spectra[1], 40, [(middle - 8, middle), (middle + 8, middle)]),
    ):
        wanted = np.log10(1 + amplitude * (2 / 3) / 2 * 16 * 16)
        assert [tuple(place) for place in np.argwhere(spectrum > spectrum.max() - 1e-9)] == places
        for place in places:
            assert spectrum[place] == pytest.approx(wanted, abs=1e-9)
        assert spectrum[middle, middle] == pytest.approx(0, abs=1e-9)


def test_spectra_are_means_over_the_images_of_a_class() -> None:
    strong, weak = grating(100, 1), grating(10, 1)
    images = np.stack([strong, weak, weak, strong])
    spectra = mean_spectra(images, np.array([0, 0, 3, 1]), 4)
    np.testing.assert_allclose(spectra[0], (spectra[1] + spectra[3]) / 2, atol=1e-12)
    assert np.isnan(spectra[2]).all()
    lower = differences(spectra)
    np.testing.assert_allclose(lower[0], spectra[0] - (spectra[0] + spectra[1] + spectra[3]) / 3, atol=1e-12)
    assert np.isnan(lower[2]).all()


class Map:
    """Images that notice how many of them are read at a time, as a memory map has them."""

    def __init__(self, count: int) -> None:
        self.shape = (count, SIDE, SIDE, 3)
        self.read: list[int] = []

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, wanted: slice) -> NDArray[np.uint8]:
        read = range(len(self))[wanted]
        self.read.append(len(read))
        return np.zeros((len(read), SIDE, SIDE, 3), np.uint8)


def test_images_are_read_a_block_at_a_time() -> None:
    images: Any = Map(2 * BLOCK_IMAGES + 1)
    mean_spectra(images, np.zeros(len(images), np.int64), 1)
    assert images.read == [BLOCK_IMAGES, BLOCK_IMAGES, 1]


@pytest.mark.parametrize("labels", [[0], [0, 2], [-1, 0]])
def test_labels_that_are_none_are_refused(labels: list[int]) -> None:
    with pytest.raises(ValueError, match="Expected 2 labels from 0 to 1"):
        mean_spectra(np.zeros((2, 8, 8, 3), np.uint8), np.array(labels), 2)


def test_a_profile_is_the_mean_over_rings() -> None:
    spectrum = np.zeros((8, 8))
    spectrum[4, 4] = 3
    # Between 0.5 and 1.5 of the middle lie the eight around it: four at 1 and four at 1.414.
    spectrum[4, 5] = 16
    frequencies, means = radial_profile(spectrum)
    assert frequencies.tolist() == [0, 0.125, 0.25, 0.375, 0.5]
    assert means.tolist() == [3, 2, 0, 0, 0]


def test_a_filter_of_one_weight_responds_to_all_frequencies_alike() -> None:
    kernels = np.zeros((3, 3, 3, 2), np.float32)
    kernels[1, 1, 0, 0] = -3
    kernels[0, 2, :, 1] = (2, 3, 6)  # 4 + 9 + 36 = 49
    responses = filter_responses(kernels, 8)
    np.testing.assert_allclose(responses, np.array([3, 7])[:, None, None] * np.ones((8, 8)), atol=1e-12)


def test_a_difference_of_neighbours_responds_to_its_direction() -> None:
    kernels = np.zeros((3, 3, 3, 1), np.float32)
    kernels[1, 0, 1, 0], kernels[1, 2, 1, 0] = 1, -1
    (response,) = filter_responses(kernels, 8)
    # |1 - e^(-2i·2πf)| = 2 |sin 2πf|, for f from -4/8 to 3/8 along the columns; the rows do not matter.
    wanted = [0, 2**0.5, 2, 2**0.5, 0, 2**0.5, 2, 2**0.5]
    np.testing.assert_allclose(response, np.tile(wanted, (8, 1)), atol=1e-12)
    with pytest.raises(ValueError, match="Expected kernels of shape"):
        filter_responses(kernels[..., 0], 8)
