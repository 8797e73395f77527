"""The pictures of spectra and filters say what they show."""

import numpy as np
import pytest

from reports.figures import encode_png
from reports.fingerprint_figures import draw_filters, draw_spectra


def test_each_class_is_shown_as_it_is_and_less_the_mean() -> None:
    spectra = np.random.default_rng(0).uniform(1, 3, (3, 16, 16))
    spectra[1] = np.nan
    figure = draw_spectra(spectra, ["a", "$b$", "c"])
    pictures = [axes for axes in figure.axes if axes.images and axes.get_label() != "<colorbar>"]
    assert [axes.get_title() for axes in pictures] == ["a", "$b$", "c", "", "", ""]
    np.testing.assert_array_equal(pictures[2].images[0].get_array(), spectra[2])
    # The mean of the two classes that have images.
    lower = pictures[3].images[0].get_array()
    assert lower is not None
    np.testing.assert_allclose(lower, (spectra[0] - spectra[2]) / 2, atol=1e-12)
    assert pictures[3].images[0].get_clim() == tuple(-limit for limit in pictures[5].images[0].get_clim()[::-1])
    assert [text.get_text() for axes in pictures for text in axes.texts] == ["no images", "no images"]
    (curves,) = [axes for axes in figure.axes if axes.get_xlabel() == "cycles per pixel"]
    assert sorted(text.get_text() for text in curves.texts) == ["a", "c"]
    assert len(curves.lines) == 3  # 0, and two classes
    assert encode_png(figure).startswith(b"\x89PNG")


def test_one_class_and_equal_classes_can_be_drawn() -> None:
    encode_png(draw_spectra(np.zeros((1, 8, 8)), ["a"]))
    encode_png(draw_spectra(np.ones((12, 8, 8)), [str(label) for label in range(12)]))


def test_twenty_classes_are_told_apart_and_their_names_stay_beside_the_curves() -> None:
    spectra = np.random.default_rng(0).uniform(1, 3, (20, 16, 16))
    figure = draw_spectra(spectra, [str(label) for label in range(20)])
    (curves,) = [axes for axes in figure.axes if axes.get_xlabel() == "cycles per pixel"]
    assert len({(line.get_color(), line.get_linestyle()) for line in curves.lines[1:]}) == 20
    figure.canvas.draw()
    tops = [text.get_window_extent().y1 for text in curves.texts]
    bottoms = [text.get_window_extent().y0 for text in curves.texts]
    frame = curves.get_window_extent()
    assert max(tops) - min(bottoms) < 1.5 * frame.height


def test_spectra_without_images_or_with_other_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="Expected at least one class with images"):
        draw_spectra(np.full((2, 8, 8), np.nan), ["a", "b"])
    with pytest.raises(ValueError, match="Expected 2 labels"):
        draw_spectra(np.zeros((2, 8, 8)), ["a"])


def test_each_filter_is_shown_with_its_response() -> None:
    kernels = np.zeros((3, 3, 3, 9), np.float32)
    kernels[1, 1, :, 3] = (2, 0, -2)
    figure = draw_filters(kernels)
    assert len(figure.axes) == 18
    weights = figure.axes[6].images[0].get_array()
    assert weights is not None
    # The largest weight, 2, is a colour's whole reach from the grey of 0.
    np.testing.assert_allclose(weights[1, 1], [1, 0.5, 0])
    np.testing.assert_allclose(weights[0, 0], 0.5)
    assert figure.axes[6].get_title(loc="left") == "4"
    response = figure.axes[7].images[0].get_array()
    assert response is not None
    np.testing.assert_allclose(response, 8**0.5)
    assert encode_png(figure).startswith(b"\x89PNG")
