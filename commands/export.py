"""`run.py export RUN`: write a finished run in formats for other programs, and prove that each file agrees with it."""

import time
from argparse import Namespace

import numpy as np

import errors
from commands.steps.contracts import contract_of
from commands.steps.exports.exporting import Reference, check_packages, prove, write_formats
from commands.steps.exports.folder import FINISHED, check_target, finish_artefact, place, save_images, temporary_folder
from commands.steps.exports.proofs import list_artefacts, show
from commands.steps.exports.proving import TOLERANCE
from commands.steps.exports.trial_images import TrialImages, find_trial_images
from commands.steps.exports.writing import FILES
from commands.steps.networks import load_network, load_recipe
from commands.steps.progress import counting
from commands.steps.startup import start_keras, use_backend
from data_io.files import write_json
from data_io.run_folder import MODEL, check_digest, check_writable, describe_hardware, read_commit, read_manifest
from keras_models.artefacts.contract import BLOCK_IMAGES
from recipes.recipe import Recipe

REPORT = "report.json"


def run(args: Namespace) -> None:
    """Write `RUN/export/` (`export-2`, … if that is taken), or `--out`, which must not hold anything.

    Raises the errors of the formats that were refused at the end; the others are there then.
    """
    begun_seconds = time.monotonic()
    formats = list(FILES) if args.format == "all" else [args.format]
    recipe, manifest = load_recipe(args.run), read_manifest(args.run)
    contract_of(args.run, recipe, manifest)
    check_digest(args.run, MODEL)
    check_packages(formats)
    check_target(args.out)
    parent = args.out.resolve().parent if args.out else args.run
    check_writable(parent)
    use_backend(args, manifest["backend"])
    trial = find_trial_images(args, recipe)
    device, reference = _answer(args, recipe, trial)
    proofs = []
    with temporary_folder(parent) as work:
        images = save_images(trial.images, work)
        print(f"writing {' and '.join(FILES[format] for format in formats)} under tensorflow", flush=True)
        refused = write_formats(args.run, formats, work)
        for format in [format for format in formats if format not in refused]:
            print(f"trying {FILES[format]} on {len(trial.images):,} {trial.kind} images", flush=True)
            try:
                proofs.append(prove(format, work, images, reference))
                finish_artefact(format, work)
            except errors.ProgramError as error:
                refused[format] = error
        if proofs:
            facts = {
                "run": args.run.resolve().name,
                "recipe": recipe.name,
                "family": recipe.model.family,
                "trained_with": manifest["backend"],
                "reference": {"backend": args.backend, "device": device},
                "images": trial.kind,
                "data_digest": trial.digest,
                "tolerance": TOLERANCE,
                "commit": read_commit(),
                "hardware": describe_hardware("cpu"),
                "seconds": time.monotonic() - begun_seconds,
            }
            write_json(work / FINISHED / REPORT, {**facts, "artefacts": list_artefacts(proofs, refused)})
            target = place(work, args.out, parent)
            show(proofs)
            print(f"wrote {target} in {time.monotonic() - begun_seconds:.0f} s")
    if refused:
        name = args.run.resolve().name
        messages = [
            f"Expected {FILES[format]} to be made and to answer as {name} does. Received: {error}. It was deleted."
            for format, error in ((format, refused[format]) for format in formats if format in refused)
        ]
        raise type(next(iter(refused.values())))(messages)


def _answer(args: Namespace, recipe: Recipe, trial: TrialImages) -> tuple[str, Reference]:
    """Return the device and what the run's own network says of all images, on the backend that was chosen."""
    start_keras()  # takes 4 to 8 s: after the checks
    from keras_models.device import find_device, forbid_reduced_precision
    from keras_models.inference import predict_logits

    device = find_device(args.device)
    forbid_reduced_precision()  # on a GPU: TF32 is 1e-3 off, and files are held to 1e-5
    print(f"device: {device}", flush=True)
    network = load_network(args.run, recipe)
    with counting(f"predicting {trial.kind} images", len(trial.images)) as advance:
        logits = predict_logits(network, trial.images, BLOCK_IMAGES, advance)
    if not np.isfinite(logits).all():
        raise errors.PromiseError(
            f"Expected finite logits of {args.run}. Received: {np.count_nonzero(~np.isfinite(logits)):,} that are not."
        )
    return device, Reference(trial.images, trial.labels, logits)
