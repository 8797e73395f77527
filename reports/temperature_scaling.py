"""Temperature scaling: the one number by which logits are divided so that they are as often right as they are sure.

Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2. It changes no answer, only how sure
a network is of it. A temperature that is judged on the images it was fitted on is flattered, so it is judged crosswise.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from reports.probabilities import check_labels, check_logits, given_labels, log_softmax
from reports.reliability import calibration_error, measure_reliability

METHOD = "temperature scaling"
FOLDS = 5
# Networks of ours are between 0.5 and 3. At 20 logits of a guessing network are as good as even.
LEAST, GREATEST = 0.05, 20.0
PRECISION = 1e-6  # of ln T; the loss is flat at its minimum, so that 1e-8 is all that float64 can tell


@dataclass(frozen=True)
class Calibration:
    """The temperature to be used, and what a fitted one is worth on images that it was not fitted on.

    `temperature` is the `fitted_temperature` of all `n` images, or 1 if a fitted one does not lower the cross-fitted
    log loss: too little can be learnt of a few mistakes. `fold_temperatures` are those of the cross-fit: each image is
    judged with the one that was fitted on the other folds. `ece` is the expected calibration error, `log_loss` the
    mean of -ln p(true label) in nats; `before` is at a temperature of 1, `after` cross-fitted.
    `ece_of_perfect_95th_percentile` is what the error of a perfectly calibrated network with the confidences of
    `after` stays below in 95 % of drawings.
    """

    temperature: float
    fitted_temperature: float
    fold_temperatures: tuple[float, ...]
    n: int
    ece_before: float
    ece_after: float
    ece_of_perfect_95th_percentile: float
    log_loss_before: float
    log_loss_after: float

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can hold, with the method and the number of folds."""
        values = {**asdict(self), "fold_temperatures": list(self.fold_temperatures)}
        return {"method": METHOD, "folds": len(self.fold_temperatures), **values}

    def describe(self) -> str:
        """Return the line for the terminal."""
        kept = "" if self.temperature == self.fitted_temperature else f" and not {self.fitted_temperature:.4f}"
        return (
            f"calibration: temperature {self.temperature:.4f}{kept}; cross-fitted on {self.n:,} images: "
            f"ECE {self.ece_before:.4f} → {self.ece_after:.4f} "
            f"(below {self.ece_of_perfect_95th_percentile:.4f} if perfect, 95 %), "
            f"log loss {self.log_loss_before:.4f} → {self.log_loss_after:.4f}"
        )


def fit_temperature(logits: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]]) -> float:
    """Return the temperature from LEAST to GREATEST at which logits (N, K) have the least loss on labels (N,).

    The loss is convex in 1 / T, so the search over ln T finds its one minimum. If every image is right the loss falls
    with T without end, and nothing says how sure is too sure: 1.0. Raises ValueError for shapes, dtypes or labels that
    do not fit, errors.DivergedError for logits that are not finite.
    """
    check_logits(logits)
    check_labels(labels, *logits.shape)
    exact = logits.astype(np.float64)
    if (exact[np.arange(len(exact)), labels] >= exact.max(axis=1)).all():
        return 1.0
    bounds = (float(np.log(LEAST)), float(np.log(GREATEST)))
    found = minimize_scalar(
        lambda place: _log_loss(exact, labels, float(np.exp(place))),
        bounds=bounds,
        method="bounded",
        options={"xatol": PRECISION},
    )
    return float(np.exp(found.x))


def calibrate(logits: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]]) -> Calibration:
    """Fit a temperature on logits (N, K) and labels (N,), and judge it crosswise. Raises as `fit_temperature`."""
    fitted = fit_temperature(logits, labels)
    folds = assign_folds(labels)
    temperatures = tuple(
        fit_temperature(logits[folds != fold], labels[folds != fold]) if (folds != fold).any() else 1.0
        for fold in range(FOLDS)
    )
    is_right = given_labels(logits) == labels
    before = np.exp(log_softmax(logits))
    after = _log_divided_by_fold(logits, labels, temperatures)
    found = measure_reliability(_confidences(np.exp(after)), is_right)
    log_loss_before = _log_loss(logits, labels, 1.0)
    log_loss_after = 0.0 - float(after[np.arange(len(labels)), labels].mean())
    return Calibration(
        temperature=fitted if log_loss_after < log_loss_before else 1.0,
        fitted_temperature=fitted,
        fold_temperatures=temperatures,
        n=len(labels),
        ece_before=calibration_error(_confidences(before), is_right),
        ece_after=found.expected_calibration_error,
        ece_of_perfect_95th_percentile=found.calibrated_error,
        log_loss_before=log_loss_before,
        log_loss_after=log_loss_after,
    )


def assign_folds(labels: NDArray[np.integer[Any]], folds: int = FOLDS) -> NDArray[np.int64]:
    """Return the fold of each image, (N,): those of a label are dealt out in turns, in the order of the labels."""
    places = np.empty(len(labels), np.int64)
    places[np.argsort(labels, kind="stable")] = np.arange(len(labels)) % folds
    return places


def divide_by_fold(
    logits: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]], temperatures: Sequence[float]
) -> NDArray[np.float64]:
    """Return softmax(logits / temperature of the image's fold), (N, K); labels (N,) say which fold that is."""
    weights: NDArray[np.float64] = np.exp(_log_divided_by_fold(logits, labels, temperatures))
    return weights


def _log_divided_by_fold(
    logits: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]], temperatures: Sequence[float]
) -> NDArray[np.float64]:
    own = np.array(temperatures, np.float64)[assign_folds(labels, len(temperatures))]
    return log_softmax(logits.astype(np.float64) / own[:, None])


def _confidences(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.clip(weights.max(axis=1), 0.0, 1.0), np.float64)


def _log_loss(logits: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]], temperature: float) -> float:
    # Subtracted, not negated: a loss of nought would be written -0.0.
    return 0.0 - float(log_softmax(logits, temperature)[np.arange(len(labels)), labels].mean())
