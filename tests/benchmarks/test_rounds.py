"""Medians and ratios of repeats; the expected figures are computed by hand."""

from collections.abc import Mapping
from typing import Any

import pytest

import errors
from benchmarks.rounds import Entry, race, select, settle


def entry(contestant: str, variant: str, seconds: list[float], cpu_seconds: float = 1.0) -> Entry:
    """A contestant that takes so many seconds for 100 images, round by round."""

    def measure(number: int) -> Mapping[str, Any]:
        if seconds[number] == 0:
            raise errors.PromiseError("ended with signal 9")
        return {"images": 100, "seconds": seconds[number], "cpu_seconds": cpu_seconds}

    return Entry(contestant, variant, measure)


def test_a_ratio_is_of_one_round_and_then_the_median_is_taken() -> None:
    # images/s: native 50, 100, 25; ours 100, 125, 100. Ratios 2, 1.25, 4; the ratio of the medians would be 2 by chance
    # at 100 / 50, so the spread tells them apart.
    entries = [entry("native", "1 thread", [2.0, 1.0, 4.0]), entry("ours", "1 thread", [1.0, 0.8, 1.0])]
    race(entries, range(3), "x")
    native, ours = settle(entries, "images_per_second", "native")
    assert ours["ratio"] == {"median": 2.0, "least": 1.25, "most": 4.0, "n": 3}
    assert native["ratio"] == {"median": 1.0, "least": 1.0, "most": 1.0, "n": 3}
    assert ours["figure"] == {"median": 100.0, "least": 100.0, "most": 125.0, "n": 3}
    assert ours["cpu_ms_per_image"]["median"] == 10.0


def test_of_seconds_and_cpu_time_less_is_better() -> None:
    entries = [entry("native", "", [6.0], 3.0), entry("ours", "", [2.0], 0.3)]
    race(entries, range(1), "x")
    assert settle(entries, "seconds", "native")[1]["ratio"]["median"] == 3.0
    assert settle(entries, "cpu_ms_per_image", "native")[1]["ratio"]["median"] == 10.0


def test_each_is_judged_by_the_better_of_its_variants_by_the_median() -> None:
    entries = [
        entry("native", "1 thread", [1.0, 9.0, 9.0]),  # once the fastest
        entry("native", "2 threads", [2.0, 2.0, 2.0]),
        entry("ours", "1 thread", [1.0, 1.0, 1.0]),
        entry("ours", "2 threads", [4.0, 4.0, 4.0]),
    ]
    race(entries, range(3), "x")
    native, ours = settle(entries, "images_per_second", "native")
    assert (native["variant"], ours["variant"]) == ("2 threads", "1 thread")
    assert ours["ratio"]["median"] == 2.0
    assert [variant["variant"] for variant in ours["variants"]] == ["1 thread", "2 threads"]
    assert settle(entries, "seconds", "native")[1]["variant"] == "1 thread"


def test_one_that_fails_says_why_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    entries = [
        entry("native", "", [2.0, 2.0]),
        entry("ours", "1 thread", [1.0, 0]),
        entry("ours", "2 threads", [1.0, 1.0]),
        entry("theirs", "", [0, 1.0]),
    ]
    race(entries, range(2), "training")
    _, ours, theirs = settle(entries, "images_per_second", "native")
    assert ours["variant"] == "2 threads"  # a variant that once failed does not count
    assert (theirs["status"], theirs["reason"]) == ("failed", "ended with signal 9")
    assert "figure" not in theirs and theirs["variants"][0]["repeats"] == []
    assert "training: theirs, round 1: failed: ended with signal 9" in capsys.readouterr().out


def test_without_the_baseline_there_are_figures_and_no_ratios() -> None:
    entries = [entry("native", "", [0]), entry("ours", "", [1.0])]
    race(entries, range(1), "x")
    (native, ours) = settle(entries, "seconds", "native")
    assert native["status"] == "failed"
    assert ours["figure"]["median"] == 1.0 and "ratio" not in ours


def test_what_is_not_installed_is_never_asked() -> None:
    missing = Entry("jax", "", lambda number: pytest.fail("asked"), "not installed", "pip install x")
    race([missing], range(2), "x")
    assert settle([missing], "seconds", "")[0]["status"] == "not installed"


def test_a_part_of_each_repeat_can_have_a_table_of_its_own() -> None:
    parts = {"first": {"images": 1, "seconds": 4.0, "cpu_seconds": 1.0}, "peak_anonymous_bytes": 7}
    whole = Entry("ours", "", lambda number: parts)
    race([whole], range(1), "x")
    (chosen,) = select([whole], "first")
    assert chosen.repeats == [{"images": 1, "seconds": 4.0, "cpu_seconds": 1.0, "peak_anonymous_bytes": 7}]
