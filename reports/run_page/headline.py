"""The numbers of a run that are seen first, each with its error, and one sentence that says what they mean."""

import numpy as np

from reports.error_bars import loss_error, macro_f1, macro_f1_error, share_interval
from reports.page import Html, cards, element
from reports.reliability import calibration_error
from reports.run_page.content import RunFacts


def per_cent(share: float, digits: int = 2) -> str:
    """Return a share as `89.68 %`."""
    return f"{100 * share:.{digits}f} %"


def draw_headline(facts: RunFacts) -> Html:
    """Return the cards of the run's scores, and the sentence."""
    metrics = facts.metrics
    right = int(facts.is_right.sum())
    low, high = share_interval(right, metrics["images"])
    spread = loss_error(facts.probabilities, facts.labels)
    minutes = facts.manifest.get("minutes")
    values = [
        (
            "accuracy",
            per_cent(metrics["accuracy"]),
            f"± {100 * metrics['accuracy_standard_error']:.2f}; 95 %: {100 * low:.1f} to {100 * high:.1f}",
        ),
        ("loss", f"{metrics['loss']:.4f}", ("" if spread is None else f"± {spread:.4f} ") + "nats per image"),
        (
            "macro F1",
            f"{float(macro_f1(metrics['confusion'])):.4f}",
            f"± {macro_f1_error(metrics['confusion']):.4f}; mean over classes",
        ),
        (
            "calibration error",
            f"{calibration_error(facts.confidences, facts.is_right):.4f}",
            "expected, 15 bins; 0 is best",
        ),
        ("images judged", f"{metrics['images']:,}", f"{metrics['split']}, never trained on"),
    ]
    if isinstance(minutes, int | float):
        values.append(("minutes", f"{minutes:,.1f}", str(facts.manifest.get("hardware", ""))))
    shown = [(what, element("span", value, element("small", below)), "plain") for what, value, below in values]
    return Html(cards(shown) + element("p", _summarise(facts, right), class_="summary"))


def _summarise(facts: RunFacts, right: int) -> str:
    images = facts.metrics["images"]
    confusion = np.array(facts.metrics["confusion"])
    if facts.metrics["split"] == "validation":
        text = f"It named {right:,} of {images:,} validation images rightly"
    else:
        text = f"It named {right:,} of {images:,} images rightly"
    # Who always names the largest class, as the data's audit has it: of unlike classes more than 1 of K.
    text += f"; guessing would get {100 * int(confusion.sum(1).max()) / images:.0f} %."
    np.fill_diagonal(confusion, 0)
    if not confusion.any():
        return f"{text} It made no mistake."
    true, given = np.unravel_index(int(confusion.argmax()), confusion.shape)
    most = int(confusion[true, given])
    return (
        f"{text} Its most frequent mistake: {most:,} image{'s' * (most > 1)} of class {facts.data_labels[true]} taken "
        f"for class {facts.data_labels[given]}."
    )
