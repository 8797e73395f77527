"""`run.py predict MODEL INPUT...`: say of images which generator made them, as CSV, JSON or a submission."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import errors
from commands.steps.answers.answering import WORKERS, Block, answer
from commands.steps.answers.options import check_engine, check_top
from commands.steps.answers.remarks import Remarks, describe_bad, say
from commands.steps.answers.sharding import ShardInputs, describe_job
from commands.steps.contracts import check_energies, check_gives_all, check_same_labels
from commands.steps.models import open_model
from commands.steps.progress import counting
from commands.steps.streams import leave
from data_io.answer_parts import write_part_manifest
from data_io.answers import STDOUT, CsvForm, Form, JsonForm, writing
from data_io.inputs import Inputs
from data_io.mistakes import Mistakes
from data_io.owned_files import check_replaceable
from data_io.regular_files import is_same_file
from data_io.run_folder import check_writable, find_folds
from data_io.submissions import Submission
from keras_models.artefacts.contract import Classifier

if TYPE_CHECKING:
    from commands.steps.answers.explaining import Explanations

FORMS: dict[str, type[CsvForm] | type[JsonForm]] = {".csv": CsvForm, ".json": JsonForm}
Take = Callable[[Block], None]


def run(args: Namespace) -> None:
    """Write the answers; nothing but answers goes to stdout, and no file appears if an image is bad or missing.

    With `--on-bad fail` and stdout the rows of the blocks before the first bad image have been written by then, and so
    have their pictures of `--explain`.
    """
    if args.merge is not None:
        from commands.steps.answers.merging import merge

        return merge(args)
    check_engine(args)
    if args.engine == "ray":
        from commands.steps.answers.scoring import score

        return score(args)
    _check_options(args)
    inputs = Inputs(args.inputs, args.images, sys.stdin.buffer)
    submission = Submission(args.submission) if args.submission else None
    paths = [each for path in (args.model, *args.others) for each in find_folds(path) or [path]]
    models = [open_model(path, args) for path in paths]
    check_same_labels(paths, [model.contract for model in models])
    if submission:
        check_gives_all(paths, [model.contract for model in models])
    if args.unknown:
        check_energies(paths, [model.contract for model in models])
    labels = models[0].contract.labels
    check_top(args.top, labels)
    shard = ShardInputs(inputs, *args.shard) if args.shard else None
    remarks, mistakes = Remarks(), Mistakes()
    fails = args.on_bad == "fail"
    done = 0
    try:
        with (
            _taking(args, labels, submission) as take,
            _showing_progress(args.out, inputs.count) as advance,
            closing(
                answer(
                    models,
                    shard or inputs,
                    fails,
                    keeps_images=args.explain is not None,
                    workers=args.workers or WORKERS,
                    tta=args.tta,
                    asks_unknown=args.unknown,
                )
            ) as blocks,
        ):
            explanations = _open_explanations(args, models, advance)
            for block in _blocks_until_fault(blocks, mistakes if fails else None):
                remarks.add(block)
                for mistake in filter(None, block.mistakes):
                    mistakes.add(mistake)
                if block.probabilities is not None:
                    take(block)
                done += len(block.inputs)
                if explanations and block.probabilities is not None:
                    explanations.add(block)
                else:
                    advance(len(block.inputs))
            if fails and mistakes.count:
                raise errors.DataError(mistakes.close())
            if not (shard.all.images if shard else done):
                raise errors.DataError("Expected at least one image. Received: no paths on stdin.")
    except BrokenPipeError:
        leave(sys.stdout)  # whoever read the rows has seen enough, as in `| head`
        return
    finally:
        say([*inputs.notices, *remarks.describe()])
    if submission:
        say(submission.notices)
        for warning in submission.warnings:
            print(f"warning: {warning}", file=sys.stderr)
    if mistakes.count:
        say([*mistakes.close(), describe_bad(mistakes.count, done)])
    if shard:
        job = describe_job(args, paths, models, shard.all)
        write_part_manifest(Path(args.out), job, shard.shard, shard.shards, done, mistakes.count)
    if args.out != STDOUT:
        print(f"wrote {args.out}: {len(submission.ids) if submission else done:,} rows", file=sys.stderr)
    if explanations:
        print(f"wrote {args.explain}: {explanations.written:,} pictures", file=sys.stderr)


def _check_options(args: Namespace) -> None:
    if args.out != STDOUT:
        out = Path(args.out)
        if out.suffix not in FORMS:
            raise errors.UsageError(f"Expected --out to name a .csv or .json file, or -. Received: {args.out}.")
        read = [Path(argument) for argument in args.inputs if argument != STDOUT]
        for path in (*read, *([args.submission] if args.submission else [])):
            if is_same_file(out, path):
                raise errors.UsageError(f"Expected --out to name another file than what is read. Received: {out}.")
        try:
            is_folder = out.is_dir()
        except OSError as error:  # a name that is too long
            raise errors.UsageError(f"Expected --out to name a file. Received: {error.strerror}.") from error
        if is_folder:
            raise errors.UsageError(f"Expected --out to name a file. Received: {out}, a folder.")
        check_replaceable(out)
        check_writable(out.parent)
    if args.explain:
        from commands.steps.answers.explaining import check_folder

        check_folder(args.explain)
    if args.submission and (Path(args.out).suffix != ".csv" or args.top is not None or args.unknown):
        others = ("" if args.top is None else f" --top {args.top}") + " --unknown" * args.unknown
        raise errors.UsageError(
            "Expected --submission with --out FILE.csv and without --top or --unknown. "
            f"Received: --out {args.out}{others}."
        )


def _open_explanations(
    args: Namespace, models: Sequence[Classifier], advance: Callable[[int], None]
) -> "Explanations | None":
    if not args.explain:
        return None
    from commands.steps.answers.explaining import Explanations  # matplotlib, half a second

    return Explanations(args.explain, models, advance)


@contextmanager
def _taking(args: Namespace, labels: tuple[str, ...], submission: Submission | None) -> Iterator[Take]:
    """Yield what takes blocks to where they are wanted; what they come to is written when the block ends well."""
    if submission is not None:
        sample = submission
        yield lambda block: _fill(sample, block, labels)
        sample.write(Path(args.out), labels)
        return
    form: Form = FORMS.get(Path(args.out).suffix, CsvForm)(labels, args.top, args.unknown)
    with writing(args.out, form) as write:
        yield lambda block: write(block.rows())


def _fill(submission: Submission, block: Block, labels: tuple[str, ...]) -> None:
    for asked, given in zip(block.inputs, block.rows().given(), strict=True):
        if given is not None:
            submission.give(asked, labels[given])


def _blocks_until_fault(blocks: Iterator[Block], mistakes: Mistakes | None) -> Iterator[Block]:
    """With `mistakes`, a folder or CSV that cannot be read to its end is one more of them."""
    try:
        yield from blocks
    except errors.DataError as error:
        if mistakes is None:
            raise
        for message in error.messages:
            mistakes.add(message)


@contextmanager
def _showing_progress(out: str, total: int | None) -> Iterator[Callable[[int], None]]:
    if out == STDOUT and sys.stdout.isatty():  # a bar between the rows could not be read
        yield lambda count: None
        return
    with counting("answering images", total) as advance:
        yield advance
