"""The options of the verbs that lay backends side by side."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

import backends
from commands.arguments.groups import add_data_options, count, positive_number, whole_number

WHAT = ("training", "loader", "prediction", "job", "accuracy", "growth")


def add_compare(compare: ArgumentParser) -> None:
    """Add the options of `compare`."""
    compare.add_argument(
        "recipe",
        nargs="?",
        metavar="RECIPE",
        help="a name in recipes/ or a .toml file (cnn; on sample data a short quick)",
    )
    compare.add_argument("--backends", default=",".join(backends.BACKENDS), metavar="B,B", help="(all three)")
    compare.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="BACKEND=PATH",
        help="run a backend with the Python of another environment",
    )
    compare.add_argument("--device", choices=backends.DEVICES, default="auto", help="(auto)")
    add_data_options(compare)
    compare.add_argument(
        "--seeds",
        type=count,
        default=1,
        metavar="K",
        help="runs per backend (1); 3 can decide on quality, 4 with two backends",
    )
    compare.add_argument("--seed", type=whole_number, help="the first seed, instead of the recipe's")
    compare.add_argument("--images", type=count, metavar="N", help="train on N images drawn by the seed (all)")
    compare.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a recipe value")
    compare.add_argument("--precision", choices=("float32", "bfloat16"), help="of training (the recipe's)")
    compare.add_argument("--threads", type=count, metavar="N", help="threads and cores of each backend (all)")
    compare.add_argument(
        "--time-limit", type=positive_number, default=240.0, metavar="MINUTES", help="of each process (240)"
    )
    compare.add_argument(
        "--tolerance",
        type=positive_number,
        metavar="X",
        help="exit 6 unless all come through with the same start, batches and losses of parity, and logits no more "
        "than X of the largest apart",
    )
    compare.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    compare.add_argument(
        "--out", type=Path, metavar="DIR", help="parent of the folder with figures and pictures (runs)"
    )


def add_bench(bench: ArgumentParser) -> None:
    """Add the options of `bench`."""
    bench.add_argument(
        "what", nargs="*", type=_what, metavar="WHAT", help=f"{', '.join(WHAT)}: what is measured (all of them)"
    )
    bench.add_argument("--quick", action="store_true", help="all of it, small: ten minutes on two cores")
    bench.add_argument("--recipe", metavar="RECIPE", help="a name in recipes/ or a .toml file (cnn, and mlp)")
    bench.add_argument("--backends", default=",".join(backends.BACKENDS), metavar="B,B", help="(all three)")
    bench.add_argument("--device", choices=backends.DEVICES, default="cpu", help="(cpu)")
    add_data_options(bench)
    bench.add_argument(
        "--threads", metavar="N,N", help="numbers of threads, as many cores: the better counts (1,2; 2 with --quick)"
    )
    bench.add_argument("--repeats", type=count, metavar="N", help="rounds in which all take turns (5; 1 with --quick)")
    bench.add_argument(
        "--steps", type=count, metavar="N", help="timed in `training` (40; 8 with --quick): more on a GPU"
    )
    bench.add_argument(
        "--target", type=positive_number, metavar="X", help="validation accuracy to reach (0.887; 0.9 with --quick)"
    )
    bench.add_argument("--seeds", type=count, default=1, metavar="K", help="runs per backend of `accuracy` (1)")
    bench.add_argument(
        "--time-limit", type=positive_number, default=240.0, metavar="MINUTES", help="of each process (240)"
    )
    bench.add_argument("--json", type=Path, metavar="FILE", help="put the parts into this file, and draw it beside")
    bench.add_argument("--out", type=Path, metavar="DIR", help="parent of the folder with figures and logs (runs)")


def _what(text: str) -> str:
    """Read one of WHAT. Raises ArgumentTypeError: `choices` would refuse none at all."""
    if text not in WHAT:
        raise ArgumentTypeError(f"{text!r} is none of {', '.join(WHAT)}")
    return text
