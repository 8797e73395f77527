"""The table of a run's epochs, written and read again."""

import math
from pathlib import Path

import pytest

import errors
from data_io.history import read_history, write_history

ROW = {
    "epoch": 1, "train_loss": 1 / 3, "train_accuracy": 0.5, "validation_loss": math.inf, "validation_accuracy": 0.25,
    "learning_rate": 0.009999999776482582, "seconds": 2.0,
}  # fmt: skip


def test_what_was_written_is_read_again_in_full(tmp_path: Path) -> None:
    write_history(tmp_path / "history.csv", [ROW, {**ROW, "epoch": 2}])
    assert read_history(tmp_path / "history.csv") == [ROW, {**ROW, "epoch": 2}]


@pytest.mark.parametrize(
    "text", ["", "epoch,train_loss\n1,2\n", ",".join(ROW) + "\n", ",".join(ROW) + "\n1,x,1,1,1,1,1\n"]
)
def test_epochs_of_another_form_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "history.csv").write_text(text, encoding="utf-8")
    with pytest.raises(errors.PromiseError, match="Expected the epochs of a run in .*history.csv. Received: "):
        read_history(tmp_path / "history.csv")
