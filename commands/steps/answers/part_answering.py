"""What a worker does: answer one part after another, each into a file that is there whole or not at all."""

import json
import os
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import errors
from commands.steps.answers.answering import answer
from commands.steps.answers.planning import read_plan
from commands.steps.answers.remarks import Remarks
from commands.steps.answers.sharding import describe_models
from commands.steps.models import open_model
from data_io.answer_parts import name_part
from data_io.answers import CsvForm, Rows, writing
from data_io.files import digest_file, replacing, write_json, write_text
from keras_models.artefacts.contract import Classifier

SETTINGS = "job.json"
WORK = ".job"  # in the folder of the answers, until they are finished
ATTEMPTS_MAXIMUM = 3  # a part whose worker dies each time would be tried for ever


class PartAnswerer:
    """Answers parts by their numbers, in a process that begins in `cwd`; the models are opened with the first part.

    A part that is there already is not answered again, so a part that is asked for twice is written once.
    """

    def __init__(self, folder: str, cwd: str) -> None:
        os.chdir(cwd)  # paths are those of the command line
        self.folder = Path(folder)
        self.settings: dict[str, Any] = json.loads((self.folder / WORK / SETTINGS).read_text(encoding="utf-8"))
        self._models: list[Classifier] = []

    def answer(self, part: int) -> dict[str, Any]:
        """Return the number of images that are done, or the error of a user's mistake as values."""
        try:
            return {"part": part, "images": self._answer(part)}
        except errors.ProgramError as error:
            return {"part": part, "fault": type(error).__name__, "messages": list(error.messages)}

    def _answer(self, part: int) -> int:
        work, suffix = self.folder / WORK, f".{self.settings['form']}"
        path, facts_path = self.folder / name_part(part, suffix), facts_of(self.folder, part)
        if path.exists() and facts_path.exists():
            return int(read_facts(self.folder, part)["rows"])
        self._count_attempt(work / f"attempts-{part:06d}", part)
        options = self.settings["job"]["options"]
        fails, asks_unknown = options["on_bad"] == "fail", options["unknown"]
        remarks = Remarks()
        mistakes: list[str] = []
        answers: list[Rows] = []
        images = 0
        models = self._open()
        with closing(
            answer(models, read_plan(work, part), fails, workers=1, tta=options["tta"], asks_unknown=asks_unknown)
        ) as blocks:
            for block in blocks:
                remarks.add(block)
                mistakes += filter(None, block.mistakes)
                images += len(block.inputs)
                if block.probabilities is not None:
                    answers.append(block.rows())
        facts = {"rows": images, "bad": len(mistakes), "mistakes": mistakes, "remarks": remarks.to_values()}
        if not (fails and mistakes):
            self._write(path, models[0].contract.labels, options, answers)
            facts["digest"] = digest_file(path)
        write_json(facts_path, facts)
        return images

    def _open(self) -> list[Classifier]:
        if not self._models:
            paths = [Path(path) for path in self.settings["models"]]
            models = [open_model(path, Namespace()) for path in paths]
            found = describe_models(Namespace(), paths, models)
            if found != self.settings["job"]["models"]:
                raise errors.PromiseError(
                    f"Expected each worker to have the models and runtime that the job was begun with. "
                    f"Received: {', '.join(str(path) for path in paths)} with {found[0]['runtime']}."
                )
            self._models = models
        return self._models

    def _count_attempt(self, path: Path, part: int) -> None:
        attempts = int(path.read_text(encoding="utf-8")) if path.exists() else 0
        if attempts >= ATTEMPTS_MAXIMUM:
            raise errors.EnvironmentFault(
                f"Expected part {part} to be answered. Received: a worker that died, {attempts} times. "
                "Is there enough memory? Asked again, the command goes on."
            )
        write_text(path, str(attempts + 1))

    def _write(self, path: Path, labels: Sequence[str], options: Mapping[str, Any], answers: Sequence[Rows]) -> None:
        if path.suffix == ".parquet":
            from data_io.parquet_answers import write_answers

            with replacing(path) as temporary:
                write_answers(temporary, labels, options["top"], answers)
            return
        with writing(str(path), CsvForm(labels, options["top"], options["unknown"])) as write:
            for rows in answers:
                write(rows)


def facts_of(folder: Path, part: int) -> Path:
    """Return where it is said what a part came to."""
    return folder / WORK / name_part(part, ".json")


def read_facts(folder: Path, part: int) -> dict[str, Any]:
    """Return rows, bad rows, mistakes, remarks and, unless it was not written, the digest of a part."""
    facts: dict[str, Any] = json.loads(facts_of(folder, part).read_text(encoding="utf-8"))
    return facts
