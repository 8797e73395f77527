"""Heat over images, and the picture that explains an answer."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reports.figures import encode_png
from reports.heat_maps import draw_explanation, overlay, shorten

BLACK = np.zeros((4, 6, 3), np.uint8)
COLD = np.zeros((4, 6), np.float32)


def draw(labels: list[str], probabilities: list[float]) -> Figure:
    return draw_explanation(BLACK, COLD, np.array(probabilities), labels, "a/b $x$.png", "how it was found")


def texts(figure: Figure) -> list[str]:
    found = [text.get_text() for text in figure.texts]
    for axes in figure.axes:
        found += [axes.get_title(loc="left"), *(text.get_text() for text in axes.texts)]
    return found


def test_where_nothing_is_hot_the_picture_shows_alone() -> None:
    image = BLACK.copy()
    image[1] = 200  # grey has no colour to lose
    np.testing.assert_array_equal(overlay(image, COLD), image)
    # Of pure red, with a luma of 0.299 * 255 = 76.245, three tenths stay: 53.3715 beside 129.8715.
    image[1] = (255, 0, 0)
    assert overlay(image, COLD)[1, 0].tolist() == [130, 53, 53]


def test_the_hottest_place_has_three_quarters_of_the_last_colour() -> None:
    heat = COLD.copy()
    heat[2, 3] = 1
    found = overlay(BLACK, heat)
    assert found.dtype == np.uint8
    # The last colour of inferno is (0.988362, 0.998364, 0.644924): three quarters of it, of 255.
    assert found[2, 3].tolist() == [189, 191, 123]
    assert not np.delete(found.reshape(24, 3), 2 * 6 + 3, axis=0).any()


def test_hotter_is_brighter() -> None:
    heat = np.linspace(0, 1, 24, dtype=np.float32).reshape(4, 6)
    grey = (overlay(BLACK, heat) @ np.array([0.299, 0.587, 0.114])).ravel()
    assert (np.diff(grey) > 0).all()


@pytest.mark.parametrize("heat", [COLD[:3], COLD - 0.1, COLD + 1.1, COLD + np.nan])
def test_heat_that_is_none_is_refused(heat: np.ndarray) -> None:
    with pytest.raises(ValueError, match="Expected"):
        overlay(BLACK, heat)
    with pytest.raises(ValueError, match="Expected an image"):
        overlay(BLACK[..., 0], COLD)


def test_an_explanation_says_every_probability_and_names_the_likeliest() -> None:
    figure = draw(["cat", "$d$", "a name of more than fourteen"], [0.0004, 0.9991, 0.0005])
    image, heat, bars = figure.axes
    assert len(image.images) == len(heat.images) == 1
    widths = [patch.get_width() for patch in bars.patches if isinstance(patch, Rectangle)]
    assert widths == [0.0004, 0.9991, 0.0005]
    assert {"a/b $x$.png", "image", "what speaks for $d$", "how it was found"} <= set(texts(figure))
    assert [text.get_text() for text in bars.texts] == ["<0.1 %", ">99.9 %", "<0.1 %"]
    assert [label.get_text() for label in bars.get_yticklabels()] == ["cat", "$d$", "a name …urteen"]
    content = encode_png(figure)
    assert content.startswith(b"\x89PNG") and content == encode_png(
        draw(["cat", "$d$", "a name of more than fourteen"], [0.0004, 0.9991, 0.0005])
    )


def test_certainty_and_nothing_are_said_in_full() -> None:
    assert [text.get_text() for text in draw(["0", "1"], [1.0, 0.0]).axes[2].texts] == ["100.0 %", "0.0 %"]


def test_another_number_of_probabilities_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected 2 probabilities"):
        draw(["0", "1"], [0.2, 0.3, 0.5])


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    assert shorten("abcdefghij", 10) == "abcdefghij"
    assert shorten("abcdefghijk", 10) == "abcde…hijk"
