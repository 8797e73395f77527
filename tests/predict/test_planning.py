"""What `--engine ray` takes for the same work."""

import io
from pathlib import Path

from commands.steps.answers.planning import write_plan
from data_io.inputs import Inputs
from tests.predict.conftest import paint


def digest(inputs: Path, work: Path, images: Path | None = None) -> object:
    work.mkdir()
    return write_plan(work, Inputs([str(inputs)], images, io.BytesIO())).inputs.describe()


def test_other_folders_with_the_same_names_are_other_inputs(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        paint(tmp_path / folder / "a.png", 1, 2)
    table = tmp_path / "ids.csv"
    table.write_text("image_id\na\n")
    one, other = tmp_path / "one", tmp_path / "other"
    assert digest(one, tmp_path / "1") == digest(one, tmp_path / "2") != digest(other, tmp_path / "3")
    assert digest(table, tmp_path / "4", one) != digest(table, tmp_path / "5", other)
