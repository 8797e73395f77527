"""The pictures of the images' statistics show the numbers they were given."""

import numpy as np

from reports.figures import encode_png
from reports.image_figures import draw_class_spectra, draw_colours, draw_cues, draw_file_sizes
from tests.analysis_content import make_content

CLASSES = make_content()["splits"]["train"]["classes"]


def test_spectra_are_drawn_as_they_are_and_less_their_mean() -> None:
    figure = draw_class_spectra(CLASSES)
    left, right = figure.axes
    np.testing.assert_allclose(np.asarray(left.lines[1].get_ydata()), [3.0, 1.5, 1.0])
    np.testing.assert_allclose(np.asarray(right.lines[0].get_ydata()), [-0.5, 0, 0])
    assert sorted(text.get_text() for text in right.texts) == ["class 0", "class 1"]
    assert encode_png(figure).startswith(b"\x89PNG")


def test_each_colour_has_a_curve_per_class() -> None:
    figure = draw_colours(CLASSES)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["red", "green", "blue"]
    assert all(len(axes.lines) == 2 for axes in figure.axes)
    np.testing.assert_allclose(
        np.asarray(figure.axes[0].lines[0].get_xdata()), [64, 192]
    )  # the middles of the two bins


def test_file_sizes_add_up_to_all_files_of_a_class() -> None:
    (axes,) = draw_file_sizes(CLASSES).axes
    np.testing.assert_allclose(np.asarray(axes.lines[0].get_ydata()), [0, 0, 0.25, 0.75, 1])
    np.testing.assert_allclose(np.asarray(axes.lines[1].get_ydata()), [0, 0, 0.2, 0.6, 1])


def test_names_of_networks_that_would_meet_stand_above_one_another() -> None:
    (axes,) = draw_cues(make_content()["cues"], {"cnn": 0.9, "best": 0.92, "mlp": 0.6}, 5).axes
    heights = {text.get_text(): text.get_position() for text in axes.texts}
    assert {name: place[0] for name, place in heights.items()} == {"chance": 0.2, "mlp": 0.6, "cnn": 0.9, "best": 0.92}
    assert heights["chance"][1] == heights["mlp"][1] == heights["cnn"][1]
    assert heights["best"][1] < heights["cnn"][1]  # the axis points down
