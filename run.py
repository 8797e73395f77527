"""Which generator made this image? The command line: parse, choose the backend, dispatch. Imports no framework."""

import importlib
import shlex
import signal
import sys
from typing import NoReturn

import backends
import errors
from commands.arguments.parser import build_parser
from commands.steps.startup import recorded_backend, recorded_device, use_backend
from commands.steps.stopping import Terminated
from commands.steps.streams import open_closed_streams, outliving_readers

# Verbs that always import Keras, so need a backend chosen first; `export` and `predict` choose by what they are given.
BACKEND_VERBS = ("train", "evaluate", "reproduce")


def _terminate(*_: object) -> NoReturn:
    raise Terminated


def main(arguments: list[str]) -> int:
    """Run one command line; return the exit code. A user's mistake is one line each on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a C locale cannot print "±"
    with outliving_readers():
        return _dispatch(arguments)


def _dispatch(arguments: list[str]) -> int:
    has_verb = bool(arguments) and (not arguments[0].startswith("-") or arguments[0] in ("-h", "--help"))
    try:
        args = build_parser().parse_args(arguments if has_verb else ["train", *arguments])
        args.command_line = shlex.join(["python", "run.py", *arguments])
        if args.verb in BACKEND_VERBS:
            run = args.resume if args.verb == "train" else args.run
            if args.verb != "evaluate" and args.device == "auto":  # what goes on or is repeated does so where it was
                args.device = recorded_device(run)
            use_backend(args, recorded_backend(run))
        importlib.import_module(f"commands.{args.verb}").run(args)
    except errors.ProgramError as error:
        for message in error.messages:
            print(f"error: {errors.one_line(message)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt as stop:
        terminated = isinstance(stop, Terminated)
        print(f"error: stopped by {'SIGTERM' if terminated else 'SIGINT'}", file=sys.stderr)
        return 143 if terminated else 130
    return 0


if __name__ == "__main__":
    open_closed_streams()
    backends.restart_with_huge_pages()
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main(sys.argv[1:]))
