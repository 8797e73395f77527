"""Repeats in rounds, and what they come to: medians, spreads, and ratios within each round."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import errors
from benchmarks.measuring import DONE, FAILED, take_turns
from reports.spread import find_spread

MORE_IS_BETTER = ("images_per_second",)  # of seconds and cpu_ms_per_image less is
Repeat = Mapping[str, Any]


@dataclass
class Entry:
    """A contestant in one of its variants, such as `2 threads`; `measure` is told the round and returns a repeat.

    A repeat holds `images`, `seconds` and `cpu_seconds`, and what else is to be kept. The contestant is judged by
    the better of its variants.
    """

    contestant: str
    variant: str
    measure: Callable[[int], Repeat]
    status: str = DONE
    reason: str = ""
    repeats: list[Repeat] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """True until something has gone wrong."""
        return self.status == DONE


def race(entries: Sequence[Entry], rounds: Iterable[int], title: str) -> None:
    """Let the entries take turns and note their repeats. One that fails says why, and the others go on."""
    for entry in entries:
        if not entry.is_done:
            print(f"{title}: {entry.contestant}: {entry.status}: {entry.reason}", flush=True)

    def run(entry: Entry, number: int) -> None:
        variant = f", {entry.variant}" if entry.variant else ""
        print(f"{title}: {entry.contestant}{variant}, round {number + 1}:", end=" ", flush=True)
        begun = time.monotonic()
        try:
            entry.repeats.append(entry.measure(number))
        except errors.ProgramError as error:
            entry.status, entry.reason = FAILED, " ".join(error.messages)
            print(f"{FAILED}: {entry.reason}", flush=True)
            return
        except BaseException:
            print(flush=True)
            raise
        print(f"{time.monotonic() - begun:.0f} s", flush=True)

    take_turns(entries, rounds, run)


def find_value(repeat: Repeat, metric: str) -> float:
    """Return a metric of a repeat: `images_per_second`, `cpu_ms_per_image` or `seconds`."""
    if metric == "images_per_second":
        return float(repeat["images"] / repeat["seconds"])
    if metric == "cpu_ms_per_image":
        return float(1000 * repeat["cpu_seconds"] / repeat["images"])
    return float(repeat[metric])


def select(entries: Sequence[Entry], part: str) -> list[Entry]:
    """Return the entries with one part of each repeat in the repeat's place, for a table of its own."""
    return [
        dataclasses.replace(
            entry,
            repeats=[
                {key: value for key, value in each.items() if not isinstance(value, Mapping)} | each[part]
                for each in entry.repeats
            ],
        )
        for entry in entries
    ]


def settle(entries: Sequence[Entry], metric: str, baseline: str) -> list[dict[str, Any]]:
    """Return a row per contestant, in their order: each at its better variant by the median of `metric`.

    `ratio` is how many times better than `baseline` it is: one ratio per round, of two neighbours in time, then the
    spread of these. A contestant that failed has a row without figures.
    """
    best: dict[str, Entry | None] = {}
    for name in dict.fromkeys(entry.contestant for entry in entries):
        own = [entry for entry in entries if entry.contestant == name and entry.is_done and entry.repeats]
        best[name] = max(own, key=lambda entry: _goodness(entry.repeats, metric)) if own else None
    against = best.get(baseline)
    return [_describe(name, one, against, entries, metric) for name, one in best.items()]


def _goodness(repeats: Sequence[Repeat], metric: str) -> float:
    median = find_spread([find_value(each, metric) for each in repeats]).median
    return median if metric in MORE_IS_BETTER else -median


def _describe(
    name: str, best: Entry | None, against: Entry | None, entries: Sequence[Entry], metric: str
) -> dict[str, Any]:
    own = [entry for entry in entries if entry.contestant == name]
    row: dict[str, Any] = {
        "contestant": name,
        "status": best.status if best else own[0].status,
        "reason": "" if best else own[0].reason,
        "variants": [{key: getattr(entry, key) for key in ("variant", "status", "reason", "repeats")} for entry in own],
    }
    if best is None:
        return row
    row["variant"] = best.variant
    row["figure"] = _spread(find_value(each, metric) for each in best.repeats)
    row["cpu_ms_per_image"] = _spread(find_value(each, "cpu_ms_per_image") for each in best.repeats)
    peaks = [each.get("peak_anonymous_bytes") for each in best.repeats]
    if all(peaks):
        row["peak_anonymous_bytes"] = _spread(peaks)
    if against is not None:
        row["ratio"] = _spread(
            _ratio(find_value(each, metric), find_value(other, metric), metric)
            for each, other in zip(best.repeats, against.repeats, strict=True)
        )
    return row


def _ratio(value: float, against: float, metric: str) -> float:
    return value / against if metric in MORE_IS_BETTER else against / value


def _spread(values: Iterable[Any]) -> dict[str, float]:
    return dataclasses.asdict(find_spread([float(value) for value in values]))
