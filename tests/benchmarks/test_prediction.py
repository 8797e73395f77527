from benchmarks.prediction import describe, take_turns


def test_the_ratio_is_of_medians_between_the_first_block_and_all() -> None:
    whole, block = [3.0, 2.0, 2.0], [1.0, 1.0, 1.0]
    rows = describe([whole, block, [9.0, 8.0, 7.0], [5.0, 4.0, 6.0], [0.5, 0.7, 0.6]], 1064)
    # predict: 1000 / 2, 1000 / 1 and 1000 / 1; PyTorch at two threads: 1064 / 5, 1064 / 4 and 1064 / 6
    assert [(row["figure"], row["spread"], row["n"]) for row in rows] == [
        ("4.7", "2.3 to 5.6", 3),
        ("1000", "500 to 1000", 3),
        ("213", "177 to 266", 3),
        ("2.00", "2.00 to 3.00", 3),
        ("0.60", "0.50 to 0.70", 3),
    ]
    assert "two threads (the better)" in rows[2]["what"]


def test_the_sides_take_turns_after_a_first_round_that_does_not_count() -> None:
    calls: list[str] = []

    def side(name: str) -> float:
        calls.append(name)
        return float(len(calls))

    assert take_turns([lambda: side("a"), lambda: side("b")], 2) == [[3.0, 5.0], [4.0, 6.0]]
    assert "".join(calls) == "ababab"
