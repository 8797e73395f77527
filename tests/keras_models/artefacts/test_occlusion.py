"""Heat maps by occlusion, of stubs that look at known pixels; no Keras."""

from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keras_models.artefacts.contract import BLOCK_IMAGES
from keras_models.artefacts.occlusion import occlusion
from tests.onnx_files import SIZE_PIXELS, tiny_contract

Look = Callable[[NDArray[np.uint8]], Any]


class Stub:
    """Class 1 has the logit that `look` says of (N, 16, 16, 3), class 0 has 0."""

    def __init__(self, look: Look, **changes: Any) -> None:
        self.contract = tiny_contract(**changes)
        self.look = look
        self.seen: list[NDArray[np.uint8]] = []

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.seen.append(images.copy())
        ones = np.broadcast_to(np.asarray(self.look(images), np.float32), len(images))
        return np.stack([np.zeros_like(ones), ones], axis=1)


def black_but(tile: tuple[slice, slice]) -> NDArray[np.uint8]:
    image = np.zeros((1, SIZE_PIXELS, SIZE_PIXELS, 3), np.uint8)
    image[0][tile] = 255
    return image


TILE = (slice(8, 12), slice(4, 8))
ONE, ZERO = np.array([1]), np.array([0])


def test_the_one_tile_that_a_model_looks_at_lights_up_alone() -> None:
    stub = Stub(lambda images: images[:, 8:12, 4:8].mean(axis=(1, 2, 3)) / 64)
    wanted = np.zeros((SIZE_PIXELS, SIZE_PIXELS))
    wanted[TILE] = 1
    found = occlusion(stub, black_but(TILE), ONE, 4, 4)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[0], wanted)
    # For the other class covering the tile is a gain, which counts as nothing.
    assert not occlusion(stub, black_but(TILE), ZERO, 4, 4).any()


def test_a_pixel_has_the_mean_of_the_patches_over_it() -> None:
    stub = Stub(lambda images: np.where(images[:, 8, 4, 0] == 255, 3.0, 0.0))
    found = occlusion(stub, black_but(TILE), ONE, 4, 2)[0]
    # Of the four patches over (8, 4) each hides it; over (8, 2) lie those from columns 0 and 2, of which one does.
    assert found[8, 4] == 1
    assert found[8, 2] == found[6, 4] == 0.5
    assert found[6, 2] == 0.25
    assert found[:6].max() == found[:, 8:].max() == found[12:].max() == 0
    # In the corner lies one patch alone, and over (3, 3) four of which one hides the corner.
    corner = black_but((slice(0, 1), slice(0, 1)))
    found = occlusion(Stub(lambda images: np.where(images[:, 0, 0, 0] == 255, 3.0, 0.0)), corner, ONE, 4, 2)[0]
    assert (found[0, 0], found[3, 3]) == (1, 0.25)


def test_patches_have_the_mean_colour_and_reach_the_borders() -> None:
    image = np.zeros((1, SIZE_PIXELS, SIZE_PIXELS, 3), np.uint8)
    image[0, :4] = (255, 100, 0)  # a quarter of the rows: means 63.75, 25 and 0
    stub = Stub(lambda images: 0.0)
    occlusion(stub, image, ONE, 6, 4)
    seen = np.concatenate(stub.seen)
    np.testing.assert_array_equal(seen[0], image[0])
    # From 0, 4, 8 and, to reach the border, 10.
    assert [tuple(np.argwhere((one == (64, 25, 0)).all(axis=-1))[0]) for one in seen[1:17]] == [
        (top, left) for top in (0, 4, 8, 10) for left in (0, 4, 8, 10)
    ]
    assert {int((one == (64, 25, 0)).all(axis=-1).sum()) for one in seen[1:17]} == {36}


def test_a_class_that_is_nearly_sure_keeps_its_map() -> None:
    # 1 / (1 + e^-60) is 1 in float64, and so is 1 / (1 + e^-50): the drop is in the twenty-second digit.
    stub = Stub(lambda images: np.where(images[:, 8, 4, 0] == 255, 60.0, 50.0))
    assert occlusion(stub, black_but(TILE), ONE, 4, 4)[0, 8, 4] == 1


def test_the_rounding_of_a_runtime_is_no_drop() -> None:
    stub = Stub(lambda images: 1 + 1e-6 * images[:, 8, 4, 0] / 255)
    assert not occlusion(stub, black_but(TILE), ONE, 4, 4).any()


def test_the_temperature_belongs_to_the_probabilities() -> None:
    # Two tiles of which one is worth 1, the other 2: drops of p by hand, at a temperature of 2.
    def look(images: NDArray[np.uint8]) -> Any:
        return 1.0 * (images[:, 0, 0, 0] == 255) + 2.0 * (images[:, 8, 8, 0] == 255)

    image = black_but((slice(0, 4), slice(0, 4)))
    image[0, 8:12, 8:12] = 255
    found = occlusion(Stub(look, temperature=2.0), image, ONE, 4, 4)[0]
    p3, p2, p1 = (1 / (1 + np.exp(-logit / 2)) for logit in (3, 2, 1))
    assert found[8, 8] == 1
    assert found[0, 0] == pytest.approx((p3 - p2) / (p3 - p1), abs=1e-6)


def test_blocks_are_full_and_a_map_does_not_depend_on_the_other_images() -> None:
    stub = Stub(lambda images: images[:, 8:12, 4:8].mean(axis=(1, 2, 3)) / 64)
    images = np.random.default_rng(0).integers(0, 256, (3, SIZE_PIXELS, SIZE_PIXELS, 3), np.uint8)
    together = occlusion(stub, images, np.array([1, 0, 1]), 4, 1)
    assert {len(seen) for seen in stub.seen} == {BLOCK_IMAGES}
    alone = occlusion(stub, images[2:], ONE, 4, 1)
    np.testing.assert_array_equal(together[2:], alone)


def test_a_patch_fits_the_image_unless_it_is_said() -> None:
    for size, patches in ((16, 14**2), (128, 14**2), (100, 15**2), (5, 5**2)):  # (16 - 3) / 1 + 1 = 14
        stub = Stub(lambda images: 0.0)
        occlusion(stub, np.full((1, size, size, 3), 9, np.uint8), ONE)
        assert len(stub.seen) == -(-(patches + 1) // BLOCK_IMAGES)


def test_a_map_that_is_cancelled_ends_before_the_next_block() -> None:
    stub = Stub(lambda images: 0.0)
    with pytest.raises(CancelledError):
        occlusion(stub, black_but(TILE), ONE, is_cancelled=lambda: len(stub.seen) == 2)
    assert len(stub.seen) == 2  # of the four that 14 x 14 patches and the image itself take


def test_what_cannot_be_meant_is_refused() -> None:
    stub, image = Stub(lambda images: 0.0), black_but(TILE)
    for patch, stride in ((17, 4), (4, 5), (4, 0), (0, 0)):
        with pytest.raises(ValueError, match="Expected a stride of at least 1"):
            occlusion(stub, image, ONE, patch, stride)
    for classes in ([2], [-1], [0, 1]):
        with pytest.raises(ValueError, match="Expected 1 class numbers from 0 to 1"):
            occlusion(stub, image, np.array(classes), 4, 4)
