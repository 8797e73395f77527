"""How well a class that was left out is told from the known ones."""

import numpy as np
import pytest

from reports.figures import encode_png
from reports.left_out import auroc_standard_error, draw_energies
from reports.unknown import auroc


def test_the_area_of_four_numbers_and_its_error_by_hand() -> None:
    # Unknown 3 is above both known ones, unknown 1.5 above one of them: 3 of 4 pairs.
    area = auroc(np.array([1.0, 2.0]), np.array([3.0, 1.5]))
    assert area == 0.75
    # A = 3/4: A (1 - A) = 3/16; Q1 = A / (2 - A) = 3/5, less A^2 = 9/16 is 3/80; Q2 = 2 A^2 / (1 + A) = 9/14, less A^2
    # is 9/112. (3/16 + 3/80 + 9/112) / 4 = 171/2240.
    assert auroc_standard_error(area, 2, 2) == pytest.approx((171 / 2240) ** 0.5, rel=1e-12)


def test_the_unknown_images_weigh_on_what_pairs_of_them_share() -> None:
    # As above with one known image: the term of Q2 goes, and with one unknown image that of Q1.
    assert auroc_standard_error(0.75, 1, 3) == pytest.approx(((3 / 16 + 2 * 3 / 80) / 3) ** 0.5, rel=1e-12)
    assert auroc_standard_error(0.75, 3, 1) == pytest.approx(((3 / 16 + 2 * 9 / 112) / 3) ** 0.5, rel=1e-12)


@pytest.mark.parametrize("area", [0.0, 1.0])
def test_where_all_is_told_apart_the_error_is_nought(area: float) -> None:
    assert auroc_standard_error(area, 5, 7) == 0.0


@pytest.mark.parametrize(("area", "known", "unknown"), [(1.1, 2, 2), (-0.1, 2, 2), (0.5, 0, 2), (0.5, 2, 0)])
def test_no_area_and_no_images_are_refused(area: float, known: int, unknown: int) -> None:
    with pytest.raises(ValueError, match="Expected an area from 0 to 1 and images"):
        auroc_standard_error(area, known, unknown)


def test_the_picture_shows_shares_of_each_kind_in_the_same_bins() -> None:
    figure = draw_energies(np.array([-3.0, -2.0, -2.0, -1.0]), np.array([0.0, -1.0]), "cnn: without label 3")
    (axes,) = figure.axes
    heights = [float(patch.get_height()) for patch in axes.patches]  # type: ignore[attr-defined]
    assert sum(heights[:40]) == pytest.approx(1.0) and sum(heights[40:]) == pytest.approx(1.0)
    assert max(heights[:40]) == 0.5
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["known: 4 images", "left out: 2 images"]  # type: ignore[union-attr]
    assert encode_png(figure).startswith(b"\x89PNG")
