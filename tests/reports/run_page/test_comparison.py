import re

import numpy as np
import pytest

from reports.run_page.comparison import compare_with_best, draw_comparison
from tests.reports.run_page.runs import GIVEN, LABELS, a_run


def test_the_same_images_in_another_order_are_compared_image_by_image() -> None:
    order = np.array([5, 3, 1, 0, 2, 4])
    turned = a_run(ids=[f"i{place}" for place in order], labels=LABELS[order], given=GIVEN[order])
    found = compare_with_best(a_run(), turned)
    assert found is not None
    assert (found.test, found.only_first, found.only_other) == ("McNemar", 0, 0)


def test_other_ids_or_other_labels_are_other_images() -> None:
    others = a_run(ids=list("abcdef")), a_run(labels=LABELS[::-1].copy()), a_run(ids=["i0"] * 6)
    found = [compare_with_best(a_run(), other) for other in others]
    assert [one and one.test for one in found] == ["two-sample"] * 3


def test_runs_of_other_classes_are_shown_under_the_datas_labels_and_not_compared() -> None:
    # Without the data's label 1 the network's 1 and 2 are the data's 2 and 3
    without = a_run(name="without", recipe={**a_run().recipe, "data": {"leave_out": 1}})
    assert without.data_labels == (0, 2, 3) and a_run().data_labels == (0, 1, 2)
    assert compare_with_best(a_run(), without) is None
    text = draw_comparison([a_run(), without])
    classes = text[text.index("Class by class") :]
    rows = [row.split("</tr>")[0] for row in classes.split("<tr>")[2:6]]
    assert [re.findall(r"[\d.]+ %|–", row) for row in rows] == [
        ["100.00 %", "100.00 %"],
        ["33.33 %", "–"],
        ["100.00 %", "33.33 %"],
        ["–", "100.00 %"],
    ]
    assert "other classes" in text and "p &lt;" not in text and "p = " not in text
    assert "No other tells the same classes apart. Of other classes, so not compared: without." in text


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


def test_of_one_run_a_backend_each_has_the_backends_colour_whoever_is_the_most_accurate() -> None:
    ranked = [
        a_run(name=name, manifest={"backend": name}, metrics={**a_run().metrics, "loss": loss})
        for loss, name in enumerate(("jax", "tensorflow", "torch"))
    ]
    assert colours_of(draw_comparison(ranked)) == {"jax": "c2", "tensorflow": "c0", "torch": "c1"}
    two_of_torch = [*ranked[:1], *(a_run(name=name, manifest={"backend": "torch"}) for name in ("a", "b"))]
    assert sorted(colours_of(draw_comparison(two_of_torch)).values()) == ["c0", "c1", "c2"]


def colours_of(text: str) -> dict[str, str]:
    keys = re.findall(r'class="legend">.*?class="(c\d)".*?</svg>(\S+) <b>', text)
    return {name: colour for colour, name in keys}
