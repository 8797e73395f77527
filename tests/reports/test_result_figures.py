"""The pictures of runs beside each other show each of them."""

import numpy as np

from reports.figures import encode_png
from reports.result_figures import draw_confusions, draw_learning_curves, draw_recalls, draw_reliabilities
from tests.analysis_content import make_content

RUNS = make_content()["runs"]


def test_each_run_has_its_confusion_matrix() -> None:
    figure = draw_confusions(RUNS)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["cnn", "mlp"]
    assert [text.get_text() for text in figure.axes[1].texts] == ["1\n50 %", "1\n50 %", "1\n50 %", "1\n50 %"]
    assert encode_png(figure).startswith(b"\x89PNG")


def test_recall_is_drawn_beside_what_was_published_where_that_is_known() -> None:
    figure = draw_recalls(RUNS)
    (axes,) = figure.axes
    assert axes.get_legend_handles_labels()[1] == ["cnn", "cnn, published", "mlp"]
    marks = [container.lines[0] for container in axes.containers]  # type: ignore[attr-defined]
    np.testing.assert_allclose(marks[1].get_ydata(), [0.75, 1.0])
    assert marks[1].get_markerfacecolor() == "white"


def test_curves_have_train_and_validation_of_each_run() -> None:
    loss, accuracy = draw_learning_curves(RUNS).axes
    assert len(loss.lines) == len(accuracy.lines) == 2 * 3  # two curves and the mark of the last epoch
    assert loss.get_legend_handles_labels()[1] == ["cnn", "mlp"]


def test_bins_of_few_images_are_not_drawn() -> None:
    for axes in draw_reliabilities(RUNS).axes:
        assert all(len(collection.get_offsets()) == 0 for collection in axes.collections)  # type: ignore[arg-type]
    bins = [{"images": 5, "confidence": 0.5, "accuracy": 0.25}, {"images": 4, "confidence": 0.9, "accuracy": 1.0}]
    run = {"name": "a", "calibration": {"bins_before": bins, "bins_after": []}}
    (axes,) = draw_reliabilities([run]).axes
    np.testing.assert_allclose(np.asarray(axes.collections[0].get_offsets()), [[0.5, 0.25]])
