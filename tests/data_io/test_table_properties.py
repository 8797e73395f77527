"""Whatever a table holds: every row is used unchanged or reported, and no id leaves its folder."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_io.tables import Table, read_table

CELLS = st.text(st.characters(codec="utf-8"), max_size=6)
PLAIN_IDS = st.text("abcXYZ019._-", min_size=1, max_size=4)
LABELS = st.sampled_from(["0", "1", "2", "3", "4", "5", "-1", "1.0", "", "007", "٣"])
ROWS = st.lists(
    st.one_of(
        st.tuples(PLAIN_IDS, LABELS),
        st.tuples(PLAIN_IDS.map(lambda image_id: f"{image_id}.png"), LABELS),
        st.tuples(st.sampled_from(["../a", "/a", "C:\\a", "a/b", "..", "NA", "1e5", "=1"]), LABELS),
        st.tuples(PLAIN_IDS, LABELS, CELLS),
        st.lists(CELLS, max_size=4),
    ),
    max_size=12,
)
without_database = settings(derandomize=True, deadline=None, max_examples=150, database=None)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows") / "train.csv"


def write(path: Path, rows: list[tuple[str, ...] | list[str]]) -> list[int]:
    """Write the rows and return the last line of each, as editors count."""
    lines = []
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # ends lines with \r\n, so it quotes both of these in a cell
    for row in [["image_id", "label"], *rows]:
        writer.writerow(row)
        lines.append(len(re.findall(r"\r\n|\r|\n", text.getvalue())))
    path.write_bytes(text.getvalue().encode())
    return lines[1:]


def reported_lines(table: Table) -> set[int]:
    found = [re.match(r".*?train\.csv line (\d+): ", mistake, re.DOTALL) for mistake in table.mistakes]
    return {int(match[1]) for match in found if match}


@without_database
@given(ROWS)
def test_every_row_is_used_unchanged_or_reported(path: Path, given_rows: list[tuple[str, ...] | list[str]]) -> None:
    lines = write(path, given_rows)
    table = read_table(path, 5)
    used = {
        line: (image_id, label)
        for image_id, line, label in zip(
            table.frame["image_id"], table.frame["line"], table.frame["label"], strict=True
        )
    }
    reported = reported_lines(table)
    assert not used.keys() & reported
    assert used.keys() | reported <= set(lines)
    for line, row in zip(lines, given_rows, strict=True):
        if line in used:
            assert len(row) == 2
            assert used[line] == (row[0], int(row[1]))
        elif list(row) != []:
            assert line in reported, row
    blank = sum(list(row) == [] for row in given_rows)
    assert len(table.frame) + len(reported) + blank == len(given_rows)
    assert any("blank row" in notice for notice in table.notices) == (blank > 0)


@without_database
@given(ROWS)
def test_no_id_leaves_its_folder(path: Path, given_rows: list[tuple[str, ...] | list[str]]) -> None:
    write(path, given_rows)
    for image_id in read_table(path, 5).frame["image_id"]:
        assert (path.parent / image_id).resolve().parent == path.parent.resolve()
        assert not image_id.startswith((".", "=", "+", "@"))


@without_database
@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_mistakes_of_one_line_each(path: Path, content: bytes) -> None:
    path.write_bytes(b"image_id,label\n" + content)
    table = read_table(path, 5)
    assert len(table.frame) or table.mistakes
    assert all(len(mistake.splitlines()) == 1 for mistake in table.mistakes)
    path.write_bytes(content)
    assert read_table(path, 5).mistakes  # no header
