"""What a trained network leaves in its run folder: itself, its scores, its answers, pictures and the manifest."""

import time
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from commands.steps.judging import write_calibration, write_judgement
from commands.steps.keeping import Progress
from commands.steps.leaving_out import write_unknown
from commands.steps.progress import counting
from commands.steps.reporting.writing import write_report
from commands.steps.startup import holding_stderr
from data_io.arrangement import UNKNOWN
from data_io.checkpoint_writing import CheckpointWriter
from data_io.files import replacing, write_bytes
from data_io.history import write_history
from data_io.opening import OpenData
from data_io.predictions import write_submission
from data_io.run_folder import HISTORY, MODEL, write_manifest
from recipes.recipe import Recipe
from reports.figures import draw_curves, encode_png
from reports.scores import Scores, describe, given_labels

if TYPE_CHECKING:
    import keras


def finish_run(
    args: Namespace,
    recipe: Recipe,
    data: OpenData,
    run: Path,
    model: "keras.Model",
    progress: Progress,
    facts: Mapping[str, Any],
    begun_seconds: float,
    writer: CheckpointWriter,
) -> tuple[Scores, float]:
    """Write everything that follows from the trained network; return its scores and the minutes that the run took."""
    from keras_models.building import digest_weights
    from keras_models.inference import predict_logits
    from keras_models.saving import save_model

    def predict(name: str) -> NDArray[np.float32]:
        images = data.splits[name].images
        with counting(f"predicting {name} images", len(images)) as advance:
            return predict_logits(model, images, recipe.training.batch_size, advance)

    with replacing(run / MODEL) as temporary, holding_stderr():
        save_model(model, temporary)  # first of all: what follows can be done again from it
    title = f"{recipe.name} on {args.backend}, seed {recipe.seed}"
    logits = predict("validation")
    scores = write_judgement(run, data.splits["validation"], logits, f"{title}: validation")
    calibration = write_calibration(run, data.splits["validation"], logits)
    write_history(run / HISTORY, progress.history)
    write_bytes(run / "curves.png", encode_png(draw_curves(progress.history, title)))
    notes = [calibration.describe()]
    if recipe.data.leave_out >= 0:  # it cannot give each label, so there is no submission
        notes.append(write_unknown(run, recipe, data, logits, predict(UNKNOWN), title))
    else:
        given = given_labels(predict("test"))
        write_submission(run / "submission.csv", data.submission_ids, data.splits["test"].split.ids, given)
    minutes = (progress.spent_seconds + time.monotonic() - begun_seconds) / 60
    writer.wait()  # a run is finished when all of it is on the disk
    write_manifest(
        run,
        {
            **facts,
            "weights_digest": digest_weights(model),
            "rewinds": progress.rewinds,
            "saves": progress.saves,
            "saving_seconds": progress.saving_seconds,
            "minutes": minutes,
        },
    )
    print("\n".join([*describe(scores), *notes]))
    print(f"{minutes:.1f} minutes; wrote {run}")
    print(f"report: {write_report(run)}")  # the run is finished: this can be written again
    return scores, minutes
