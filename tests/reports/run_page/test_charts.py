import html
import json
import re

import pytest

from reports.run_page.charts import Line, choose_ticks, draw_lines


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.61, 0.93, [0.6, 0.7, 0.8, 0.9, 1.0]),
        (0, 1.21, [0, 0.25, 0.5, 0.75, 1, 1.25]),
        (3, 47, [0, 10, 20, 30, 40, 50]),
        (2, 2, [1, 1.5, 2, 2.5, 3]),
    ],
)
def test_ticks_are_round_and_hold_all_values(low: float, high: float, ticks: list[float]) -> None:
    found = choose_ticks(low, high)
    assert found[0] <= low and found[-1] >= high and 4 <= len(found) <= 8
    if high > low:
        assert found == pytest.approx(ticks)


def readings(text: str) -> list[list[object]]:
    found = re.search('data-readings="([^"]*)"', text)
    assert found is not None
    values: list[list[object]] = json.loads(html.unescape(found[1]))
    return values


def test_each_epoch_can_be_read_where_it_stands() -> None:
    lines = [Line("one", [(1, 0.0), (2, 1.0)], 0), Line("two", [(2, 0.5), (3, 1.0)], 9)]
    drawn = draw_lines("loss", lines)
    # Axis from 0 to 1: y from 250 - 34 at the bottom to 12 at the top; x from 46 to 440 - 12.
    assert readings(drawn) == [
        ["1", 46, [["one", "0.0000", 216, 0]]],
        ["2", 237, [["one", "1.0000", 12, 0], ["two", "0.5000", 114, 1]]],
        ["3", 428, [["two", "1.0000", 12, 1]]],
    ]


def test_the_path_goes_through_the_points() -> None:
    drawn = draw_lines("loss", [Line("one", [(1, 0.0), (2, 1.0)], 0)])
    assert 'd="M46.0 216.0L428.0 12.0"' in drawn and '<circle class="c0" cx="428.0" cy="12.0"' in drawn


def test_ticks_keep_the_digits_that_tell_them_apart() -> None:
    drawn = draw_lines("loss", [Line("one", [(1, 0.0), (2, 1.2)], 0)])
    assert re.findall('text-anchor="end">([^<]*)<', drawn) == ["0.00", "0.25", "0.50", "0.75", "1.00", "1.25"]


def test_the_ninth_line_has_the_first_colour_and_other_dashes() -> None:
    drawn = draw_lines("loss", [Line("nine", [(1, 0.0), (2, 1.0)], 8)])
    assert '<path class="c0" d="M46.0 216.0L428.0 12.0" stroke-dasharray="7 3"/>' in drawn


def test_a_single_epoch_and_equal_values_are_drawn() -> None:
    drawn = draw_lines("loss", [Line("one", [(1, 0.5)], 0)])
    assert 'cx="237.0"' in drawn  # the middle
    assert "nan" not in drawn and "inf" not in drawn


def test_without_finite_values_it_says_so() -> None:
    assert "No finite values." in draw_lines("loss", [Line("one", [], 0)])


def test_the_chart_says_in_words_where_each_line_begins_and_ends() -> None:
    drawn = draw_lines("loss", [Line("<one>", [(1, 0.25), (4, 1.0)], 0)])
    assert 'aria-label="loss over 2 epochs: &lt;one&gt; from 0.2500 to 1.0000"' in drawn
    assert "<one>" not in drawn
