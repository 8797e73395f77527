"""The pictures of a run: what stands in them, that nothing is cut off, and that their bytes repeat."""

import io
import math
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from reports import figures

ROOT = Path(__file__).parents[2]
COUNTS = [[223, 11, 9, 6, 1], [0, 250, 0, 0, 0], [0, 0, 0, 0, 0], [1, 0, 0, 999, 0], [125, 0, 0, 0, 125]]


def make_history(epochs: int, **changes: float) -> list[dict[str, float]]:
    """Return a history in which every value is new in each epoch; `changes` replace values of the last."""
    history: list[dict[str, float]] = [
        {
            "epoch": epoch,
            "train_loss": 1.7 / epoch,
            "train_accuracy": 0.9 - 0.6 / epoch,
            "validation_loss": 1.6 / epoch,
            "validation_accuracy": 0.9 - 0.5 / epoch,
            "learning_rate": 1e-3,
        }
        for epoch in range(1, epochs + 1)
    ]
    history[-1].update(changes)
    return history


def texts(figure: Figure) -> list[Text]:
    """Return every text of the drawn figure that shows something."""
    figure.canvas.draw()
    return [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text() and text.get_visible()]


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts(figure)]


def vertical_lines(figure: Figure, panel: int) -> list[float]:
    """Return where the panel's full-height lines stand, in epochs."""
    lines = [np.asarray(line.get_xdata(), dtype=float) for line in figure.axes[panel].lines]
    return [float(x[0]) for x in lines if len(x) == 2 and x[0] == x[1]]


def test_the_two_panels_hold_loss_and_accuracy_of_train_and_validation() -> None:
    history = make_history(4)
    figure = figures.draw_curves(history, "cnn-torch-seed0")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["loss", "accuracy"]
    for axes in figure.axes:
        quantity = axes.get_title(loc="left")
        curves = {line.get_label(): np.asarray(line.get_xydata()).tolist() for line in axes.lines}
        for part in ("train", "validation"):
            assert curves[part] == [[row["epoch"], row[f"{part}_{quantity}"]] for row in history]
    assert "cnn-torch-seed0" in words(figure)


def test_the_last_values_stand_beside_their_curves() -> None:
    figure = figures.draw_curves(make_history(10), "t")
    # 1.7 / 10 and 1.6 / 10; 0.9 - 0.06 and 0.9 - 0.05.
    for label in ("train 0.1700", "validation 0.1600", "train 0.8400", "validation 0.8500"):
        assert label in words(figure)


def test_the_caption_says_that_train_is_measured_otherwise() -> None:
    caption = next(word for word in words(figures.draw_curves(make_history(2), "t")) if word.startswith("Train"))
    assert "augmentation and dropout" in caption
    assert "while the weights move" in caption


@pytest.mark.parametrize("epochs", [1, 2, 3, 13, 60, 400])
def test_epoch_ticks_are_whole_and_of_epochs_that_were_run(epochs: int) -> None:
    figure = figures.draw_curves(make_history(epochs), "t")
    figure.canvas.draw()
    for axes in figure.axes:
        left, right = axes.get_xlim()
        shown = [tick for tick in axes.get_xticks() if left <= tick <= right]
        assert shown
        assert all(tick == round(tick) and 1 <= tick <= epochs for tick in shown)


def test_a_single_epoch_is_drawn_as_points() -> None:
    figure = figures.draw_curves(make_history(1), "t")
    for axes in figure.axes:
        points = [line for line in axes.lines if line.get_marker() == "o"]
        assert [list(np.asarray(line.get_xdata())) for line in points] == [[1], [1]]
    assert "validation 1.6000" in words(figure)
    assert figures.encode_png(figure)


def test_the_learning_rate_is_marked_between_the_epochs_where_it_changes() -> None:
    history = make_history(6)
    for row in history[3:]:
        row["learning_rate"] = 5e-4
    history[5]["learning_rate"] = 5.00000001e-4  # float32 noise, no change
    figure = figures.draw_curves(history, "t")
    assert vertical_lines(figure, 0) == vertical_lines(figure, 1) == [3.5]
    assert words(figure).count("learning rate changes") == 1


def test_a_learning_rate_that_never_changes_is_not_spoken_of() -> None:
    figure = figures.draw_curves(make_history(6), "t")
    assert vertical_lines(figure, 0) == []
    assert "learning rate changes" not in words(figure)


@pytest.mark.parametrize(("epochs", "lines"), [(13, 12), (14, 0)])
def test_a_rate_that_changes_all_the_time_is_not_marked(epochs: int, lines: int) -> None:
    history = make_history(epochs)
    for row in history:
        row["learning_rate"] = 1e-3 / row["epoch"]
    assert len(vertical_lines(figures.draw_curves(history, "t"), 0)) == lines


def test_values_that_are_not_finite_are_left_out() -> None:
    figure = figures.draw_curves(make_history(3, validation_loss=math.nan, train_loss=math.inf), "t")
    assert "validation 0.8000" in words(figure)  # 1.6 / 2, of the epoch before
    nothing = dict.fromkeys(("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"), math.nan)
    assert figures.encode_png(figures.draw_curves(make_history(1, **nothing), "t"))


def test_an_empty_history_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Expected at least one epoch in the history\. Received: none\."):
        figures.draw_curves([], "t")


