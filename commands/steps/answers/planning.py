"""The work of `--engine ray`, cut into parts before it begins: lists on disk, since memory must not grow with them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commands.steps.answers.sharding import InputsDigest
from data_io.files import write_text
from data_io.inputs import Input, Inputs, is_parquet, read_parquet
from data_io.parquet_inputs import count_rows
from keras_models.artefacts.contract import BLOCK_IMAGES

# 1,024 images a part: seconds of work, which a killed worker loses, and a thousand files for a million images.
PART_BLOCKS = 16


@dataclass
class Plan:
    """How many parts there are, and what they hold together."""

    folder: Path
    parts: int = 0
    inputs: InputsDigest = field(default_factory=InputsDigest)
    _held: list[Any] = field(default_factory=list)
    _held_images: int = 0

    def add(self, asked: Input) -> None:
        """Plan one image."""
        self.inputs.add_rows(1, f"{asked.image_id}\0{asked.path.absolute()}")  # other folders have like names
        self._hold([asked.image_id, str(asked.path), asked.name, asked.where, asked.mistake], 1)

    def add_table(self, path: Path) -> None:
        """Plan a Parquet file by numbers of rows: its images are read by who answers them."""
        rows, found = count_rows(path), path.stat()
        self.inputs.add_rows(rows, f"{path} {rows} {found.st_size} {found.st_mtime_ns}")
        start = 0
        while start < rows:
            stop = min(rows, start + PART_BLOCKS * BLOCK_IMAGES - self._held_images)
            self._hold({"parquet": str(path), "start": start, "stop": stop}, stop - start)
            start = stop

    def close(self) -> None:
        """Write the last part."""
        if self._held:
            write_text(plan_path(self.folder, self.parts), json.dumps(self._held))
            self.parts += 1
            self._held, self._held_images = [], 0

    def _hold(self, entry: Any, images: int) -> None:
        self._held.append(entry)
        self._held_images += images
        if self._held_images == PART_BLOCKS * BLOCK_IMAGES:
            self.close()


def write_plan(folder: Path, inputs: Inputs) -> Plan:
    """List the inputs into files of `folder`, part by part. Raises as reading them does."""
    plan = Plan(folder)
    for argument in inputs.arguments:
        if is_parquet(Path(argument)):
            plan.add_table(Path(argument))
        else:
            for asked in inputs.read(argument):
                plan.add(asked)
    plan.close()
    return plan


def plan_path(folder: Path, part: int) -> Path:
    """Return where the list of a part is."""
    return folder / f"plan-{part:06d}.json"


def read_plan(folder: Path, part: int) -> Iterator[Input]:
    """Yield the images of a part."""
    for entry in json.loads(plan_path(folder, part).read_text(encoding="utf-8")):
        if isinstance(entry, dict):
            yield from read_parquet(Path(entry["parquet"]), entry["start"], entry["stop"])
        else:
            image_id, path, name, where, mistake = entry
            yield Input(image_id, Path(path), name, where, mistake)
