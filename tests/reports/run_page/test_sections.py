"""The sections of a run's page, one by one."""

import re

import numpy as np
import pytest

from reports.run_page.answers import draw_answers
from reports.run_page.calibration import draw_calibration, measure_calibrated
from reports.run_page.content import SHOWN_DOUBTS, SHOWN_MISTAKES, Choice, Pictures, Plate, choose_answers
from reports.run_page.curves import draw_learning
from reports.run_page.headline import draw_headline
from reports.run_page.origin import draw_data, draw_origin, flatten, show
from reports.run_page.report import draw_report
from reports.run_page.scores import draw_classes, draw_confusion_table
from tests.reports.run_page.runs import a_run, epoch


def test_the_surest_mistakes_and_the_least_sure_answers_are_chosen_in_order() -> None:
    # Wrong: image 3 with 0.95 and image 5 with 0.4. Confidences: .8 .5 .7 .95 .6 .4
    assert choose_answers(a_run()) == Choice((3, 5), (5, 1, 4, 2, 0, 3))
    assert choose_answers(a_run()).places == (3, 5, 1, 4, 2, 0)


def test_a_crowd_of_answers_is_cut() -> None:
    crowd = {"labels": np.zeros(50, np.int64), "given": np.ones(50, np.int64), "probabilities": np.full((50, 2), 0.5)}
    found = choose_answers(a_run(**crowd))
    assert found.mistakes == tuple(range(SHOWN_MISTAKES)) and found.doubts == tuple(range(SHOWN_DOUBTS))


def test_guessing_names_the_largest_class() -> None:
    # 3 of the 6 images are of class 1; 1 of 3 classes would be 33 %
    assert "It named 4 of 6 validation images rightly; guessing would get 50 %." in draw_headline(a_run())


def test_the_headline_names_the_most_frequent_mistake() -> None:
    confusion = [[2, 0, 3], [1, 1, 1], [0, 0, 1]]
    metrics = {**a_run().metrics, "confusion": confusion}
    assert "Its most frequent mistake: 3 images of class 0 taken for class 2." in draw_headline(a_run(metrics=metrics))


def test_a_cell_is_shaded_by_its_share_and_a_mistake_by_the_root_of_it() -> None:
    drawn = draw_confusion_table(a_run())
    assert '<td class="right deep" style="--shade:100%"><b>2</b><span>100.0 %</span></td>' in drawn
    assert '<td class="mistake" style="--shade:58%"><b>1</b><span>33.3 %</span></td>' in drawn  # sqrt(1 / 3)
    assert '<td class="right" style="--shade:33%"><b>1</b><span>33.3 %</span></td>' in drawn


def test_a_class_without_images_has_no_share() -> None:
    metrics = {**a_run().metrics, "confusion": [[2, 0], [0, 0]]}
    assert draw_confusion_table(a_run(metrics=metrics)).count("<span>–</span>") == 2


def test_classes_have_the_intervals_of_their_shares() -> None:
    # Wilson: (p + z² / 2n ± z sqrt(p (1 - p) / n + z² / 4n²)) / (1 + z² / n), z = 1.96, z² = 3.8416
    drawn = draw_classes(a_run())
    assert "33.33 % (6.1 to 79.2)" in drawn  # 1 of 3: (0.3333 + 0.6403 ± 1.96 sqrt(0.0741 + 0.1067)) / 2.2805
    assert "50.00 % (9.5 to 90.5)" in drawn  # 1 of 2 that were named 2: (0.5 + 0.9604 ± 1.96 sqrt(0.3651)) / 2.9208
    assert "100.00 % (34.2 to 100.0)" in drawn  # 2 of 2 are right, which says little
    assert 'aria-label="recall 0.333, chance 0.333"' in drawn


def test_a_class_that_nothing_was_taken_for_has_no_precision() -> None:
    rows = [{"label": label, "precision": 0.0, "recall": 1.0 - label, "f1": 0.0, "support": 2} for label in (0, 1)]
    metrics = {**a_run().metrics, "confusion": [[2, 0], [2, 0]], "per_class": rows}
    assert "<td>–</td>" in draw_classes(a_run(metrics=metrics))


