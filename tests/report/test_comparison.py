"""The page of several runs: the order, what differs, and whether that is more than noise."""

import re
from pathlib import Path

import pytest

import run
from tests.conftest import DrawDataFolder
from tests.report.conftest import GIVEN, Report
from tests.report.fake_runs import make_run
from tests.report.test_report import Cells

RIGHT = (0, 1, 2, 3, 4) * 2
WRONG = (1, 1, 1, 3, 3, 1, 1, 1, 3, 3)  # three of five


@pytest.fixture
def three(tmp_path: Path, data: Path) -> list[Path]:
    return [
        make_run(tmp_path / "runs" / "worst", data, WRONG, settings=["training.learning_rate=0.5"]),
        make_run(tmp_path / "runs" / "best", data, RIGHT),
        make_run(tmp_path / "runs" / "middle", data, GIVEN, settings=["training.epochs=3", "expected.minutes=9.0"]),
    ]


def test_runs_are_sorted_by_accuracy_and_compared_with_the_best(
    three: list[Path], tmp_path: Path, report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(*three) == 0
    assert capsys.readouterr().out == "wrote runs/report.html\n"
    text = (tmp_path / "runs" / "report.html").read_text()
    rows = [row for row in Cells(text).rows if row[0] in ("1", "2", "3") and len(row) == 9]
    assert [row[1].split()[0] for row in rows] == ["best", "middle", "worst"]
    assert [row[2] for row in rows] == ["100.00 % ± 0.00", "90.00 % ± 9.49", "40.00 % ± 15.49"]
    assert rows[0][6:8] == ["–", "best"]
    # McNemar: 1 to 0 gives 1; 6 to 0 gives 2 / 64 = 0.03125, and Holm takes it twice.
    assert rows[1][6].startswith("−10.00 [") and rows[1][7] == "may be noise p = 1.0000"
    assert rows[2][6].startswith("−60.00 [") and rows[2][7] == "may be noise p = 0.0625"
    assert ["middle", "1", "0"] in Cells(text).rows and ["worst", "6", "0"] in Cells(text).rows
    assert "No other is worse by more than the luck of which images were judged." in text


def test_only_values_that_differ_are_shown_and_marked(three: list[Path], tmp_path: Path, report: Report) -> None:
    assert report(*three, "--out", tmp_path / "c.html") == 0
    text = (tmp_path / "c.html").read_text().split('<section id="recipes">')[1].split("</section>")[0]
    assert re.findall("<code>([^<]*)</code>", text) == ["training.epochs", "training.learning_rate"]
    assert re.findall('<span class="mark">([^<]*)</span>', text) == ["3", "0.5"]


def test_equal_recipes_are_said_to_be(three: list[Path], tmp_path: Path, data: Path, report: Report) -> None:
    again = make_run(tmp_path / "elsewhere" / "best", data, WRONG)
    assert report(three[1], again, "--out", tmp_path / "c.html") == 0
    text = (tmp_path / "c.html").read_text()
    assert "values are the same." in text and "best (2)" in text  # two folders of one name


def test_runs_on_other_images_are_two_samples(
    three: list[Path], tmp_path: Path, report: Report, draw_data_folder: DrawDataFolder
) -> None:
    other = draw_data_folder(tmp_path / "more", images_per_split=15, size_pixels=32)
    small = make_run(tmp_path / "runs" / "other", other, [0, 1, 2, 3, 0] * 3)
    assert report(three[1], small, "--out", tmp_path / "c.html") == 0
    text = (tmp_path / "c.html").read_text()
    # 10 of 10 and 12 of 15: pooled 22/25, error 0.132665, z 1.50756.
    assert "p = 0.1317" in text and "two-sample test of proportions" in text and "McNemar" not in text


def test_what_is_for_one_run_is_refused_for_several(three: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    for option in (["--explain"], ["--data", "data"]):
        assert run.main(["report", *map(str, three), *option]) == 2
        assert "Expected --data and --explain with one run." in capsys.readouterr().err


def test_the_same_run_twice_is_refused(three: list[Path], report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(three[0], three[0].parent / "." / "worst") == 2
    assert capsys.readouterr().err.startswith("error: Expected each run once. Received: ")


def test_two_lines_and_an_interval_for_each_run_have_words(three: list[Path], tmp_path: Path, report: Report) -> None:
    assert report(*three, "--out", tmp_path / "c.html") == 0
    text = (tmp_path / "c.html").read_text()
    assert len(re.findall('<svg class="lines"[^>]*aria-label="validation [^"]*best from', text)) == 2
    assert 'aria-label="middle: 90.00 %, 95 %: 59.58 % to 98.21 %"' in text
