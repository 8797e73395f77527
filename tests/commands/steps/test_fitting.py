"""What happens around an attempt to train, with stand-ins for the attempts."""

from argparse import Namespace
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

import pytest

import errors
from commands.steps import fitting
from commands.steps.keeping import Progress
from data_io.checkpoint_writing import CheckpointWriter
from data_io.opening import OpenData
from recipes.reading import read_recipe


class Diverged:
    """A writer whose last state was not finite, so that it was not kept."""

    def wait(self) -> None:
        raise errors.DivergedError("Expected finite weights. Received: others.")


def test_a_rewind_is_made_too_when_what_was_being_kept_had_diverged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    attempts = []

    def attempt(*_: Any) -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise errors.DivergedError("Expected a finite loss. Received: nan.")
        return "model"

    monkeypatch.setattr(fitting, "_attempt", attempt)
    monkeypatch.setattr(fitting, "load_progress", lambda run: (Progress(), Namespace(step=0, epoch=0)))
    monkeypatch.setattr(fitting, "training_together", lambda args: nullcontext())
    monkeypatch.setattr(fitting, "is_parallel", lambda args: False)
    monkeypatch.setattr(fitting, "settle_statistics", lambda *_: None)
    writer, data = (
        cast(CheckpointWriter, Diverged()),
        cast(OpenData, Namespace(splits={"train": Namespace(images=None)})),
    )
    args, recipe = Namespace(on_nan="rewind"), read_recipe("quick")
    found = fitting.train_network(args, recipe, data, tmp_path, 0.0, writer)
    assert (found[0], len(found[1].rewinds)) == ("model", 1)
