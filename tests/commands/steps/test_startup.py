import json
import logging
import os
from pathlib import Path

import pytest

from commands.steps.startup import holding_stderr, is_news, recorded_backend, recorded_device


@pytest.mark.parametrize(
    ("content", "backend", "device"),
    [
        (json.dumps({"backend": "jax", "options": {"device": "cpu"}}), "jax", "cpu"),
        (json.dumps({"backend": "jax"}), "jax", "auto"),
        (json.dumps({"backend": 1, "options": {"device": "moon"}}), None, "auto"),
        ("no JSON", None, "auto"),
        ("[]", None, "auto"),
    ],
)
def test_backend_and_device_of_a_run_are_read_from_what_is_there(
    content: str, backend: str | None, device: str, tmp_path: Path
) -> None:
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    assert (recorded_backend(tmp_path), recorded_device(tmp_path)) == (backend, device)
    assert (recorded_backend(tmp_path / "none"), recorded_device(None)) == (None, "auto")


def test_what_is_written_below_python_is_held_back(capfd: pytest.CaptureFixture[str]) -> None:
    with holding_stderr():
        os.write(2, b"chatter\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_it_is_shown_when_the_block_fails(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ImportError), holding_stderr():
        os.write(2, b"the reason\n")
        raise ImportError
    assert capfd.readouterr().err == "the reason\n"


def test_tensorflow_s_advice_about_tracing_is_no_news_and_what_else_it_says_is() -> None:
    # as TensorFlow 2.21 logs it from the fifth fold on
    advice = "%d out of the last %d calls to %s triggered tf.function retracing. Tracing is expensive and …"
    for text, arguments, expected in ((advice, (5, 50, "<function f>"), False), ("Out of memory: %s", ("GPU",), True)):
        record = logging.LogRecord("tensorflow", logging.WARNING, __file__, 1, text, arguments, None)
        assert is_news(record) is expected
