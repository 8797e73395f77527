"""What stands in the pictures of a comparison, and that nothing is cut off or covers anything."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from reports.comparison_figures import COLOURS, draw_cost, draw_histories, draw_losses


def trial(scale: float, **changes: Any) -> dict[str, Any]:
    history = [{"epoch": n, "train_loss": scale / n, "validation_accuracy": 0.2 * n} for n in (1, 2, 3)]
    return {
        "train_images_per_second": 1000 * scale,
        "predict_images_per_second": 3000 * scale,
        "train_cpu_ms_per_image": 5 * scale,
        "peak_resident_bytes": int(scale * 2**30),
        "first_step_seconds": scale,
        "import_seconds": 4 * scale,
        "history": history,
        **changes,
    }


TRIALS = {"torch": [trial(1.0), trial(2.0), trial(4.0)], "jax": [trial(0.5)]}
CAPTION = "cnn, 60 epochs of 10,750 images of 128 px in batches of 64; n = 3 seeds; costs are medians (least to most)"
LOSSES: dict[str, dict[str, list[float | None]]] = {
    "losses (parity)": {"torch": [1.0, 1.0], "tensorflow": [1.0, 1.5], "jax": [1.25, None]},
    "losses (cnn)": {"torch": [1.0, 1.0], "tensorflow": [2.0, 1.5], "jax": [1.25, 1.0]},
}


def widths(axes: Axes) -> list[float]:
    return [bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)]


def titles(axes: Axes) -> list[Text]:
    kinds = [child for child in axes.get_children() if isinstance(child, Text)]
    return [text for text in kinds if text.get_text() and text not in axes.texts]


def words(figure: Figure) -> list[str]:
    return [text.get_text().strip() for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()]


def test_bars_are_medians_of_the_seeds_with_a_line_from_the_least_to_the_most() -> None:
    axes = draw_cost(TRIALS).axes[0]
    assert widths(axes) == [2000, 500]
    (line,) = axes.lines
    assert list(np.asarray(line.get_xdata())) == [1000, 4000]
    assert [text.get_text() for text in axes.texts] == [" 2,000", " 500"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["torch", "jax"]


def test_memory_that_a_system_does_not_tell_has_no_bar() -> None:
    figure = draw_cost({"torch": [trial(1.0, peak_resident_bytes=None)], "jax": [trial(1.0)]})
    assert widths(figure.axes[3]) == [1024]


def test_every_seed_has_its_line_and_every_backend_its_colour() -> None:
    figure = draw_histories(TRIALS)
    for axes in figure.axes:
        assert [line.get_color() for line in axes.lines] == [COLOURS["torch"]] * 3 + [COLOURS["jax"]]
    assert list(np.asarray(figure.axes[0].lines[3].get_ydata())) == [0.5, 0.25, 0.5 / 3]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["torch", "jax"]


def test_losses_are_laid_against_those_of_the_first_backend() -> None:
    figure = draw_losses(LOSSES)
    assert [axes.get_title(loc="left") for axes in figure.axes] == list(LOSSES)
    tensorflow, jax, threshold = figure.axes[0].lines
    assert list(np.asarray(tensorflow.get_ydata())) == [1e-8, 0.5]  # equal is the floor of the log scale
    assert np.asarray(jax.get_ydata())[0] == 0.25 and np.isnan(np.asarray(jax.get_ydata())[1])
    assert list(np.asarray(threshold.get_ydata())) == [0.001, 0.001]
    assert "How far the losses drift apart from those of torch" in words(figure)


@pytest.mark.parametrize(
    "figure",
    [draw_cost(TRIALS, CAPTION), draw_histories(TRIALS, CAPTION), draw_losses(LOSSES)],
    ids=["cost", "curves", "losses"],
)
def test_no_text_is_cut_off_or_covers_another(figure: Figure) -> None:
    figure.canvas.draw()
    width, height = figure.get_size_inches()
    drawn = figure.get_tightbbox()
    assert drawn.x0 >= 0 and drawn.x1 <= width and drawn.y0 >= 0 and drawn.y1 <= height
    in_axes = [text for axes in figure.axes for text in (*axes.texts, *titles(axes), *axes.get_yticklabels())]
    named = [text for legend in figure.legends for text in legend.get_texts()]
    boxes = {text: text.get_window_extent() for text in (*figure.texts, *in_axes, *named) if text.get_text()}
    assert len(boxes) > 8
    for (one, box), (other, another) in combinations(boxes.items(), 2):
        assert not box.overlaps(another), (one, other)
