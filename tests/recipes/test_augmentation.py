"""The values that a recipe's augmentation may hold."""

import dataclasses
import re

import pytest

import errors
from data_io import erasing
from recipes.augmentation import LEAST_ERASED_FRACTION, SHARES, Augmentation

AUGMENTATION = Augmentation(flip_probability=0.5, rotation_degrees=15.0)
OUTSIDE = [
    *((name, value) for name in SHARES for value in (-0.01, 1.01)),
    *(("rotation_degrees", value) for value in (-1.0, 181.0)),
    *(("shift_pixels", value) for value in (-1.0, 513.0)),
    *(("zoom_fraction", value) for value in (-0.1, 0.51)),
    *(("erase_fraction", value) for value in (0.0, 1.01)),
    *(("mixup_alpha", value) for value in (-0.1, 101.0)),
    ("resample", "bicubic"),
]
ENDS = [
    *((name, value) for name in SHARES for value in (0.0, 1.0)),
    *(("rotation_degrees", value) for value in (0.0, 180.0)),
    *(("shift_pixels", value) for value in (0.0, 512.0)),
    *(("zoom_fraction", value) for value in (0.0, 0.5)),
    *(("erase_fraction", value) for value in (0.02, 1.0)),
    *(("mixup_alpha", value) for value in (0.0, 100.0)),
    *(("resample", value) for value in ("nearest", "bilinear")),
]


@pytest.mark.parametrize(("field", "value"), OUTSIDE)
def test_a_value_out_of_range_is_refused_with_its_name_and_what_was_received(field: str, value: object) -> None:
    pattern = rf"Expected augmentation\.{field} to be .* Received: {re.escape(repr(value))}\."
    with pytest.raises(errors.UsageError, match=pattern):
        dataclasses.replace(AUGMENTATION, **{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(("field", "value"), ENDS)
def test_the_ends_of_a_range_belong_to_it(field: str, value: object) -> None:
    assert getattr(dataclasses.replace(AUGMENTATION, **{field: value}), field) == value  # type: ignore[arg-type]


def test_all_values_out_of_range_are_told_at_once() -> None:
    with pytest.raises(errors.UsageError) as caught:
        dataclasses.replace(AUGMENTATION, flip_probability=2.0, zoom_fraction=0.6, resample="bicubic")
    assert caught.value.messages == (
        "Expected augmentation.flip_probability to be 0 to 1. Received: 2.0.",
        "Expected augmentation.zoom_fraction to be 0 to 0.5. Received: 0.6.",
        "Expected augmentation.resample to be one of nearest, bilinear. Received: 'bicubic'.",
    )


def test_every_number_has_a_range() -> None:
    tested = {name for name, _ in OUTSIDE}
    assert tested == {field.name for field in dataclasses.fields(Augmentation)}


def test_the_smallest_box_is_that_of_the_draws() -> None:
    assert LEAST_ERASED_FRACTION == erasing.LEAST_FRACTION
