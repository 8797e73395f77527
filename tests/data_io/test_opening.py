"""From a data folder to checked pixels: all that is wrong at once, and nothing written then."""

from pathlib import Path

from data_io.mistakes import SHOWN_MISTAKES
from data_io.opening import shorten
from tests.data_io.attempts import Train
from tests.data_io.corpus import ROWS


def test_more_mistakes_than_twenty_are_all_in_a_file_that_the_last_line_names(root: Path, train: Train) -> None:
    (root / "train.csv").write_text("image_id,label\n" + ROWS + "".join(f"x{number},0\n" for number in range(23)))
    attempt = train()
    assert attempt.exit_code == 3
    file = attempt.cache / "data_errors.txt"
    assert attempt.errors[20:] == [f"… and 3 more mistakes; all 23 are in {file}."]
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[:20] == attempt.errors[:20]
    assert [line.partition(":")[0] for line in lines] == [f"{root}/train.csv line {line}" for line in range(8, 31)]


def test_where_the_cache_cannot_be_written_the_file_of_mistakes_is_a_temporary_one(root: Path, train: Train) -> None:
    (root / "train.csv").write_text("image_id,label\n" + ROWS + "".join(f"x{number},0\n" for number in range(21)))
    taken = root.parent / "taken"
    taken.write_text("")
    last = train("--cache", str(taken)).errors[-1]
    assert last.startswith("… and 1 more mistake; all 21 are in ")
    file = Path(last.removesuffix(".").rpartition(" ")[2])
    assert len(file.read_text(encoding="utf-8").splitlines()) == 21
    file.unlink()


def test_exactly_as_many_mistakes_as_are_shown_are_not_shortened(tmp_path: Path) -> None:
    mistakes = [str(number) for number in range(SHOWN_MISTAKES)]
    assert shorten(mistakes, tmp_path) == mistakes
    assert list(tmp_path.iterdir()) == []