def make_changing_history() -> list[dict[str, float]]:
    return [{**row, "learning_rate": 1e-3 if row["epoch"] <= 30 else 1e-4} for row in make_history(60)]


EQUAL_ENDS = {"train_loss": 0.5, "validation_loss": 0.5, "train_accuracy": 1.0, "validation_accuracy": 1.0}
LONG_TITLE = "a run with a very long name, " * 5


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(lambda: figures.draw_curves(make_history(1), "t"), id="one epoch"),
        pytest.param(lambda: figures.draw_curves(make_changing_history(), LONG_TITLE), id="long title"),
        pytest.param(lambda: figures.draw_curves(make_history(9, **EQUAL_ENDS), "t"), id="equal ends"),
        pytest.param(lambda: figures.draw_confusion(COUNTS, LONG_TITLE), id="confusion"),
        pytest.param(lambda: figures.draw_confusion([[0, 0], [12345, 3]], "t"), id="two classes"),
    ],
)
def test_no_text_is_cut_off_or_lies_on_another(draw: Callable[[], Figure]) -> None:
    figure = draw()
    ticks = {label for axes in figure.axes for label in (*axes.get_xticklabels(), *axes.get_yticklabels())}
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure) if text not in ticks]
    for word, box in boxes:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, word
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, word
    for (word, box), (other, other_box) in combinations(boxes, 2):
        assert not box.overlaps(other_box), (word, other)


def cells(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_every_cell_shows_its_count_and_its_share_of_the_row() -> None:
    shown = cells(figures.draw_confusion(COUNTS, "t"))
    assert shown[:5] == ["223\n89 %", "11\n4 %", "9\n4 %", "6\n2 %", "1\n<1 %"]
    assert shown[5:10] == ["0\n0 %", "250\n100 %", "0\n0 %", "0\n0 %", "0\n0 %"]
    assert shown[10:15] == ["0\n–"] * 5  # no image has true label 2
    assert shown[15] == "1\n<1 %"
    assert shown[18] == "999\n>99 %"
    assert shown[20] == shown[24] == "125\n50 %"


def test_true_labels_are_rows_and_given_labels_columns() -> None:
    axes = figures.draw_confusion(COUNTS, "t").axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("given label", "true label")
    eleven = next(text for text in axes.texts if text.get_text() == "11\n4 %")
    assert eleven.get_position() == (1, 0)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "1", "2", "3", "4"]
    bottom, top = axes.get_ylim()
    assert bottom > top  # the row of label 0 is the upper one


def test_a_cell_is_coloured_by_its_share_of_the_row() -> None:
    shares = figures.draw_confusion(COUNTS, "t").axes[0].images[0].get_array()
    assert shares is not None
    assert np.asarray(shares)[[4, 0, 1, 2], [0, 4, 1, 2]].tolist() == [0.5, 1 / 250, 1.0, 0.0]


def test_text_is_light_on_dark_cells_and_dark_on_light_ones() -> None:
    inks = {text.get_text(): text.get_color() for text in figures.draw_confusion(COUNTS, "t").axes[0].texts}
    assert inks["250\n100 %"] == inks["223\n89 %"] == "white"
    assert inks["0\n0 %"] == inks["11\n4 %"] == figures.INK


@pytest.mark.parametrize("counts", [[[1, 2, 3], [4, 5, 6]], [1, 2], [], [[1, -1], [0, 2]]])
def test_what_is_no_confusion_matrix_is_refused(counts: object) -> None:
    with pytest.raises(ValueError, match="Expected K x K image counts of at least 0. Received"):
        figures.draw_confusion(np.asarray(counts), "t")


def test_a_title_with_dollar_signs_is_no_formula() -> None:
    assert figures.encode_png(figures.draw_curves(make_history(1), r"cost $\frac{1$ each"))


def test_equal_figures_give_equal_bytes_and_so_does_the_same_figure_twice() -> None:
    figure = figures.draw_curves(make_history(5), "t")
    first = figures.encode_png(figure)
    assert figures.encode_png(figure) == first
    assert figures.encode_png(figures.draw_curves(make_history(5), "t")) == first
    assert figures.encode_png(figures.draw_curves(make_history(6), "t")) != first


def test_the_png_has_its_size_and_no_date_or_version() -> None:
    # 11.2 x 4.6 inches at 150 dots per inch.
    with Image.open(io.BytesIO(figures.encode_png(figures.draw_curves(make_history(5), "t")))) as image:
        image.load()
        assert image.size == (1680, 690)
        assert set(image.info) == {"dpi"}
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)
        assert len(image.convert("RGB").getcolors(maxcolors=1 << 21) or []) > 20


def test_a_figure_brings_its_own_canvas_and_no_pyplot() -> None:
    assert isinstance(figures.draw_confusion(COUNTS, "t").canvas, FigureCanvasAgg)
    line = "import sys, reports.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-B", "-c", line], cwd=ROOT, check=False).returncode == 0


def test_an_svg_repeats_has_no_date_and_no_font_of_the_machine() -> None:
    first = figures.encode_svg(figures.draw_curves(make_history(5), "t"))
    assert first == figures.encode_svg(figures.draw_curves(make_history(5), "t"))
    assert first.startswith(b"<?xml") and b"<dc:date>" not in first and b"<text" not in first
