"""What every refusal of a model has in common."""

from argparse import Namespace
from pathlib import Path

import pytest

import errors
from commands.steps.models import open_model


def refusal(path: Path, args: Namespace, kind: type[errors.ProgramError] = errors.PromiseError) -> str:
    before = sorted(path.parent.rglob("*"))
    with pytest.raises(kind) as caught:
        open_model(path, args)
    assert sorted(path.parent.rglob("*")) == before
    (message,) = caught.value.messages
    assert message.startswith("Expected ") and " Received: " in message and "\n" not in message
    return message
