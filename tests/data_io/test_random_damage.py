"""Damage of training images."""

import numpy as np
import pytest

from data_io.random_damage import RandomDamage, draw_damage

GREY = np.full((40, 40, 3), 128, np.uint8)
EDGE = np.repeat(np.array([0] * 20 + [255] * 20, np.uint8)[None, :, None], 3, axis=2).repeat(40, axis=0)


def make(**levels: float) -> RandomDamage:
    return RandomDamage("1 2", {kind: np.full(3, level) for kind, level in levels.items()})


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


def test_a_crop_keeps_the_middle_and_makes_it_whole() -> None:
    marks = np.zeros((40, 40, 3), np.uint8)
    marks[:4] = 255  # the outer tenth, which half of both sides does not keep
    marks[18:22] = 200
    cropped = make(crop=0.5).change(marks, 0)
    assert cropped.shape == (40, 40, 3)
    # rows 10 to 29 fill the whole, each twice as high: the middle band of 4 rows is 8 high
    assert (cropped[17:23] == 200).all() and not cropped[:14].any() and not cropped[26:].any()


def test_resizing_takes_what_is_finer_than_its_factor_and_keeps_what_is_flat() -> None:
    stripes = np.where(np.arange(40) % 2, 255, 0).astype(np.uint8)[None, :, None].repeat(40, axis=0).repeat(3, axis=2)
    resized = make(resize=0.5).change(stripes, 0)
    assert resized.shape == (40, 40, 3)
    assert np.abs(resized[:, 4:-4].astype(int) - 127.5).max() < 40  # of 127.5
    np.testing.assert_array_equal(make(resize=0.5).change(GREY, 0), GREY)


def test_compression_changes_an_edge_the_more_the_less_its_quality() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (40, 40, 3), np.uint8)
    errors = [np.abs(make(jpeg=quality).change(noise, 0).astype(int) - noise).mean() for quality in (95, 50)]
    assert 0 < errors[0] < errors[1]


def test_draws_have_their_chances_and_ranges_and_each_kind_its_own() -> None:
    probabilities = {"crop": 0.1, "resize": 0.4, "blur": 0.2, "noise": 0.5, "jpeg": 0.3}
    drawn = draw_damage(3, 1, 20_000, probabilities).levels
    for kind, probability in probabilities.items():
        assert (drawn[kind] > 0).mean() == pytest.approx(probability, abs=0.015)
    ranges = {"crop": (0.8, 1.0), "resize": (0.5, 1.0), "blur": (0.0, 1.5), "noise": (0.0, 10.0), "jpeg": (50, 95)}
    for kind, (low, high) in ranges.items():
        some = drawn[kind][drawn[kind] > 0]
        assert low <= some.min() < low + 0.01 * high and 0.99 * high < some.max() <= high
    assert set(drawn["jpeg"][drawn["jpeg"] > 0].tolist()) == set(range(50, 96))
    alone = draw_damage(3, 1, 20_000, {**dict.fromkeys(probabilities, 0.0), "noise": 0.5}).levels
    np.testing.assert_array_equal(alone["noise"], drawn["noise"])
    assert not any(alone[kind].any() for kind in probabilities if kind != "noise")
