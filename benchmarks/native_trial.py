"""The plain PyTorch contestant of `bench`: a process that trains, or answers, with the networks of `native.py`.

Training takes the same uint8 batches as ours, made by the same code, in the thread that trains (ours reads them ahead:
0.08 of 4 to 18 CPU ms an image); what the original's own loader cost comes on top, and `bench loader` and `bench job`
measure it.
"""

import dataclasses
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

import errors
from benchmarks.measuring import StepClock, Stopwatch, usable_cores
from benchmarks.native import Cnn, Mlp, to_tensor, train
from benchmarks.pixels import load_pixels
from benchmarks.trials import Trial, shuffled_batches, take_full
from recipes.reading import from_values
from recipes.recipe import Recipe

BLOCK_IMAGES = 64
WARM_BLOCKS = 2


def build_network(recipe: Recipe) -> nn.Module:
    """Return the recipe's network in plain PyTorch, with PyTorch's random first weights."""
    model, size_pixels = recipe.model, recipe.image.size_pixels
    if model.family == "mlp":
        return Mlp(size_pixels, model.classes, model.dense_units, model.dropout_fraction)
    return Cnn(size_pixels, model.classes, model.channels, model.dense_units, model.dropout_fraction)


def find_device(asked: str) -> torch.device:
    """Return the GPU if there is one and it is not forbidden, else the CPU. Raises EnvironmentFault for `gpu` alone."""
    has_gpu = torch.cuda.is_available()
    if asked == "gpu" and not has_gpu:
        raise errors.EnvironmentFault("Expected a GPU for --device gpu. Received: PyTorch finds none.")
    return torch.device("cuda" if asked != "cpu" and has_gpu else "cpu")


def time_training(trial: Trial) -> dict[str, Any]:
    """Time `steps` steps of the original's loop after `warm_steps`."""
    recipe = from_values(trial.recipe)
    device = find_device(trial.device)
    batches = take_full(
        shuffled_batches(recipe, load_pixels(Path(trial.pixels), "train")), trial.warm_steps + trial.steps
    )
    network = build_network(recipe).to(device)
    clock = StepClock(trial.warm_steps, trial.steps)
    if trial.is_compiled:
        from benchmarks.native_compiled import train_compiled

        train_compiled(network, batches, recipe.training.learning_rate, recipe.training.momentum, clock)
    else:
        training = recipe.training
        rates = training.learning_rate, training.momentum, training.drop_every_epochs, training.drop_factor
        train(network, batches, 1, *rates, on_step=lambda _, steps_done: _note(clock, steps_done))
    assert clock.elapsed is not None
    images = clock.steps * recipe.training.batch_size
    return {"images": images, **dataclasses.asdict(clock.elapsed), "device": str(device)}


def _note(clock: StepClock, steps_done: int) -> None:
    clock.step(steps_done)  # the loss has been read, so the device is done


def time_answers(trial: Trial) -> dict[str, Any]:
    """Time the answers to cached images in blocks of 64, after two that do not count."""
    recipe = from_values(trial.recipe)
    device = find_device(trial.device)
    images = load_pixels(Path(trial.pixels), "train").images[: trial.images]
    network = build_network(recipe).to(device).eval()
    with torch.inference_mode():
        for _ in range(WARM_BLOCKS):
            network(to_tensor(np.asarray(images[:BLOCK_IMAGES]), device)).cpu()
        watch = Stopwatch()
        answered = 0
        for start in range(0, len(images), BLOCK_IMAGES):
            block = np.asarray(images[start : start + BLOCK_IMAGES])
            answered += len(network(to_tensor(block, device)).cpu().numpy())
    return {"images": answered, **dataclasses.asdict(watch.elapsed()), "device": str(device)}


def time_files(trial: Trial) -> dict[str, Any]:
    """Time the answers to PNG files, read as a loop would that anybody would write first; imports do not count."""
    recipe = from_values(trial.recipe)
    device = find_device(trial.device)
    side = recipe.image.size_pixels
    paths = sorted(Path(trial.data).rglob("*.png"))
    network = build_network(recipe).to(device).eval()
    watch = Stopwatch()
    answered = 0
    with torch.inference_mode():
        for start in range(0, len(paths), BLOCK_IMAGES):
            images = []
            for path in paths[start : start + BLOCK_IMAGES]:
                with Image.open(path) as opened:
                    images.append(np.asarray(opened.convert("RGB").resize((side, side), Image.Resampling.BILINEAR)))
            answered += len(torch.softmax(network(to_tensor(np.stack(images), device)), 1).cpu().numpy())
    return {"images": answered, **dataclasses.asdict(watch.elapsed()), "device": str(device)}


KINDS = {"train": time_training, "answer": time_answers, "files": time_files}


def main(path: str) -> None:
    """Do the trial whose file is at `path`."""
    trial = Trial.read(Path(path))
    trial.answer({**KINDS[trial.kind](trial), "cores": usable_cores()})


if __name__ == "__main__":
    main(sys.argv[1])
