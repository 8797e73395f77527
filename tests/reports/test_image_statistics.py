"""What is measured of an image, by hand."""

import numpy as np
import pytest

from reports.image_statistics import (
    FREQUENCIES,
    LEVELS,
    collect_cues,
    gather,
    kilobytes_histogram,
    measure_image,
    radial_spectrum,
    summarise_classes,
)


def flat(red: int, green: int, blue: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.tile(np.array([red, green, blue], np.uint8), (16, 16, 1))


def test_colours_and_saturation_of_half_an_image_of_each_colour() -> None:
    image = flat(204, 0, 51)
    image[:8] = (0, 0, 0)  # black, which has no saturation
    file_bytes, means, deviations, saturation, histograms, _ = measure_image(image, 700)
    assert file_bytes == 700
    np.testing.assert_allclose(means, [0.4, 0, 0.1])
    np.testing.assert_allclose(deviations, [0.4, 0, 0.1])
    assert saturation == pytest.approx(0.5)  # all of the coloured half, none of the black one
    assert histograms.shape == (3, LEVELS)
    assert (histograms[0, 0], histograms[0, 204 // 8]) == (0.5, 0.5)
    assert histograms[1, 0] == 1
    assert histograms[2, 51 // 8] == 0.5


def test_a_grating_is_a_peak_at_its_frequency_and_a_flat_image_has_no_spectrum() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    image[:, np.arange(100) % 4 < 2] = 200  # a period of four pixels
    spectrum = radial_spectrum(image)
    assert spectrum.shape == (FREQUENCIES,)
    assert abs(int(spectrum.argmax()) - 25) <= 1  # 0.25 cycles per pixel; the window spreads it
    assert spectrum[22] < 0.01 < 0.1 < spectrum[25]
    np.testing.assert_allclose(radial_spectrum(flat(9, 9, 9)), 0, atol=1e-9)


def test_an_image_of_another_size_has_the_same_frequencies() -> None:
    image = np.zeros((60, 80, 3), np.uint8)
    image[:, np.arange(80) % 4 < 2] = 200
    assert abs(int(radial_spectrum(image).argmax()) - 25) <= 1


def test_a_class_is_summed_up_with_its_errors_and_its_whole_deviation() -> None:
    measured = [measure_image(flat(value, 0, 0), size) for value, size in ((0, 1000), (255, 3000), (51, 100))]
    rows = summarise_classes(gather(measured), np.array([0, 0, 2]), 3)
    assert [row["images"] for row in rows] == [2, 0, 1]
    assert rows[0]["colour_means"] == pytest.approx([0.5, 0, 0])
    # Flat images differ from one another alone: 0 and 1 have a deviation of one half, their mean an error of one half.
    assert rows[0]["colour_deviations"] == pytest.approx([0.5, 0, 0])
    assert rows[0]["colour_means_error"] == pytest.approx([0.5, 0, 0])
    assert rows[0]["file_bytes_quartiles"] == [1500, 2000, 2500]
    assert rows[0]["file_kilobytes_histogram"] == [0, 1, 0, 1]
    assert rows[1] == {"label": 1, "images": 0}
    assert rows[2]["saturation_error"] is None


def test_a_file_of_a_whole_kilobyte_belongs_to_the_next_bin() -> None:
    assert kilobytes_histogram(np.array([999.0, 1000.0, 2500.0])) == [1, 1, 1]


def test_the_last_cue_is_all_of_them() -> None:
    cues = collect_cues(gather([measure_image(flat(1, 2, 3), 10)] * 2))
    shapes = [features.shape for features in cues.values()]
    assert shapes == [(2, 1), (2, 3), (2, 7), (2, FREQUENCIES), (2, 3 * LEVELS), (2, 1 + 7 + FREQUENCIES + 3 * LEVELS)]


def test_no_image_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected at least one image"):
        gather([])
