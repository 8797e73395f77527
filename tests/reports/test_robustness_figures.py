"""What stands in the picture of damaged images, and that nothing is cut off or covers anything."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from reports.figures import encode_png
from reports.robustness_figures import draw_robustness, draw_runs

NAMES = ["saved as JPEG, quality", "blur", "noise", "resized", "cropped to a factor, resized back"]


def level(accuracy: float, changed: float, **more: Any) -> dict[str, Any]:
    return {
        "accuracy": accuracy,
        "accuracy_standard_error": 0.02,
        "changed": changed,
        "changed_standard_error": 0.01,
        **more,
    }


def content(last_accuracy: float = 0.5, last_changed: float = 0.45, damages: int = 5) -> dict[str, Any]:
    levels = [level(0.8, 0.1, level=0.95), level(last_accuracy, last_changed, level=0.5)]
    kinds = [{"damage": name, "description": name, "levels": levels} for name in NAMES[:damages]]
    return {"images": 1250, "undamaged": level(0.9, 0.0), "damages": kinds}


def texts(figure: Figure) -> list[Text]:
    figure.canvas.draw()
    found: list[Text] = figure.findobj(Text)
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def test_each_damage_has_a_panel_with_two_curves_that_begin_without_damage() -> None:
    figure = draw_robustness(content(), "a run: validation")
    panels = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title(loc="left") for axes in panels] == NAMES
    for axes in panels:
        lines = {str(line.get_label()): np.asarray(line.get_ydata()).tolist() for line in axes.get_lines()}
        assert lines["accuracy"] == [0.9, 0.8, 0.5]
        assert lines["answers that damage changed"] == [0.0, 0.1, 0.45]
        assert [label.get_text() for label in axes.get_xticklabels()] == ["none", "0.95", "0.5"]


def test_bands_are_one_standard_error_wide() -> None:
    axes = draw_robustness(content(), "a run").axes[0]
    heights = np.concatenate([band.get_paths()[0].vertices[:, 1] for band in axes.collections])  # type: ignore[index]
    assert {0.92, 0.88, 0.52, 0.48} <= {round(float(height), 6) for height in heights}


@pytest.mark.parametrize(("accuracy", "changed"), [(0.5, 0.45), (0.45, 0.5), (0.5, 0.5), (1.0, 0.0), (0.0, 1.0)])
def test_no_text_covers_another_or_is_cut_off(accuracy: float, changed: float) -> None:
    figure = draw_robustness(content(accuracy, changed), "cnn-torch-seed0: validation, damaged images")
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    assert len(boxes) > 40
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text
    for (one, box), (other, other_box) in combinations(boxes, 2):
        assert not box.overlaps(other_box), (one, other)


def test_runs_have_a_curve_each_in_every_panel_above_a_line_at_chance() -> None:
    runs = [{"name": "one", "classes": 4, **content()}, {"name": "other", "classes": 4, **content(0.3)}]
    figure = draw_runs(runs)
    panels = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title(loc="left") for axes in panels] == NAMES
    for axes in panels:
        one, other, chance = (np.asarray(line.get_ydata()).tolist() for line in axes.get_lines())
        assert (one, other, chance) == ([0.9, 0.8, 0.5], [0.9, 0.8, 0.3], [0.25, 0.25])
    assert {"one", "other"} <= {text.get_text() for text in texts(figure)}


def test_one_damage_alone_is_drawn_too_and_equal_content_gives_equal_bytes() -> None:
    first, second = (encode_png(draw_robustness(content(damages=1), "a run")) for _ in range(2))
    assert first == second and first.startswith(b"\x89PNG")
