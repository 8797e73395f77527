"""Many mistakes: the first are shown, all are in a file."""

import tempfile
from pathlib import Path

import pytest

from data_io.mistakes import Mistakes


@pytest.mark.parametrize(("count", "more"), [(20, None), (21, "1 more mistake"), (1020, "1,000 more mistakes")])
def test_twenty_are_shown_and_all_are_in_a_file(
    count: int, more: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    mistakes = Mistakes()
    for number in range(count):
        mistakes.add(f"mistake {number}\udce9")
    lines = mistakes.close()
    assert lines[:20] == [f"mistake {number}\udce9" for number in range(20)]
    if more is None:
        assert (len(lines), list(tmp_path.iterdir())) == (20, [])
        return
    (path,) = tmp_path.iterdir()
    assert lines[20:] == [f"… and {more}; all {count:,} are in {path}."]
    assert path.read_text().splitlines() == [f"mistake {number}\\udce9" for number in range(count)]
