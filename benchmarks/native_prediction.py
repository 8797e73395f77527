"""Answers of the plain PyTorch network from PNG files, as a loop that anybody would write first."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from benchmarks.native import Cnn, to_tensor

SIZE_PIXELS = 128  # of recipes/cnn.toml, as Cnn's other sizes
BLOCK_IMAGES = 64


def build_network() -> Cnn:
    """Return the CNN with random weights, on which its speed does not depend, ready to answer."""
    return Cnn(SIZE_PIXELS).eval()


def predict_natively(network: Cnn, paths: Sequence[Path], threads: int) -> float:
    """Return the seconds that it takes to give each file its probabilities."""
    torch.set_num_threads(threads)
    device = torch.device("cpu")
    begun = time.perf_counter()
    answers = []
    with torch.inference_mode():
        for start in range(0, len(paths), BLOCK_IMAGES):
            images = []
            for path in paths[start : start + BLOCK_IMAGES]:
                with Image.open(path) as opened:
                    resized = opened.convert("RGB").resize((SIZE_PIXELS, SIZE_PIXELS), Image.Resampling.BILINEAR)
                images.append(np.asarray(resized))
            answers.append(torch.softmax(network(to_tensor(np.stack(images), device)), 1).numpy())
    assert sum(map(len, answers)) == len(paths)
    return time.perf_counter() - begun
