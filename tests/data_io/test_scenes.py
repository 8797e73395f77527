"""The scenes of the sample data."""

import numpy as np
import pytest

from data_io.scenes import SUPERSAMPLING, Pencil, draw_scene, shade


@pytest.mark.parametrize("size_pixels", [100, 104])
def test_a_scene_is_float32_of_the_asked_size_within_8_bits(size_pixels: int) -> None:
    scene = draw_scene(np.random.default_rng(0), size_pixels)
    assert scene.shape == (size_pixels, size_pixels, 3)
    assert scene.dtype == np.float32
    assert scene.min() >= 0
    assert scene.max() <= 255


def test_equal_generators_draw_equal_scenes_and_others_draw_others() -> None:
    first = draw_scene(np.random.default_rng(3), 100)
    np.testing.assert_array_equal(first, draw_scene(np.random.default_rng(3), 100))
    assert not np.array_equal(first, draw_scene(np.random.default_rng(4), 100))


def test_every_scene_shows_something() -> None:
    deviations = [draw_scene(np.random.default_rng(seed), 100).std() for seed in range(40)]
    assert min(deviations) > 10


def test_a_mirrored_pencil_draws_to_the_other_side() -> None:
    right, left = (Pencil(canvas=None, x=50, y=40, scale=2, mirror=mirror) for mirror in (1, -1))  # type: ignore[arg-type]
    assert right.at(5, 3) == (60 * SUPERSAMPLING, 46 * SUPERSAMPLING)
    assert left.at(5, 3) == (40 * SUPERSAMPLING, 46 * SUPERSAMPLING)


def test_a_shade_never_leaves_8_bits() -> None:
    assert shade((100, 200, 250), 1.5) == (150, 255, 255)
