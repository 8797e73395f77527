"""`run.py evaluate RUN`: judge a finished run's network again, on any backend and any data folder."""

from argparse import Namespace
from typing import Any

import backends
import errors
from commands.steps.data import find_data, open_data, take_over_data
from commands.steps.ensemble import judge_ensemble, open_ensemble
from commands.steps.judging import write_judgement
from commands.steps.networks import load_network, load_recipe
from commands.steps.progress import counting
from commands.steps.robustness import measure_robustness, write_robustness
from commands.steps.startup import start_keras
from data_io.run_folder import check_writable, create_run_folder, describe_hardware, read_manifest, write_manifest
from reports.scores import describe


def run(args: Namespace) -> None:
    """Write `RUN/evaluations/<split>-<digest of its data>/`; its metrics.json holds no times, so it repeats.

    Raises DataError if the run's data is gone and no other is named.
    """
    if args.images is not None and not args.robustness:
        raise errors.UsageError("Expected --images with --robustness. Received: it alone.")
    recipe = load_recipe(args.run)
    check_writable(args.run)
    if gone := take_over_data(args, args.run):  # other images would be judged, and look like the run's
        raise errors.DataError(
            f"Expected the data that {args.run} was made with at {gone}. Received: no such folder. "
            "Name it, or other images to judge, with --data DIR."
        )
    root = find_data(args.data)
    cached = open_data(args, root, recipe, [args.split]).splits[args.split]
    if cached.digest != read_manifest(args.run)["data_digests"][args.split]:
        print(f"data: {root} holds other {args.split} images than the run was made with")
        if recipe.data.folds:
            print(f"notice: of all its labelled images fold {recipe.data.fold} of {recipe.data.folds} is judged")

    start_keras()  # takes 4 to 8 s: after the checks
    from keras_models.device import find_device
    from keras_models.inference import predict_logits

    device = find_device(args.device)
    print(f"device: {device}", flush=True)
    model = load_network(args.run, recipe)
    ensemble = open_ensemble(args, model, recipe) if args.others or args.tta or args.robustness else None
    name, title = f"{args.split}-{cached.digest[:12]}", f"{args.run.name}: {args.split}"
    parts: dict[str, Any] = {}
    if ensemble and ensemble.averages:
        logits, parts = judge_ensemble(args, root, recipe, cached, ensemble)
        name, title = name + ensemble.suffix(), f"{title}, {ensemble.describe()}"
    else:
        with counting(f"predicting {args.split} images", len(cached.images)) as advance:
            logits = predict_logits(model, cached.images, recipe.training.batch_size, advance)
    damaged = measure_robustness(args, ensemble, cached) if ensemble and args.robustness else None
    folder = create_run_folder(args.run / "evaluations", name)
    scores = write_judgement(folder, cached, logits, title, parts)
    print("\n".join(describe(scores)))
    if damaged:
        write_robustness(folder, damaged, f"{title}, damaged images")
    facts = {
        "command": args.command_line,
        "backend": args.backend,
        "device": device,
        "hardware": describe_hardware(device),
        "versions": backends.versions(),
        "data_digests": {args.split: cached.digest},
    }
    write_manifest(folder, facts)
    print(f"wrote {folder}")
