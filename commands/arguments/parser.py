"""The command line's parser. Standard library alone, so that `--help` is quick."""

from commands.arguments import artefacts, comparisons, data, reports, runs, sweeps
from commands.arguments.groups import Parser


def build_parser() -> Parser:
    """Return the parser of all verbs. Each verb is the file of its name in `commands`."""
    parser = Parser(
        prog="run.py",
        description="Which generator made this image? Trains, judges and compares image classifiers on Keras 3.",
        epilog="Without a verb: train, evaluate and submit, on ./data or else on drawn sample data. Exit codes: "
        "0 done, 2 usage or recipe, 3 data, 4 environment, 5 training diverged, 6 a promise not kept, "
        "130 and 143 stopped by SIGINT and SIGTERM.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    runs.add_train(verbs.add_parser("train", help="train, evaluate on validation, and write a submission"))
    runs.add_evaluate(verbs.add_parser("evaluate", help="judge a finished run again"))
    runs.add_reproduce(verbs.add_parser("reproduce", help="run a finished run again and compare"))
    sweeps.add_sweep(verbs.add_parser("sweep", help="many runs, each made once, and one table; or a search"))
    comparisons.add_compare(verbs.add_parser("compare", help="one experiment on every backend: agreement and cost"))
    reports.add_report(verbs.add_parser("report", help="show runs: one page that opens without network"))
    comparisons.add_bench(verbs.add_parser("bench", help="speed, against the original in plain PyTorch"))
    artefacts.add_export(verbs.add_parser("export", help="write a run as ONNX or SavedModel, and prove that it agrees"))
    artefacts.add_predict(verbs.add_parser("predict", help="say of images which generator made them"))
    artefacts.add_serve(verbs.add_parser("serve", help="try a model in the browser, or from a script"))
    data.add_check(
        verbs.add_parser("check", help="audit a data folder: mistakes, copies, leaks, shortcuts to the label")
    )
    data.add_sample(verbs.add_parser("sample", help="draw sample data in the competition's form"))
    return parser
