import numpy as np
import pytest

from data_io.views import VIEWS, count_views, make_views, shift

ROW = np.array([[1, 2, 3, 4, 5]], np.uint8)  # one row of five pixels, each channel alike


def as_images(rows: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.repeat(rows[None, :, :, None], 3, axis=3)


def test_shifting_to_the_right_repeats_the_left_edge_and_loses_the_right_one() -> None:
    assert shift(as_images(ROW), 0, 2)[0, 0, :, 0].tolist() == [1, 1, 1, 2, 3]
    assert shift(as_images(ROW), 0, -2)[0, 0, :, 0].tolist() == [3, 4, 5, 5, 5]


def test_shifting_down_repeats_the_upper_edge_and_up_the_lower_one() -> None:
    column = as_images(ROW.T)
    assert shift(column, 2, 0)[0, :, 0, 2].tolist() == [1, 1, 1, 2, 3]
    assert shift(column, -2, 0)[0, :, 0, 2].tolist() == [3, 4, 5, 5, 5]


def test_without_a_set_there_is_the_image_alone_and_it_is_not_copied() -> None:
    images = as_images(ROW)
    (only,) = make_views(images, None)
    assert only is images


def test_all_views_are_the_image_four_shifts_of_two_pixels_and_each_of_them_mirrored() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 6, 7, 3), np.uint8)
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
    corners = [(2, 2), (4, 2), (0, 2), (2, 4), (2, 0)]  # of the crop: as it is, up, down, left, right
    expected = []
    for top, left in corners:
        crop = padded[:, top : top + 6, left : left + 7]
        expected += [crop, crop[:, :, ::-1]]
    views = list(make_views(images, "all"))
    assert len(views) == 10
    for view, wanted in zip(views, expected, strict=True):
        assert view.dtype == np.uint8
        np.testing.assert_array_equal(view, wanted)


@pytest.mark.parametrize(("kind", "views"), [(None, 1), ("mirror", 2), ("shifts", 5), ("all", 10)])
def test_a_set_has_as_many_views_as_it_says(kind: str | None, views: int) -> None:
    images = as_images(ROW)
    assert count_views(kind) == len(list(make_views(images, kind))) == views


@pytest.mark.parametrize("kind", VIEWS)
def test_every_view_of_a_flat_image_is_the_image(kind: str) -> None:
    flat = np.full((3, 8, 8, 3), (7, 80, 255), np.uint8)
    for view in make_views(flat, kind):
        np.testing.assert_array_equal(view, flat)
