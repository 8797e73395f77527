"""Blur, noise and compression of training images."""

import numpy as np
import pytest

from data_io.random_damage import RandomDamage, draw_damage

GREY = np.full((40, 40, 3), 128, np.uint8)
EDGE = np.repeat(np.array([0] * 20 + [255] * 20, np.uint8)[None, :, None], 3, axis=2).repeat(40, axis=0)


def make(blur: float = 0.0, noise: float = 0.0, quality: int = 0) -> RandomDamage:
    return RandomDamage("1 2", np.full(3, blur), np.full(3, noise), np.full(3, quality))


def test_an_image_that_is_left_alone_is_itself() -> None:
    assert make().change(GREY, 0) is GREY


def test_a_blur_spreads_an_edge_and_keeps_what_is_flat() -> None:
    row = make(blur=1.5).change(EDGE, 0)[20, :, 0].astype(int)
    assert (np.diff(row) >= 0).all() and row[12] == 0 and row[27] == 255
    assert 0 < row[19] < 128 < row[20] < 255


def test_noise_has_its_deviation_and_is_another_in_each_image() -> None:
    first, second = (make(noise=8.0).change(GREY, image).astype(float) for image in (0, 1))
    assert first.std() == pytest.approx(8.0, rel=0.05) and first.mean() == pytest.approx(128, abs=0.5)
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.06
    np.testing.assert_array_equal(first, make(noise=8.0).change(GREY, 0))


def test_compression_changes_an_edge_the_more_the_less_its_quality() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (40, 40, 3), np.uint8)
    errors = [np.abs(make(quality=quality).change(noise, 0).astype(int) - noise).mean() for quality in (95, 50)]
    assert 0 < errors[0] < errors[1]


def test_draws_have_their_chances_and_ranges_and_each_kind_its_own() -> None:
    drawn = draw_damage(3, 1, 20_000, 0.2, 0.5, 0.3)
    for values, probability in ((drawn.blurs, 0.2), (drawn.noises, 0.5), (drawn.qualities, 0.3)):
        assert (values > 0).mean() == pytest.approx(probability, abs=0.015)
    assert 1.49 < drawn.blurs.max() <= 1.5 and 9.9 < drawn.noises.max() <= 10
    assert set(drawn.qualities[drawn.qualities > 0].tolist()) == set(range(50, 96))
    alone = draw_damage(3, 1, 20_000, 0.0, 0.5, 0.0)
    np.testing.assert_array_equal(alone.noises, drawn.noises)
    assert not alone.blurs.any() and not alone.qualities.any()
