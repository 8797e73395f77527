"""A stand-in for the child processes of `compare`: answers like theirs, without Keras, with what a test wants wrong."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.pixels import load_pixels
from commands.steps.comparison.tasks import RESULT, TRAIN, Task
from data_io.files import write_json

LOGITS = np.array([[4.0, 1.0, 0.0, 0.0, 0.0], [0.0, 2.0, 1.0, 0.0, 0.0]], np.float32)


class Contestants:
    """Called in place of `run_child`; `wrong` maps (backend, kind) to what is raised, or to what differs.

    (backend, kind, seed) is of one seed alone.
    """

    def __init__(self) -> None:
        self.wrong: dict[tuple[str, ...] | tuple[str, str, int], Any] = {}
        self.tasks: list[Task] = []
        self.asked: list[tuple[str, str, int]] = []
        self.pixels: dict[str, Any] = {}
        self.variables: dict[str, str] = {}
        self.pythons: dict[str, Path | None] = {}

    def __call__(
        self,
        module: str,
        words: Sequence[str],
        log: Path,
        backend: str = "",
        device: str = "",
        limit_seconds: float | None = None,
        variables: Mapping[str, str] | None = None,
        python: Path | None = None,
    ) -> None:
        """Do the task as a child would."""
        self.pythons[backend] = python
        task = Task.read(Path(words[0]))
        self.asked.append((backend, task.kind, task.recipe["seed"]))
        self.tasks.append(task)
        self.pixels = {name: load_pixels(Path(task.pixels), name) for name in ("train", "validation")}
        self.variables = dict(variables or {})
        log.write_text("said by the child\n")
        wrong = self.wrong.get(self.asked[-1], self.wrong.get((backend, task.kind), {}))
        if isinstance(wrong, BaseException):
            raise wrong
        result = self._train(task) if task.kind == TRAIN else self._agree(task, wrong.get("logits", LOGITS))
        write_json(Path(task.folder) / RESULT, result | {key: some for key, some in wrong.items() if key != "logits"})

    def _train(self, task: Task) -> dict[str, Any]:
        Path(task.model).write_bytes(b"weights")
        row = {"epoch": 1, "train_loss": 1.0, "validation_accuracy": 0.5}
        return {
            "import_seconds": 4.0,
            "first_step_seconds": 1.0,
            "train_images_per_second": 100.0,
            "train_cpu_ms_per_image": 10.0,
            "predict_images_per_second": 300.0,
            "peak_resident_bytes": 2**29,
            "peak_device_bytes": None,
            "model_bytes": 7,
            "first_weights_digest": f"start{task.recipe['seed']}",
            "batches_digest": f"batches{task.recipe['seed']}",
            "validation_accuracy": 0.5,
            "validation_loss": 1.25,
            "history": [row],
            "device": "cpu",
            "jit": False,
            "cores": 1,
            "seed": task.recipe["seed"],
        }

    def _agree(self, task: Task, logits: Any) -> dict[str, Any]:
        assert all(Path(path).read_bytes() == b"weights" for path in task.makers.values())
        for maker in task.makers:
            np.save(Path(task.folder) / f"{maker}.npy", np.resize(logits, (10, 5)))
        return {"losses": {name: [1.5, 1.25] for name in task.parity}, "import_seconds": 2.5}