def test_the_calibration_has_its_bars_and_words() -> None:
    drawn = draw_calibration(a_run())
    # 0.95 is in the bin from 0.93 and wrong; the rest of the bins have one image each.
    assert "confidence 0.93 to 1.00: 0 of 1 right, 0.000" in drawn
    # Gaps: .8 .5 .7 .6 right (.2 .5 .3 .4), .95 and .4 wrong: 2.75 / 6
    assert "expected calibration error 0.4583" in drawn
    assert "Mean confidence 65.8 %, accuracy 66.7 %." in drawn


CALIBRATION = {
    "temperature": 2.0,
    "fitted_temperature": 2.0,
    "fold_temperatures": [2.0, 2.0, 2.0, 2.0, 0.5],
    "folds": 5,
    "n": 6,
    "ece_before": 0.4583,
    "ece_after": 0.1234,
    "ece_of_perfect_95th_percentile": 0.2345,
    "log_loss_before": 0.7,
    "log_loss_after": 0.6543,
}


def test_a_calibrated_run_is_shown_as_trained_and_at_the_temperature_of_the_other_folds() -> None:
    drawn = draw_calibration(a_run(calibration=CALIBRATION))
    assert "Accuracy by confidence, as trained" in drawn and "Accuracy by confidence, at a fitted temperature" in drawn
    assert drawn.count("How often how sure") == 1
    assert "divide logits by the temperature 2.0000, which was fitted on all 6 images" in drawn
    assert "the other 4 of 5 folds: calibrated as far as these images can tell." in drawn
    for figure in ("0.1234", "0.2345", "0.7000", "0.6543"):
        assert f'<td class="number">{figure}</td>' in drawn or f"<td>{figure}</td>" in drawn
    # By labels the images are 0 1 2 3 5 4, so that 5 is in the last fold: 0.3, 0.3, 0.4 squared, 0.16 of 0.34. The
    # others have roots: image 2 0.8367 of 1.6001, image 4 0.7746 of 1.6385. All three are in the bin below 8/15.
    found = measure_calibrated(a_run(), CALIBRATION)
    assert found.bins[7].images == 3 and found.bins[7].upper == pytest.approx(8 / 15)
    assert found.bins[7].confidence == pytest.approx((0.16 / 0.34 + 0.8367 / 1.6001 + 0.7746 / 1.6385) / 3, abs=1e-4)


def test_a_temperature_that_is_not_used_is_said() -> None:
    drawn = draw_calibration(a_run(calibration={**CALIBRATION, "temperature": 1.0, "ece_after": 0.3}))
    assert "divide logits by 1, since the temperature 2.0000, fitted on 6 images, lowers no loss here" in drawn
    assert "a temperature alone does not calibrate it" in drawn


def test_a_run_without_calibration_is_shown_as_trained() -> None:
    drawn = draw_calibration(a_run())
    assert "as trained" in drawn and "temperature" not in drawn


def test_a_run_that_a_class_was_left_out_of_is_shown_under_the_datas_labels() -> None:
    # Without the data's label 0 the network's 0, 1 and 2 are the data's 1, 2 and 3
    run = a_run(recipe={**a_run().recipe, "data": {"leave_out": 0}})
    sure, _ = draw_answers(run, choose_answers(run), Pictures())
    assert "given <b>1</b>, true <b>2</b>" in sure and "<b>0</b>" not in sure
    assert re.findall(r'<th scope="(?:row|col)">(\d)<', draw_confusion_table(run)) == ["1", "2", "3"] * 2
    for drawn in (draw_classes(run), draw_data(run, None)):
        assert re.findall(r"<b>(\d)</b>", drawn) == ["1", "2", "3"]
    assert "1 image of class 2 taken for class 1." in draw_headline(run)


def test_answers_without_pictures_still_say_what_was_given() -> None:
    sure, doubtful = draw_answers(a_run(), choose_answers(a_run()), Pictures(missing="Without thumbnails: gone."))
    assert "Without thumbnails: gone." in sure and "<img" not in sure + doubtful
    assert "given <b>0</b>, true <b>1</b>" in sure and 'title="i3"' in sure
    assert "All its mistakes: 2, the surest first." in sure
    assert doubtful.count("✓") == 4


