import pytest

from commands.steps.progress import TrainingProgress, counting
from keras_models.following import Epoch

FIRST = Epoch(1, 1.5, 0.25, 1.25, 0.5, 0.01, 12.0, 345.6)


def test_elsewhere_than_on_a_terminal_an_epoch_is_one_plain_line(capsys: pytest.CaptureFixture[str]) -> None:
    progress = TrainingProgress(epochs=10, steps=4)
    progress.step(0, 1)
    progress.epoch(FIRST)
    progress.close()
    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        "epoch  1/10  train loss 1.5000 accuracy 0.2500  validation loss 1.2500 accuracy 0.5000  "
        "rate 0.01  12.0 s  346 images/s"
    )
    assert second.startswith("expected: about ") and second.endswith(" more minutes for 9 epochs")


def test_a_single_epoch_has_no_expected_minutes(capsys: pytest.CaptureFixture[str]) -> None:
    TrainingProgress(epochs=1, steps=4).epoch(FIRST)
    assert "expected" not in capsys.readouterr().out


def test_counting_says_when_all_is_done_and_nothing_when_nothing_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with counting("decoding images", 4) as advance:
        advance(1)
        advance(3)
    with counting("decoding images", 4):
        pass
    captured = capsys.readouterr()
    assert captured.err == "decoding images: 4 of 4\n" and captured.out == ""
