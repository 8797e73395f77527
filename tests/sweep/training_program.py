"""Leaves a run folder as `run.py train` does, without Keras; the run of seed 2 fails."""

import sys
from pathlib import Path

from tests.sweep.trainers import Trainers

words = sys.argv[1:]
trainers = Trainers()
if words[words.index("--seed") + 1] == "2":
    trainers.ends = {0: "diverged"}
sys.exit(trainers(words, Path(f"{words[words.index('--out') + 1]}.log")))