def test_the_true_and_the_given_class_are_always_among_the_bars() -> None:
    chances = np.array([[0.001, 0.3, 0.2, 0.2, 0.2, 0.05, 0.049]])
    one = a_run(labels=np.array([0]), given=np.array([1]), probabilities=chances, ids=["a"])
    drawn = draw_answers(one, Choice((0,), ()), Pictures())[0]
    odds = drawn.split('class="odds">')[1]
    assert re.findall(r"<span(?: class=\"\w+\")?>(\d)</span>", odds) == ["0", "1", "2", "3", "4"]
    assert '<span class="true">0.1 %</span>' in odds and '<span class="false">30.0 %</span>' in odds


def test_a_probability_is_never_rounded_to_none_or_all() -> None:
    chances = np.array([[0.99996, 0.00004, 0.0]])
    one = a_run(labels=np.array([0]), given=np.array([0]), probabilities=chances, ids=["a"])
    drawn = draw_answers(one, Choice((), (0,)), Pictures())[1]
    assert re.findall(r">([<>]?[\d.]+ %)<", drawn.replace("&lt;", "<").replace("&gt;", ">")) == [
        ">99.9 %",
        "<0.1 %",
        "0.0 %",
    ]


def test_heat_maps_stand_beside_their_thumbnails() -> None:
    pictures = Pictures({3: ("image/jpeg", b"seen")}, {3: ("image/jpeg", b"heat")}, method="How.")
    drawn = draw_answers(a_run(), Choice((3,), ()), pictures)[0]
    words = "image i3, true label 1, given label 0 with 95.0 %"
    assert re.findall('alt="([^"]*)"', drawn) == [words, f"heat map of {words}: what spoke for 0"]
    assert "How." in drawn


def test_the_page_has_the_sections_that_there_is_something_for_and_links_to_them() -> None:
    plate = Plate("Mean spectra", "Of some.", b"plate", "spectra of three classes")
    for plates in ((), (plate,)):
        text = draw_report(a_run(), choose_answers(a_run()), Pictures(), plates)
        links = re.findall('href="#([^"]*)"', text)
        assert links == re.findall('<section id="([^"]*)"', text)
        assert ("fingerprints" in links) is bool(plates)


def test_epochs_that_are_not_finite_are_left_out_of_the_curves_and_said_in_the_table() -> None:
    broken = {**epoch(2, 0.01), "validation_loss": float("nan")}
    drawn = draw_learning(a_run(history=[epoch(1, 0.01), broken]), has_files=False)
    assert "validation from 0.9000 to 0.9000" in drawn and "<td" in drawn and "nan" in drawn
    assert "curves.png" not in drawn and "curves.png" in draw_learning(a_run(), has_files=True)


def test_the_learning_rate_is_marked_where_it_drops() -> None:
    assert draw_learning(a_run(), has_files=False).count('<line class="change" x1="237.0"') == 2  # epoch 1.5 of 1 to 2
    assert 'class="change"' not in draw_learning(a_run(history=[epoch(1, 0.1), epoch(2, 0.1)]), has_files=False)


def test_nested_values_have_dotted_keys_and_lists_no_brackets() -> None:
    assert flatten({"a": 1, "b": {"c": {"d": 2}}}) == {"a": 1, "b.c.d": 2}
    assert [show([1, 2]), show([]), show(0.5)] == ["1, 2", "none", "0.5"]


def test_the_origin_has_the_digests_but_not_the_pages_own() -> None:
    drawn = "".join(draw_origin(a_run()))
    assert "ab" * 32 in drawn and "cd" * 32 not in drawn
    assert "unknown" in drawn  # a manifest without a command


def test_without_an_audit_the_labels_are_counted() -> None:
    drawn = draw_data(a_run(), None)
    assert "Not audited" in drawn
    cells = re.findall(r"<td[^>]*>(.*?)</td>", drawn)
    assert cells == ["<b>0</b>", "2", "3", "+1", "<b>1</b>", "3", "1", "−2", "<b>2</b>", "1", "2", "+1"]


@pytest.mark.parametrize("kind", ["error", "warning"])
def test_many_findings_of_an_audit_are_cut_and_counted(kind: str) -> None:
    audit = {
        "root": "d", "counts": {"error": 0, "warning": 0, "note": 0, kind: 10}, "splits": [], "shortcuts": [],
        "findings": [{"severity": kind, "message": f"m{number}"} for number in range(10)],
    }  # fmt: skip
    drawn = draw_data(a_run(), audit)
    assert "m7" in drawn and "m8" not in drawn and "… and 2 more" in drawn and f"10 {kind}s" in drawn
