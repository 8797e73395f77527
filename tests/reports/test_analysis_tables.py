"""The tables of the analysis say what the figures are, in the units of their titles."""

import pytest

from reports.analysis_tables import analysis_part
from tests.analysis_content import make_content


def test_splits_are_counted_and_sizes_named_if_there_are_several() -> None:
    rows, text = analysis_part(make_content(), "counts")
    assert rows == [
        ["split", "images", "per class", "pixels"],
        ["train", "8", "4", "100x100"],
        ["validation", "3", "1 to 2", "9x8: 2, 8x8: 1"],
    ]
    assert text == ""


def test_a_class_has_its_files_and_its_colours() -> None:
    rows, text = analysis_part(make_content(), "classes")
    assert rows[2] == [
        "1", "4", "2.0 (1.0 to 3.0)", "0.500, 0.250, 0.125", "0.100, 0.200, 0.300", "0.750 ± 0.005",
    ]  # fmt: skip
    assert text.endswith("mean is at most 0.040.")


def test_a_cue_is_a_row_with_a_column_per_model() -> None:
    rows, text = analysis_part(make_content(), "cues")
    assert rows == [
        ["what it sees", "numbers", "logistic regression", "random forest"],
        ["size", "1", "75.00 ± 21.65 %", "75.00 ± 21.65 %"],
    ]
    assert text == "Fitted on 8 train images, judged on 4 validation images."


def test_networks_and_layers_have_their_costs() -> None:
    assert analysis_part(make_content(), "networks")[0][1] == ["cnn", "cnn", "100x100", "1", "1,234", "2.5 million"]
    assert analysis_part(make_content(), "layers")[0][1] == ["cnn", "convolution_1", "100x100x16", "448", "4.32"]


def test_recall_stands_beside_what_was_published() -> None:
    rows, text = analysis_part(make_content(), "recall")
    assert rows[0] == ["class", "cnn", "cnn, published", "mlp"]
    assert [row[0] for row in rows[1:]] == ["0", "1", "all"]
    assert rows[3] == ["all", "75.00 ± 12.50 %", "87.50 %", "50.00 ± 12.50 %"]
    assert rows[2][2] == "100.0 % (51.0 to 100.0)"  # Wilson's lower end for 4 of 4: 4 / (4 + z²)
    assert "n = 2 images of each class" in text


def test_an_agreement_is_counted_and_said_in_a_sentence() -> None:
    content = make_content()
    rows, text = analysis_part(content, "agreement")
    assert rows[1:] == [
        ["cnn, mlp", "0", "2", "2", "0", "0", "0", "0"],
        ["cnn, mlp", "1", "2", "1", "1", "0", "0", "0"],
        ["cnn, mlp", "all", "4", "3", "1", "0", "0", "0"],
    ]
    assert text.startswith(
        "cnn has 25.00 points more right than mlp (95 %: 0.00 to 75.00; McNemar's exact test: p = 1.0"
    )
    assert "the same label to 3 of 4 images. This is of these trained networks" in text
    content["comparisons"][0] |= {"difference": -0.1, "low": -0.2, "high": 0.05, "p": 0.00001}
    assert analysis_part(content, "agreement")[1].startswith(
        "mlp has 10.00 points more right than cnn (95 %: -5.00 to 20.00; McNemar's exact test: p < 0.0001)"
    )


def test_calibration_and_conditions_are_those_of_the_content() -> None:
    content = make_content()
    found = content["runs"][0]["calibration"]
    rows, _ = analysis_part(content, "calibration")
    assert [row[0] for row in rows] == ["network", "cnn", "mlp"]
    assert rows[1][1:4] == ["4", f"{found['fitted_temperature']:.3f}", f"{found['ece_before']:.4f}"]
    assert analysis_part(content, "conditions")[1] == (
        "`python -m benchmarks.analysis` wrote these figures and pictures: 2 CPU seconds for the images and the small "
        "models; 2 cores; jax 1.2."
    )


def test_a_part_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError):
        analysis_part(make_content(), "weather")
