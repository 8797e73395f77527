"""`predict --engine ray`: a folder of answers, part by part, by many workers; asked again, it goes on."""

import json
import shutil
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import closing, redirect_stdout
from pathlib import Path
from typing import Any

import errors
from commands.steps.answers.on_ray import answer_on_ray, check_ray
from commands.steps.answers.options import check_top
from commands.steps.answers.part_answering import SETTINGS, WORK, facts_of, read_facts
from commands.steps.answers.planning import Plan, write_plan
from commands.steps.answers.remarks import Remarks, describe_bad, say
from commands.steps.answers.sharding import describe_job
from commands.steps.contracts import check_energies, check_same_labels
from commands.steps.models import open_model
from commands.steps.progress import counting
from data_io.answer_parts import JOB_MANIFEST, find_difference, name_part
from data_io.files import write_json
from data_io.inputs import Inputs
from data_io.locking import locked
from data_io.mistakes import Mistakes
from data_io.run_folder import check_writable


def score(args: Namespace) -> None:
    """Answer into the folder `--out`; parts that are there from an earlier call with the same command are kept.

    Raises as `predict` does; with `--on-bad fail` the parts without a bad image are kept, and there is no manifest.
    """
    folder, form = Path(args.out), args.form or "csv"
    check_ray()
    paths = [args.model, *args.others]
    for path in paths:
        if path.suffix != ".onnx":
            raise errors.UsageError(
                f"Expected a model.onnx with --engine ray. Received: {path}. "
                "A run becomes one by: python run.py export RUN"
            )
    inputs = Inputs(args.inputs, args.images, sys.stdin.buffer)
    models = [open_model(path, args) for path in paths]
    check_same_labels(paths, [model.contract for model in models])
    if args.unknown:
        check_energies(paths, [model.contract for model in models])
    check_top(args.top, models[0].contract.labels)
    _check_folder(folder)
    with locked(folder):
        (folder / WORK).mkdir(exist_ok=True)
        plan = write_plan(folder / WORK, inputs)
        if not plan.parts:
            raise errors.DataError("Expected at least one image. Received: none.")
        job = describe_job(args, paths, models, plan.inputs)
        _begin(folder, {"job": job, "form": form, "models": [str(path) for path in paths]})
        if (folder / JOB_MANIFEST).exists():
            shutil.rmtree(folder / WORK)
            print(f"nothing to do: {folder} has all {plan.inputs.images:,} rows", file=sys.stderr)
            return
        waiting = [part for part in range(plan.parts) if not _is_done(folder, part, form)]
        if len(waiting) < plan.parts:
            print(f"kept: {plan.parts - len(waiting):,} of {plan.parts:,} parts", file=sys.stderr)
        _answer(args, folder, waiting, plan)
        _finish(args, folder, plan, {"job": job, "form": form})
        say(inputs.notices)


def _check_folder(folder: Path) -> None:
    """Raise UsageError for a folder that holds something else than a job."""
    is_job = (folder / WORK).is_dir() or _is_job_manifest(folder / JOB_MANIFEST)
    if folder.exists() and (not folder.is_dir() or (not is_job and any(folder.iterdir()))):
        raise errors.UsageError(
            f"Expected --out to be a new or empty folder, or that of the same command. Received: {folder}."
        )
    check_writable(folder)


def _is_job_manifest(path: Path) -> bool:
    """Return whether the file is of a job, and not of a run, whose manifest has the same name."""
    try:
        return {"job", "form"} <= set(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return False


def _begin(folder: Path, settings: Mapping[str, Any]) -> None:
    """Write what the workers read. Raises UsageError when the folder has parts of another command."""
    for path in (folder / JOB_MANIFEST, folder / WORK / SETTINGS):
        if not path.exists():
            continue
        begun = json.loads(path.read_text(encoding="utf-8"))
        difference = find_difference(begun["job"], settings["job"])
        if difference or begun["form"] != settings["form"]:
            if path.name == JOB_MANIFEST:  # it was finished: the new plan alone is in there
                shutil.rmtree(folder / WORK)
            raise errors.UsageError(
                f"Expected the command that {folder} was begun with. Received: {difference or 'another --form'}. "
                "Choose another --out."
            )
    write_json(folder / WORK / SETTINGS, settings)
    for path in [*(folder / WORK).glob("attempts-*"), *folder.glob(".part-*")]:  # of workers that were killed
        path.unlink()


def _is_done(folder: Path, part: int, form: str) -> bool:
    return (folder / name_part(part, f".{form}")).exists() and facts_of(folder, part).exists()


def _answer(args: Namespace, folder: Path, waiting: Sequence[int], plan: Plan) -> None:
    """Have the parts answered that are not there. Raises the first error of a worker that is no bad image."""
    if not waiting:
        return
    with (
        redirect_stdout(sys.stderr),  # Ray says on stdout that a worker has died
        counting("answering images", plan.inputs.images) as advance,
        closing(answer_on_ray(folder, waiting, args.workers, args.address)) as answers,
    ):
        for said in answers:
            if "fault" in said:
                raise getattr(errors, said["fault"])(said["messages"])
            advance(said["images"])


def _finish(args: Namespace, folder: Path, plan: Plan, facts: Mapping[str, Any]) -> None:
    remarks, mistakes = Remarks(), Mistakes()
    parts: list[dict[str, Any]] = []
    for part in range(plan.parts):
        found = read_facts(folder, part)
        remarks.add_values(found["remarks"])
        for mistake in found["mistakes"]:
            mistakes.add(mistake)
        parts.append({name: found.get(name) for name in ("rows", "bad", "digest")})
    say(remarks.describe())
    if mistakes.count and args.on_bad == "fail":
        raise errors.DataError(mistakes.close())
    images = sum(part["rows"] for part in parts)
    write_json(folder / JOB_MANIFEST, {**facts, "command": args.command_line, "rows": images, "parts": parts})
    for path in folder.glob(".part-*"):
        path.unlink()
    shutil.rmtree(folder / WORK)
    if mistakes.count:
        say([*mistakes.close(), describe_bad(mistakes.count, images)])
    print(f"wrote {folder}: {images:,} rows in {plan.parts:,} parts", file=sys.stderr)
