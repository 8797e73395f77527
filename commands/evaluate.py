"""`run.py evaluate RUN`: judge a finished run's network again, on any backend and any data folder."""

from argparse import Namespace

import backends
from commands.steps.data import find_data, open_data
from commands.steps.judging import write_judgement
from commands.steps.networks import load_network, load_recipe
from commands.steps.progress import counting
from commands.steps.startup import start_keras
from data_io.run_folder import check_writable, create_run_folder, describe_hardware, read_manifest, write_manifest
from reports.scores import describe


def run(args: Namespace) -> None:
    """Write `RUN/evaluations/<split>-<digest of its data>/`; its metrics.json holds no times, so it repeats."""
    recipe = load_recipe(args.run)
    check_writable(args.run)
    root = find_data(args.data)
    cached = open_data(args, root, recipe, [args.split]).splits[args.split]
    if cached.digest != read_manifest(args.run)["data_digests"][args.split]:
        print(f"data: {root} holds other {args.split} images than the run was made with")

    start_keras()  # takes 4 to 8 s: after the checks
    from keras_models.device import find_device
    from keras_models.inference import predict_logits

    device = find_device(args.device)
    print(f"device: {device}", flush=True)
    model = load_network(args.run, recipe)
    with counting(f"predicting {args.split} images", len(cached.images)) as advance:
        logits = predict_logits(model, cached.images, recipe.training.batch_size, advance)
    folder = create_run_folder(args.run / "evaluations", f"{args.split}-{cached.digest[:12]}")
    scores = write_judgement(folder, cached, logits, f"{args.run.name}: {args.split}")
    facts = {
        "command": args.command_line,
        "backend": args.backend,
        "device": device,
        "hardware": describe_hardware(device),
        "versions": backends.versions(),
        "data_digests": {args.split: cached.digest},
    }
    write_manifest(folder, facts)
    print("\n".join(describe(scores)))
    print(f"wrote {folder}")
