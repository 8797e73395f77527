"""The options of the verbs that train and judge runs."""

from argparse import ArgumentParser
from pathlib import Path

from commands.arguments.groups import (
    OF_A_RUN,
    add_averaging_options,
    add_backend_options,
    add_data_options,
    count,
    positive_number,
    whole_number,
)

LOADERS = ("pydataset", "tf.data")
ON_NAN = ("stop", "rewind")
RUNS = "runs"


def add_train(train: ArgumentParser) -> None:
    """Add the options of `train`."""
    train.add_argument(
        "recipe",
        nargs="?",
        metavar="RECIPE",
        help="a name in recipes/ or a .toml file (default: cnn; quick on sample data)",
    )
    add_data_options(train)
    add_backend_options(train)
    _add_parallel_options(train)
    train.add_argument("--seed", type=whole_number, help="instead of the recipe's")
    train.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a recipe value, as training.epochs=2"
    )
    train.add_argument(
        "--folds", type=count, metavar="K", help="K networks, each judged on a share of all labelled images: 2 to 20"
    )
    train.add_argument(
        "--leave-out", type=whole_number, metavar="LABEL", help="train without a class; is it told from the others?"
    )
    train.add_argument("--loader", choices=LOADERS, help=f"who reads the batches ({LOADERS[0]})")
    train.add_argument("--out", type=Path, metavar="DIR", help=f"parent of run folders ({RUNS})")
    train.add_argument("--resume", type=Path, metavar="RUN", help="go on with a run that was interrupted")
    train.add_argument(
        "--force", action="store_true", help="resume even if data, recipe, versions or code have changed"
    )
    train.add_argument(
        "--time-limit", type=positive_number, metavar="MINUTES", help="then keep the state and end, to be resumed"
    )
    train.add_argument(
        "--on-nan",
        choices=ON_NAN,
        help="rewind: back to the last kept state with half the learning rate, at most 3 times (stop)",
    )
    train.add_argument(
        "--tensorboard", action="store_true", help="event files into the run's folder tensorboard, an entry an epoch"
    )
    train.add_argument("--check", action="store_true", help="exit 6 unless the recipe's claim is met")


def _add_parallel_options(train: ArgumentParser) -> None:
    train.add_argument(
        "--devices", type=count, default=1, metavar="N", help="train on N of this process's devices together: jax (1)"
    )
    train.add_argument(
        "--processes", type=count, default=1, metavar="P", help="of P processes that run this command together: jax (1)"
    )
    train.add_argument(
        "--process-id", type=whole_number, metavar="I", help="which one this is, from 0; 0 writes the run"
    )
    train.add_argument("--coordinator", metavar="HOST:PORT", help="where process 0 waits for the others")


def add_evaluate(evaluate: ArgumentParser) -> None:
    """Add the options of `evaluate`."""
    evaluate.add_argument("run", type=Path, metavar="RUN", help="a run folder")
    evaluate.add_argument("--split", choices=("train", "validation"), default="validation", help="(validation)")
    add_averaging_options(evaluate)
    evaluate.add_argument(
        "--robustness", action="store_true", help="the same of damaged images: JPEG, blur, noise, resized, cropped"
    )
    evaluate.add_argument("--images", type=count, metavar="N", help="damage N images of the split alone (all)")
    add_data_options(evaluate, OF_A_RUN)
    add_backend_options(evaluate)


def add_reproduce(reproduce: ArgumentParser) -> None:
    """Add the options of `reproduce`."""
    reproduce.add_argument("run", type=Path, metavar="RUN", help="a finished run folder")
    reproduce.add_argument("--out", type=Path, metavar="DIR", help="parent of the new run folder (RUN's own)")
    add_data_options(reproduce, OF_A_RUN)
    add_backend_options(reproduce)
