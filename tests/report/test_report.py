"""The page of one run: what stands in it, what it leaves, and what it refuses."""

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import run
from data_io.files import digest_file
from tests.report.conftest import GIVEN, Report
from tests.report.fake_runs import make_run

ROOT = Path(run.__file__).resolve().parent


class Cells(HTMLParser):
    """Collects the texts of all table cells, row by row, and the alternative texts of pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.alts: list[str] = []
        self.scripts = 0
        self._open = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._open = True
        elif tag == "img":
            self.alts.append(dict(attrs)["alt"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][-1] += f" {data}" if self.rows[-1][-1] else data


def page_of(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def test_a_report_and_the_curves_are_written_beside_the_run_and_their_digests_kept(
    finished: Path, report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    before = json.loads((finished / "manifest.json").read_text())
    assert report(finished) == 0
    assert f"wrote {finished / 'report.html'}" in capsys.readouterr().out
    after = json.loads((finished / "manifest.json").read_text())
    added = {"report.html", "curves.png", "curves.svg"}
    assert set(after["files"]) - set(before["files"]) == added
    assert {name: after["files"][name] for name in added} == {name: digest_file(finished / name) for name in added}
    assert {**after, "files": before["files"]} == before
    assert {path.name for path in finished.iterdir()} == {*after["files"], "manifest.json"}


def test_the_headline_has_each_score_with_its_error(finished: Path, report: Report) -> None:
    assert report(finished) == 0
    text = page_of(finished)
    assert "90.00 %" in text and "± 9.49; 95 %: 59.6 to 98.2" in text  # sqrt(0.09 / 10); Wilson's of 9 of 10
    assert ">0.6900<" in text  # (9 * -ln 0.6 - ln 0.1) / 10
    assert "± 0.1792 nats" in text  # (ln 0.6 - ln 0.1) sqrt(0.9 * 0.1 / 9)
    assert ">0.8933<" in text  # macro F1: (4/5 + 1 + 1 + 1 + 2/3) / 5
    assert ">0.3000<" in text  # always 0.6 sure, and right 0.9 of the time
    assert "It named 9 of 10 validation images rightly; guessing would get 20 %." in text
    assert "1 image of class 4 taken for class 0" in text


def test_the_tables_are_those_of_metrics_json(finished: Path, report: Report) -> None:
    assert report(finished) == 0
    rows = Cells(page_of(finished)).rows
    assert ["0", "2 100.0 %", "0 0.0 %", "0 0.0 %", "0 0.0 %", "0 0.0 %", "2"] in rows
    assert ["4", "1 50.0 %", "0 0.0 %", "0 0.0 %", "0 0.0 %", "1 50.0 %", "2"] in rows
    assert ["given", "3", "2", "2", "2", "1", "10"] in rows
    # Class 0 was given three times, twice rightly; class 4 once, and had two images. Wilson's intervals: of 2 of 3,
    # (0.6667 + 0.6403 ± 1.96 sqrt(0.0741 + 0.1067)) / 2.2805; of 1 of 1, from (1 + 1.9208 - 1.9208) / 4.8415 on.
    assert ["0", "2", "100.00 % (34.2 to 100.0)", "", "66.67 % (20.8 to 93.9)", "0.8000"] in rows
    assert ["4", "2", "50.00 % (9.5 to 90.5)", "", "100.00 % (20.7 to 100.0)", "0.6667"] in rows


def test_mistakes_and_doubts_are_shown_with_their_labels_and_probabilities(finished: Path, report: Report) -> None:
    assert report(finished) == 0
    text = page_of(finished)
    mistakes = text.split('<section id="mistakes">')[1].split("</section>")[0]
    assert re.findall('alt="([^"]*)"', mistakes) == ["image validation_9, true label 4, given label 0 with 60.0 %"]
    assert "All its mistakes: 1" in mistakes and "60.0 %" in mistakes and "10.0 %" in mistakes
    doubts = text.split('<section id="doubts">')[1].split("</section>")[0]
    assert doubts.count("<article") == doubts.count('src="data:image/jpeg;base64,') == 8


def test_without_a_mistake_it_says_so(tmp_path: Path, data: Path, report: Report) -> None:
    right = make_run(tmp_path / "runs" / "right", data, [0, 1, 2, 3, 4] * 2)
    assert report(right) == 0
    assert "Every image was named rightly." in page_of(right) and "It made no mistake." in page_of(right)


def test_where_the_data_is_gone_a_line_says_so_and_the_rest_is_there(
    finished: Path, data: Path, report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(finished) == 0
    assert "notice" not in capsys.readouterr().out
    shutil.rmtree(data)
    assert report(finished) == 0
    text = page_of(finished)
    assert text.count("Without thumbnails: Expected a data folder at") == 1
    assert capsys.readouterr().out.splitlines() == [
        f"notice: Without thumbnails: Expected a data folder at {data}. Received: no such folder. "
        "Name yours with --data.",
        f"wrote {finished / 'report.html'}",
    ]
    assert "<img" not in text and "<article" in text


def test_data_that_is_named_has_to_be_the_runs(
    finished: Path, tmp_path: Path, report: Report, capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    assert report(finished, "--data", tmp_path / "nowhere") == 3
    other = shutil.copytree(data, tmp_path / "other")
    shutil.copy(other / "validation" / "validation_0.png", other / "validation" / "validation_1.png")
    assert report(finished, "--data", other) == 3
    errors = capsys.readouterr().err.splitlines()
    assert errors[0].startswith(f"error: Expected a data folder at {tmp_path / 'nowhere'}. Received: no such folder.")
    assert errors[1] == f"error: Expected the validation images of quick-torch-seed0 in {other}. Received: others."
    assert not (finished / "report.html").exists()


def test_what_is_no_finished_run_is_refused_in_a_line(
    finished: Path, tmp_path: Path, report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = json.loads((finished / "manifest.json").read_text())
    for name, change in (("unfinished", {"files": None}), ("evaluation", {"files": {"metrics.json": "0"}})):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(json.dumps({**manifest, **change}))
        assert report(tmp_path / name) == 2
    assert report(tmp_path / "data") == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3 and all(line.startswith("error: Expected ") and "Received: " in line for line in said)
    assert "Finish it with: python run.py train --resume" in said[0]
    assert "without recipe.toml, history.csv, validation_predictions.csv" in said[1]


@pytest.mark.parametrize("name", ["metrics.json", "history.csv", "recipe.toml", "validation_predictions.csv"])
def test_a_file_that_was_changed_is_refused(finished: Path, report: Report, name: str) -> None:
    with (finished / name).open("a") as file:
        file.write("\n")
    assert report(finished) == 6
    assert not (finished / "report.html").exists()


def test_out_leaves_the_run_as_it_is(finished: Path, tmp_path: Path, report: Report) -> None:
    before = {path.name: path.read_bytes() for path in finished.iterdir()}
    assert report(finished, "--out", tmp_path / "pages" / "one.html") == 0
    assert before == {path.name: path.read_bytes() for path in finished.iterdir()}
    assert "curves.png" not in (tmp_path / "pages" / "one.html").read_text()  # they do not lie beside it
    assert report(finished, "--out", tmp_path / "one.txt") == 2


def test_the_same_run_gives_the_same_bytes(finished: Path, report: Report) -> None:
    assert report(finished) == 0
    first = {path.name: path.read_bytes() for path in finished.iterdir()}
    assert report(finished) == 0
    assert first == {path.name: path.read_bytes() for path in finished.iterdir()}


def test_hostile_names_are_text(tmp_path: Path, data: Path, report: Report) -> None:
    bad = "<script>alert(1)</script>"
    ids = [f"{bad}'\"&{number}" for number in range(10)]
    facts = {"command": bad, "hardware": bad, "device": bad, "versions": {bad: bad}, "options": {"data": bad}}
    hostile = make_run(tmp_path / "runs" / "<b>", data, GIVEN, ids=ids, facts=facts)
    assert report(hostile) == 0
    text = page_of(hostile)
    assert Cells(text).scripts == 1 and "<script>alert" not in text and "<b>&lt;" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#x27;&quot;&amp;9" in text
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None and "default-src 'none'" in policy[1] and "unsafe-inline'; img" in policy[1]


def test_nothing_is_fetched_and_every_picture_has_words(finished: Path, report: Report) -> None:
    assert report(finished) == 0
    text = page_of(finished)
    assert re.findall(r'(?:src|href)="(?!data:|#|curves\.)[^"]*"', text) == []
    assert re.findall(r"url\(|@import|https?:", text.replace("http://www.w3.org/2000/svg", "")) == []
    assert all(Cells(text).alts)
    assert all('aria-label="' in svg or 'aria-hidden="true"' in svg for svg in re.findall("<svg[^>]*>", text))


def test_an_audit_beside_the_data_is_summed_up(finished: Path, data: Path, report: Report) -> None:
    path = data / "audit.json"
    assert run.main(["check", "--data", str(data), "--out", str(path)]) == 0
    audit = {
        **json.loads(path.read_text()),
        "counts": {"error": 0, "warning": 1, "note": 2},
        "shortcuts": [{"group": "file size", "clear": True, "accuracy": 0.4, "chance": 0.2}],
        "findings": [{"severity": "warning", "message": "<two> alike"}, {"severity": "note", "message": "quiet"}],
    }
    path.write_text(json.dumps(audit))
    assert report(finished) == 0
    text = page_of(finished).split('<section id="data">')[1]
    assert "1 warning<" in text and "2 notes" in text and "&lt;two&gt; alike" in text and "quiet" not in text
    assert "Shortcuts to the label: file size alone guesses 0.400 (chance 0.200)." in text
    for name, other in (("root", "elsewhere"), ("data_digests", {}), ("data_digests", None)):
        path.write_text(json.dumps({**audit, name: other}))
        assert report(finished) == 0
        assert "Not audited" in page_of(finished)


def test_an_audit_of_data_that_was_repaired_since_is_not_shown(tmp_path: Path, data: Path, report: Report) -> None:
    assert run.main(["check", "--data", str(data), "--out", str(data / "audit.json")]) == 0
    shutil.copy(data / "train" / "train_0.png", data / "validation" / "validation_0.png")
    repaired = make_run(tmp_path / "runs" / "repaired", data, GIVEN)
    assert report(repaired) == 0
    assert "Not audited" in page_of(repaired)


def test_a_report_without_heat_maps_needs_no_keras(finished: Path) -> None:
    program = (
        "import sys, run\n"
        f"assert run.main(['report', {str(finished)!r}, '--no-explain']) == 0\n"
        "assert not {'keras', 'torch', 'tensorflow', 'jax', 'onnxruntime'} & set(sys.modules)"
    )
    child = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert child.returncode == 0, child.stderr
