"""What a child process of `compare` is asked, and where its answer lies: plain files, for any backend to read."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from data_io.files import write_json

TASK = "task.json"
RESULT = "result.json"
TRAIN, AGREE = "train", "agree"


@dataclass(frozen=True)
class Task:
    """`kind` is TRAIN: train `recipe` and leave the network at `model`; or AGREE: read the networks of all `makers`,
    leave the logits of each, and follow the losses of `steps` steps.

    `folder` is the task's own, `pixels` that of `save_pixels`. `recipe` holds the values of a resolved recipe,
    `parity` those of the recipes whose losses are followed, by name.
    """

    kind: str
    folder: str
    pixels: str
    recipe: Mapping[str, Any]
    device: str
    model: str
    parity: Mapping[str, Mapping[str, Any]]
    makers: Mapping[str, str]
    steps: int

    def write(self) -> Path:
        """Write the task into its folder; return the file."""
        folder = Path(self.folder)
        folder.mkdir(parents=True)
        write_json(folder / TASK, asdict(self))
        return folder / TASK

    @classmethod
    def read(cls, path: Path) -> "Task":
        """Read what `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
