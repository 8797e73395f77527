import numpy as np
import pytest
from PIL import Image

from data_io.damage import DAMAGES, add_noise, blur, compress, crop, shrink

RANDOM = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8))


def grey(value: int) -> Image.Image:
    return Image.new("RGB", (40, 60), (value, value, value))


def test_jpeg_at_quality_95_changes_nothing_of_a_flat_grey_image() -> None:
    for value in (0, 77, 128, 255):
        assert compress(grey(value), 95, "a").tobytes() == grey(value).tobytes()


def test_lower_qualities_of_jpeg_change_more() -> None:
    before = np.asarray(RANDOM, np.int64)
    changes = [np.abs(np.asarray(compress(RANDOM, quality, "a")) - before).mean() for quality in (95, 75, 30)]
    assert 0 < changes[0] < changes[1] < changes[2]


def test_a_blur_spreads_a_point_by_its_sigma_and_leaves_flat_images_alone() -> None:
    point = np.zeros((41, 41, 3), np.uint8)
    point[20, 20] = 255
    spread = np.asarray(blur(Image.fromarray(point), 2, "a"), np.float64)[..., 0]
    squares = (np.arange(41) - 20.0) ** 2
    # The variance along a row is sigma^2 = 4, less what rounds to 0 far out.
    assert (spread.sum(axis=0) * squares).sum() / spread.sum() == pytest.approx(4, abs=0.7)
    assert blur(grey(77), 2, "a").tobytes() == grey(77).tobytes()


def test_noise_has_its_deviation_and_no_mean() -> None:
    noisy = np.asarray(add_noise(Image.new("RGB", (200, 200), (128, 128, 128)), 10, "a"), np.float64) - 128
    # 120,000 values: the standard errors are 10 / 346 = 0.03 of the mean and 0.02 of the deviation; rounding adds
    # 1/12 to the variance.
    assert abs(noisy.mean()) < 0.15
    assert noisy.std() == pytest.approx((100 + 1 / 12) ** 0.5, abs=0.1)


def test_noise_is_of_the_id_alone_and_the_same_but_stronger_at_each_level() -> None:
    once, again, other = (np.asarray(add_noise(grey(128), 5, name), np.int64) - 128 for name in ("a", "a", "b"))
    np.testing.assert_array_equal(once, again)
    assert (once != other).mean() > 0.5
    stronger = np.asarray(add_noise(grey(128), 10, "a"), np.int64) - 128
    assert np.abs(stronger - 2 * once).max() <= 2  # each was rounded


def test_noise_stays_between_0_and_255() -> None:
    black, white = (np.asarray(add_noise(grey(value), 20, "a"), np.int64) for value in (0, 255))
    assert (black == 0).mean() > 0.4 and black.max() < 150  # not wrapped round
    assert (white == 255).mean() > 0.4 and white.min() > 105


def test_resizing_to_a_half_and_back_takes_stripes_of_a_pixel_away() -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 200
    back = np.asarray(shrink(Image.fromarray(stripes), 0.5, "a"))
    assert back.shape == stripes.shape
    assert np.ptp(back[:, 4:-4].astype(np.int64)) <= 2 and abs(float(back.mean()) - 100) < 2


def test_the_middle_is_cropped_and_fills_the_image() -> None:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[4:36, 6:54] = 255  # 0.8 of both sides
    assert np.asarray(crop(Image.fromarray(pixels), 0.8, "a")).min() == 255
    assert np.asarray(crop(Image.fromarray(pixels), 0.9, "a")).min() == 0


def test_each_damage_returns_an_rgb_image_of_equal_size_and_repeats_to_the_byte() -> None:
    assert [damage.name for damage in DAMAGES] == ["jpeg", "blur", "noise", "resize", "crop"]
    for damage in DAMAGES:
        for level in damage.levels:
            first, second = (damage.apply(RANDOM, level, "id") for _ in range(2))
            assert (first.size, first.mode) == (RANDOM.size, "RGB")
            assert first.tobytes() == second.tobytes() != RANDOM.tobytes()
