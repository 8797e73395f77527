import numpy as np
import pytest

from reports.run_page.comparison import compare_with_best, draw_comparison
from tests.reports.run_page.runs import GIVEN, LABELS, a_run


def test_the_same_images_in_another_order_are_compared_image_by_image() -> None:
    order = np.array([5, 3, 1, 0, 2, 4])
    turned = a_run(ids=[f"i{place}" for place in order], labels=LABELS[order], given=GIVEN[order])
    found = compare_with_best(a_run(), turned)
    assert (found.test, found.only_first, found.only_other) == ("McNemar", 0, 0)


def test_other_ids_or_other_labels_are_other_images() -> None:
    assert compare_with_best(a_run(), a_run(ids=list("abcdef"))).test == "two-sample"
    assert compare_with_best(a_run(), a_run(labels=LABELS[::-1].copy())).test == "two-sample"
    assert compare_with_best(a_run(), a_run(ids=["i0"] * 6)).test == "two-sample"


def test_one_run_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="two runs or more"):
        draw_comparison([a_run()])


def test_of_equally_accurate_runs_the_one_of_lower_loss_is_first() -> None:
    other = a_run(name="surer", metrics={**a_run().metrics, "loss": 0.5})
    text = draw_comparison([a_run(), other])
    assert text.index("<b>surer</b>") < text.index("<b>tiny-torch-seed3</b>")
    assert "surer is the most accurate: 66.67 ± 19.25 % of 6 images." in text


def test_a_key_that_only_one_recipe_has_is_a_difference() -> None:
    other = a_run(name="newer", recipe={**a_run().recipe, "image": {"size_pixels": 64}})
    assert "<code>image.size_pixels</code>" in draw_comparison([a_run(), other])
