"""Says how far the probabilities of a run can be believed, as trained and at a fitted temperature."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from reports.page import Html, element, section, table
from reports.probabilities import to_logits
from reports.reliability import Reliability, measure_reliability
from reports.run_page.content import RunFacts
from reports.run_page.reliability_plots import draw_histogram, draw_reliability
from reports.temperature_scaling import divide_by_fold


def draw_calibration(facts: RunFacts) -> Html:
    """Return the section with reliability plots, the confidence histogram and the calibration errors.

    A run without calibration, made before there was one, is shown as trained alone.
    """
    found = measure_reliability(facts.confidences, facts.is_right)
    error, typical = found.expected_calibration_error, found.calibrated_error
    confidence, accuracy = float(facts.confidences.mean()), float(facts.is_right.mean())
    verdict = (
        "so its confidence can be believed as far as these images can tell"
        if error <= typical
        else f"so it is {'over' if confidence > accuracy else 'under'}confident"
        if abs(confidence - accuracy) > error / 2
        else "so its confidence is off, above in some places and below in others"
    )
    lead = (
        (
            f"As trained: expected calibration error {error:.4f}: by so much accuracy and confidence differ on average "
            f"({len(found.bins)} bins). On {len(facts.labels):,} images a perfectly calibrated network stays below "
            f"{typical:.4f} in 95 % of drawings, {verdict}. Mean confidence {confidence:.1%}, accuracy {accuracy:.1%}."
        )
        .replace("%,", " %,")
        .replace("%.", " %.")
    )
    plots = [draw_reliability(found, "Accuracy by confidence, as trained")]
    words: list[Html] = []
    tables = [("The bins as a table", found)]
    if facts.calibration is not None:
        after = measure_calibrated(facts, facts.calibration)
        plots.append(draw_reliability(after, "Accuracy by confidence, at a fitted temperature"))
        words = _describe(facts.calibration)
        tables.append(("The bins at a fitted temperature, as a table", after))
    return section(
        "How sure it is, and whether rightly",
        element("div", *plots, draw_histogram(found.bins), *words, class_="pair"),
        *[element("details", element("summary", title), _tabulate(each)) for title, each in tables],
        lead=lead,
        name="calibration",
    )


def measure_calibrated(facts: RunFacts, calibration: Mapping[str, Any]) -> Reliability:
    """Return how reliable the answers are, each at the temperature that was fitted on the other folds."""
    weights = divide_by_fold(to_logits(facts.probabilities), facts.labels, calibration["fold_temperatures"])
    confidences = np.clip(weights[np.arange(len(facts.given)), facts.given], 0.0, 1.0)
    return measure_reliability(confidences, facts.is_right)


def _describe(calibration: Mapping[str, Any]) -> list[Html]:
    """Return what the temperature changes, in the figures of calibration.json."""
    after, perfect = calibration["ece_after"], calibration["ece_of_perfect_95th_percentile"]
    folds = calibration["folds"]
    verdict = (
        "calibrated as far as these images can tell"
        if after < perfect
        else "a temperature alone does not calibrate it, its error is above that of a perfect network"
    )
    used, fitted = calibration["temperature"], calibration["fitted_temperature"]
    origin = (
        f"by the temperature {used:.4f}, which was fitted on all {calibration['n']:,} images"
        if used == fitted
        else f"by {used:g}, since the temperature {fitted:.4f}, fitted on {calibration['n']:,} images, "
        "lowers no loss here"
    )
    text = (
        f"Predict and exported files divide logits {origin}. Here each image is judged with a temperature that was "
        f"fitted on the other {folds - 1} of {folds} folds: {verdict}."
    )
    rows = [
        ("as trained", f"{calibration['ece_before']:.4f}", f"{calibration['log_loss_before']:.4f}"),
        ("at a fitted temperature, cross-fitted", f"{after:.4f}", f"{calibration['log_loss_after']:.4f}"),
        ("a perfect network stays below, in 95 % of drawings", f"{perfect:.4f}", "–"),
    ]
    columns = ["", "expected calibration error", "log loss"]
    return [element("div", element("p", text), table(columns, rows))]


def _tabulate(found: Reliability) -> Html:
    rows = [
        (
            f"{one.lower:.2f} – {one.upper:.2f}",
            f"{one.images:,}",
            f"{one.right:,}",
            f"{one.confidence:.3f}",
            f"{one.accuracy:.3f}",
        )
        for one in found.bins
        if one.confidence is not None and one.accuracy is not None
    ]
    return table(["confidence", "images", "right", "mean confidence", "accuracy"], rows)
