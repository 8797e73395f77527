"""Training on several devices or in several processes: who meets whom, who writes the run, who may go on."""

import json
import os
import shutil
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

import errors
from commands.steps.startup import holding_stderr
from data_io.checkpoint_writing import CheckpointWriter
from data_io.checkpoints import FOLDER, LAST
from data_io.files import digest_file

SHARED_FACTS = ("recipe_digest", "source_digest", "data_digests", "versions", "devices", "processes")


def check_options(args: Namespace) -> None:
    """Raise UsageError for options of parallel training that do not fit together."""
    place = {"--process-id": args.process_id, "--coordinator": args.coordinator}
    if args.processes == 1:
        given = [name for name, value in place.items() if value is not None]
        if given:
            raise errors.UsageError(f"Expected --processes with {' and '.join(given)}. Received: none.")
    else:
        missing = [name for name, value in place.items() if value is None]
        if missing:
            raise errors.UsageError(f"Expected {' and '.join(missing)} with --processes. Received: none.")
        if args.process_id >= args.processes:
            raise errors.UsageError(
                f"Expected a --process-id from 0 to {args.processes - 1}. Received: {args.process_id}."
            )
        host, _, port = args.coordinator.rpartition(":")
        if not host or not port.isdecimal():
            raise errors.UsageError(f"Expected --coordinator HOST:PORT. Received: {args.coordinator!r}.")
    if args.processes > 1 and args.on_nan == "rewind":
        raise errors.UsageError(
            "Expected --on-nan stop with --processes, since the kept state is with process 0 alone. Received: rewind."
        )
    if is_parallel(args) and args.loader == "tf.data":
        raise errors.UsageError("Expected --loader pydataset with several devices or processes. Received: tf.data.")


def is_parallel(args: Namespace) -> bool:
    """Tell whether several devices train together."""
    return bool(args.devices * args.processes > 1)


def writes_run(args: Namespace) -> bool:
    """Tell whether this process leaves the run folder: process 0, or the only one."""
    return not args.process_id


def join(args: Namespace) -> None:
    """Meet the other processes, if there are any. Call before Keras is imported. Raises EnvironmentFault."""
    if args.processes > 1:
        with holding_stderr():  # a line of the network library per connection
            from keras_models.joining import join

            join(args.coordinator, args.processes, args.process_id)


def check_joined(args: Namespace, facts: Mapping[str, Any]) -> None:
    """Raise EnvironmentFault where devices lack, UsageError where processes would train different things."""
    if not is_parallel(args):
        return
    from keras_models.parallel import check_devices

    check_devices(args.devices)
    print(f"parallel: processes {args.processes}, devices in each {args.devices}")
    if args.processes > 1:
        from keras_models.joining import check_equal

        kept = args.resume / FOLDER / LAST if args.resume else None
        state = digest_file(kept) if kept is not None and kept.exists() else ""
        check_equal(json.dumps([*(facts[name] for name in SHARED_FACTS), state], sort_keys=True))


def part(args: Namespace) -> None:
    """Wait for the other processes, if there are any, to have trained too."""
    if args.processes > 1:
        from keras_models.joining import part

        part()


def training_together(args: Namespace) -> AbstractContextManager[None]:
    """Return a block in which what is built is trained on all devices together."""
    if not is_parallel(args):
        return nullcontext()
    from keras_models.parallel import training_together

    return training_together(args.devices)


@contextmanager
def following(begun: Path | None) -> Iterator[Path]:
    """Give a process that does not write the run a folder that goes away, and silence on stdout.

    It begins with the last kept state of the run `begun`, if that is given.
    """
    with (
        TemporaryDirectory(prefix="following-") as name,
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),
    ):
        folder = Path(name)
        if begun is not None and (begun / FOLDER / LAST).exists():
            (folder / FOLDER).mkdir()
            shutil.copyfile(begun / FOLDER / LAST, folder / FOLDER / LAST)
        yield folder


class NoWriter(CheckpointWriter):
    """Takes checkpoints and keeps none: process 0 has the same."""

    def write(
        self,
        arrays: Mapping[str, NDArray[np.generic]],
        values: Mapping[str, Any],
        is_best: bool,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Check, and forget."""
        check()
        self._spare.append(arrays)
