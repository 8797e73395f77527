"""Answers as text, by hand."""

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

import errors
from data_io.answers import CsvForm, Form, JsonForm, Rows, rank, writing

ROWS = Rows(
    ["a.png", "x,y", os.fsdecode(b"caf\xe9")],
    np.array([[0.25, 0.25, 0.5], [0.0, 0.0, 0.0], [1 / 3, 1 / 3, 1e-20]]),
    [False, True, False],
)


def text(form: Form, *blocks: Rows) -> str:
    return form.begin() + "".join(form.rows(block) for block in blocks) + form.end()


def test_csv_has_a_probability_per_label_and_empty_fields_for_a_bad_image() -> None:
    assert text(CsvForm(["cat", "dog", "fox"]), ROWS) == (
        "image_id,label,probability_cat,probability_dog,probability_fox\n"
        "a.png,fox,0.25,0.25,0.5\n"
        '"x,y",,,,\n'
        "caf\\udce9,cat,0.333333333,0.333333333,1e-20\n"
    )


def test_csv_with_top_has_the_likeliest_labels_first_and_ties_in_the_order_of_the_labels() -> None:
    assert text(CsvForm(["cat", "dog", "fox"], 2), ROWS) == (
        "image_id,label,rank_1_label,rank_1_probability,rank_2_label,rank_2_probability\n"
        "a.png,fox,fox,0.5,cat,0.25\n"
        '"x,y",,,,,\n'
        "caf\\udce9,cat,cat,0.333333333,dog,0.333333333\n"
    )


def test_json_is_a_list_with_an_object_a_line() -> None:
    written = text(JsonForm(["0", "1", "2"]), ROWS, ROWS)
    assert written.splitlines()[:3] == [
        "[",
        '{"image_id": "a.png", "label": "2", "probabilities": {"0": 0.25, "1": 0.25, "2": 0.5}},',
        '{"image_id": "x,y", "label": null, "probabilities": null},',
    ]
    read = json.loads(written)
    assert len(read) == 6 and read[:3] == read[3:]
    assert read[2] == {
        "image_id": "caf\\udce9",
        "label": "0",
        "probabilities": {"0": 0.333333333, "1": 0.333333333, "2": 1e-20},
    }


def test_json_with_top_has_the_likeliest_labels_first() -> None:
    read = json.loads(text(JsonForm(["0", "1", "2"], 2), ROWS))
    assert read[0]["top"] == [{"label": "2", "probability": 0.5}, {"label": "0", "probability": 0.25}]
    assert read[1]["top"] is None


def test_json_of_no_rows_is_an_empty_list() -> None:
    assert json.loads(text(JsonForm(["0", "1"]))) == []


def test_ids_are_written_in_utf_8() -> None:
    rows = Rows(["größe.png"], np.array([[0.5, 0.5]]), [False])
    assert "größe.png,0" in text(CsvForm(["0", "1"]), rows)
    assert '"größe.png"' in text(JsonForm(["0", "1"]), rows)


def test_the_rank_is_from_the_greatest_on() -> None:
    assert rank(np.array([[0.1, 0.6, 0.3], [0.4, 0.2, 0.4]]), 3) == [[1, 2, 0], [0, 2, 1]]
    many = np.tile([0.01, 0.02], (1, 50))
    assert rank(many, 100) == [[*range(1, 100, 2), *range(0, 100, 2)]]


def test_a_file_is_there_when_all_rows_are_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with writing(str(path), CsvForm(["0", "1", "2"])) as write:
        write(ROWS)
        assert not path.exists()
    assert len(path.read_bytes().splitlines()) == 4
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stop"), writing(str(tmp_path / "a.csv"), CsvForm(["0", "1", "2"])) as write:
        write(ROWS)
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []


def test_stdout_has_the_rows_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    with writing("-", CsvForm(["0", "1", "2"])) as write:
        write(ROWS)
        assert len(capfd.readouterr().out.splitlines()) == 4


def test_a_stdout_that_takes_nothing_is_an_error_of_the_environment(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(descriptor: int, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    with (
        pytest.raises(errors.EnvironmentFault, match=r"Received: No space left on device\. Name a file with --out"),
        writing("-", CsvForm(["cat"])),
    ):
        pass
    assert capfd.readouterr().out == ""
