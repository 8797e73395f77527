"""The loader alone: `python -m benchmarks.loader` writes results/loader.json."""

import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

import backends
from benchmarks.record import RESULTS
from data_io.batches import ShuffledBatches
from data_io.files import write_json
from data_io.run_folder import describe_hardware, read_commit

BATCHES = 100
SIZE_PIXELS = 128
BATCH_SIZE = 64


def anonymous_bytes() -> int:
    """Return this process's anonymous memory (RssAnon, Linux); pages of a mapped file do not count."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def _open(folder: Path, images: int) -> ShuffledBatches:
    path = folder / f"{images}.npy"
    shape = (images, SIZE_PIXELS, SIZE_PIXELS, 3)
    written = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
    generator = np.random.default_rng(0)
    for place in range(images):
        written[place] = generator.integers(0, 256, shape[1:], np.uint8)
    written.flush()
    mapped = np.load(path, mmap_mode="r")
    return ShuffledBatches(mapped, np.zeros(images, np.int32), BATCH_SIZE, 0, 0.5, 15.0)


def main() -> None:
    """Time a cached batch with augmentation on one core, and watch memory from 1,000 to 10,000 images."""
    os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory() as folder:
        grown = []
        for images in (1_000, 10_000):
            batches = _open(Path(folder), images)
            milliseconds = []
            for index in range(batches.steps):
                begun = time.process_time()
                batches.batch(0, index)
                milliseconds.append(1000 * (time.process_time() - begun))
            grown.append(anonymous_bytes())
            del batches
    timed = sorted(milliseconds[:BATCHES])
    growth = (grown[1] - grown[0]) / 2**20
    figures = [
        {
            "what": f"CPU ms for a cached batch of {BATCH_SIZE} at {SIZE_PIXELS} px, flipped and turned, one core",
            "figure": f"{statistics.median(timed):.1f}",
            "spread": f"{timed[len(timed) // 20]:.1f} to {timed[-len(timed) // 20]:.1f} (5th to 95th percentile)",
            "n": len(timed),
        },
        {
            "what": "growth of anonymous memory from reading 1,000 to reading 10,000 images",
            "figure": f"{growth:.1f} MiB",
            "spread": "",
            "n": 1,
        },
    ]
    content = {
        "command": "python -m benchmarks.loader",
        "commit": read_commit(),
        "hardware": describe_hardware("cpu"),
        "versions": backends.versions(),
        "note": "",
        "figures": figures,
    }
    write_json(RESULTS / "loader.json", content)
    print(*(f"{row['what']}: {row['figure']}" for row in figures), sep="\n")


if __name__ == "__main__":
    main()
