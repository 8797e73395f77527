import pytest

from reports.spread import Spread, describe_spread, find_spread


def test_a_spread_is_the_median_between_the_least_and_the_most() -> None:
    assert find_spread([4.0, 1.0, 3.0, 2.0]) == Spread(2.5, 1.0, 4.0, 4)
    with pytest.raises(ValueError):
        find_spread([])


def test_what_does_not_differ_as_it_is_written_is_written_once() -> None:
    assert describe_spread(Spread(2.0, 1.0, 4.0, 3), ".1f") == "2.0 (1.0 to 4.0)"
    assert describe_spread(Spread(2.001, 2.0, 2.004, 3), ".1f") == "2.0"
