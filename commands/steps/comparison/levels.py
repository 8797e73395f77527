"""The verdicts: on each level, whether the backends are the same, and by which figure."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from commands.steps.comparison.contest import Contest, Contestant
from reports.agreement import (
    LOSS_TOLERANCE,
    SIGNIFICANCE,
    compare_logits,
    compare_losses,
    permutation_test,
    seeds_to_decide,
)

LOGITS_TOLERANCE = 1e-5  # of the largest logit: about a hundred roundings of float32
SAME, DIFFERENT, MEASURED = "same", "different", "measured"
# That backends differ no more than seeds do is no proof that they are the same.
WITHIN_SEEDS, BEYOND_SEEDS, NOT_DECIDED = "as seeds do", "more than seeds", "not decided"
PARITY = "parity"  # the one whose losses have a threshold


@dataclass(frozen=True)
class Level:
    """One row: what was compared, the verdict, the figure that decided, and details for the file."""

    name: str
    verdict: str
    figure: str
    details: Mapping[str, Any]


def judge_levels(
    contest: Contest, contestants: Sequence[Contestant], ids: Sequence[str], tolerance: float
) -> list[Level]:
    """Return the levels that two contestants or more came far enough for; `ids` are those of validation."""
    trained = with_equal_seeds(contestants)
    agreed = [one for one in trained if one.agreement]
    levels = []
    if len(trained) > 1:
        levels.append(_same_digests("start", "first_weights_digest", "first weights", trained))
        levels.append(_same_digests("batches", "batches_digest", "batches", trained))
    if len(agreed) > 1:
        levels.append(_same_logits(contest, agreed, ids, tolerance))
        levels += [_same_losses(name, contest.steps, agreed) for name in contest.parity]
    if len(trained) > 1:
        levels.append(_same_quality("validation_accuracy", 100, " %", ".2f", trained))
        levels.append(_same_quality("validation_loss", 1, "", ".4f", trained))
    return levels


def with_equal_seeds(contestants: Sequence[Contestant]) -> list[Contestant]:
    """Return those that can be compared, with as many seeds each: as many as at least two of them have trained."""
    counts = sorted((len(one.trials) for one in contestants), reverse=True)
    seeds = counts[1] if len(counts) > 1 else 0
    if not seeds:
        return []
    return [dataclasses.replace(one, trials=one.trials[:seeds]) for one in contestants if len(one.trials) >= seeds]


def _same_digests(level: str, key: str, what: str, trained: Sequence[Contestant]) -> Level:
    # One per seed: with another seed another start
    digests = {one.name: [str(trial[key]) for trial in one.trials] for one in trained}
    if len({tuple(some) for some in digests.values()}) == 1:
        first = next(iter(digests.values()))
        return Level(level, SAME, f"SHA-256 of the {what}: {', '.join(some[:12] for some in first)}", digests)
    shown = "; ".join(f"{name} {', '.join(some[:12] for some in given)}" for name, given in digests.items())
    return Level(level, DIFFERENT, f"SHA-256 of the {what}: {shown}", digests)


def _same_logits(contest: Contest, agreed: Sequence[Contestant], ids: Sequence[str], tolerance: float) -> Level:
    pairs: dict[str, dict[str, Any]] = {}
    largest, changed, ties = 0.0, 0, 0
    for maker in agreed:
        reference = np.load(contest.logits_of(maker.name, maker.name))
        for reader in agreed:
            other = np.load(contest.logits_of(reader.name, maker.name))
            difference = compare_logits(reference, other, tolerance)
            largest, changed = max(largest, difference.relative), changed + difference.changed
            ties += len(difference.ties)
            pairs[f"{maker.name} read by {reader.name}"] = {
                "relative": difference.relative if math.isfinite(difference.relative) else None,
                "changed": difference.changed,
                "ties": [ids[place] for place in difference.ties],
            }
    is_same = largest <= tolerance and not changed
    figure = (
        f"{largest:.1e} of the largest logit, {changed} changed answers, {ties} ties; "
        f"{len(pairs)} pairs of maker and reader, {len(ids):,} images"
    )
    return Level("logits", SAME if is_same else DIFFERENT, figure, {"tolerance": tolerance, "pairs": pairs})


def _same_losses(name: str, steps: int, agreed: Sequence[Contestant]) -> Level:
    losses = {one.name: one.agreement["losses"][name] for one in agreed if one.agreement}
    difference = compare_losses(losses)
    passed = f"first above {LOSS_TOLERANCE:g} at step {difference.passes_at}"
    passes = passed if difference.passes_at else f"never above {LOSS_TOLERANCE:g}"
    figure = f"at most {difference.largest:.1e} apart over {steps} steps, {passes}"
    is_same = difference.largest <= LOSS_TOLERANCE
    verdict = (SAME if is_same else DIFFERENT) if name == PARITY else MEASURED
    return Level(f"losses ({name})", verdict, figure, {"losses": losses, "passes_at": difference.passes_at})


def _same_quality(what: str, factor: float, unit: str, form: str, trained: Sequence[Contestant]) -> Level:
    values = {one.name: [float(trial[what]) for trial in one.trials] for one in trained}
    share = permutation_test(values)
    shown = []
    for name, some in values.items():
        deviation = f" ± {factor * np.std(some, ddof=1):{form}}" if len(some) > 1 else ""
        shown.append(f"{name} {factor * np.mean(some):{form}}{deviation}{unit}")
    seeds = len(trained[0].trials)
    if share is None:
        verdict, end = NOT_DECIDED, f"{seeds_to_decide(len(trained))} seeds or more can decide"
    else:
        verdict, end = WITHIN_SEEDS if share > SIGNIFICANCE else BEYOND_SEEDS, f"p = {share:.3f}"
    figure = f"{', '.join(shown)}; n = {seeds}, {end}"
    return Level(what.replace("_", " "), verdict, figure, {"values": values, "p": share})
