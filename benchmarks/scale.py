"""One answer from one process, from shards, and from Ray: the same bytes? `python -m benchmarks.scale MODEL.onnx`.

First with the model that is given, on drawn images that each have many names; then with a network that does next to
nothing, on small images, so that a million rows take minutes: there it is memory that is asked for.
"""

import argparse
import dataclasses
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import backends
from benchmarks.folders import make_folder
from benchmarks.process_tree import Peaks, watch_command
from benchmarks.small_network import write_small_network
from data_io.files import digest_file, write_json
from data_io.run_folder import describe_hardware, read_commit
from data_io.sample import draw_sample

ROOT = Path(__file__).resolve().parent.parent
WORKER = "ray::MapWorker"
DISTINCT_IMAGES = 400
SMALL_SIDE_PIXELS = 32
MEBIBYTE = 1 << 20
NOTE = (
    "Memory is anonymous (RssAnon), at its most: of the command's own process, of any one worker, and of all its "
    f"processes together, Ray's own among them. {DISTINCT_IMAGES} drawn images have all the names; the small network "
    f"is a linear map of the mean colour of {SMALL_SIDE_PIXELS}-pixel images."
)


class Trials:
    """Runs `predict` as it is, and keeps what it came to."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        self.workers = workers
        self.rows: list[dict[str, Any]] = []

    def predict(self, what: str, images: int, *words: object, may_kill_at: Path | None = None) -> Peaks:
        """Run `predict` and note seconds and peaks; kill a worker once there is the file `may_kill_at`."""
        command = [sys.executable, "run.py", "predict", *map(str, words)]
        peaks = watch_command(command, ROOT, WORKER, lambda: bool(may_kill_at and may_kill_at.exists()))
        self.rows.append({"what": what, "images": images, **dataclasses.asdict(peaks)})
        print(f"{what}, {images:,}: {peaks.seconds:.1f} s, {describe_bytes(peaks)}", file=sys.stderr, flush=True)
        return peaks

    def on_ray(self, what: str, images: int, model: Path, asked: Sequence[object], kill: bool = False) -> Path:
        """Answer on Ray and merge; return the merged file. With `kill`, a worker is killed after the second part."""
        out = self.folder / f"answers-{len(self.rows)}"
        engine = ["--engine", "ray", "--workers", self.workers, "--out", out]
        peaks = self.predict(
            what, images, model, *asked, *engine, may_kill_at=out / "part-000001.csv" if kill else None
        )
        if kill and not peaks.killed:
            raise RuntimeError("all was answered before a worker could be killed: ask for more --images")
        self.predict(f"merge of {what}", images, "--merge", out, "--out", out.with_suffix(".csv"))
        return out.with_suffix(".csv")


def describe_bytes(peaks: Peaks) -> str:
    """Return the peaks in MiB."""
    worker = f", a worker {peaks.worker_bytes / MEBIBYTE:.0f}" if peaks.worker_bytes else ""
    return f"{peaks.own_bytes / MEBIBYTE:.0f} MiB{worker}, all {peaks.tree_bytes / MEBIBYTE:.0f}"


def measure_engines(trials: Trials, model: Path, images: int, shards: int, with_ray: bool) -> dict[str, bool]:
    """Answer `images` drawn images in every way; return for each whether it gave the bytes of one process."""
    source = trials.folder / "source"
    draw_sample(source, 2 * DISTINCT_IMAGES, 0)
    make_folder(source, trials.folder / "data", {"train": images}, DISTINCT_IMAGES)
    asked = trials.folder / "data" / "train"
    whole = trials.folder / "whole.csv"
    trials.predict("one process", images, model, asked, "--out", whole)
    parts = [trials.folder / f"part{shard}.csv" for shard in range(shards)]
    for shard, part in enumerate(parts):
        trials.predict(f"shard {shard}/{shards}", images, model, asked, "--shard", f"{shard}/{shards}", "--out", part)
    merged = {f"{shards} shards, merged": trials.folder / "merged.csv"}
    trials.predict("merge of shards", images, "--merge", *parts, "--out", trials.folder / "merged.csv")
    if with_ray:
        for what, kill in (("Ray", False), ("Ray, a worker killed", True)):
            merged[f"{what}, {trials.workers} workers"] = trials.on_ray(what, images, model, [asked], kill)
    return {what: digest_file(path) == digest_file(whole) for what, path in merged.items()}


def measure_growth(trials: Trials, counts: Sequence[int], with_ray: bool) -> dict[str, bool]:
    """Answer tables of ids of these lengths, which name few small images; return whether Ray gave the same bytes."""
    folder = trials.folder / "small"
    folder.mkdir()
    model = write_small_network(folder / "model.onnx")
    random = np.random.default_rng(0)
    for number in range(DISTINCT_IMAGES):
        pixels = random.integers(0, 256, (SMALL_SIDE_PIXELS, SMALL_SIDE_PIXELS, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:03}.png")
    same = {}
    for count in counts:
        table = folder / f"{count}.csv"
        with table.open("w", encoding="utf-8") as file:
            file.write("image_id\n")
            file.writelines(f"{number % DISTINCT_IMAGES:03}\n" for number in range(count))
        asked = [table, "--images", folder]
        trials.predict("one process, small network", count, model, *asked, "--out", folder / f"whole-{count}.csv")
        if with_ray:
            merged = trials.on_ray("Ray, small network", count, model, asked)
            same[f"Ray, {count:,} rows"] = digest_file(merged) == digest_file(folder / f"whole-{count}.csv")
    return same


def make_figures(rows: Sequence[dict[str, Any]], same: dict[str, bool]) -> list[dict[str, Any]]:
    """Return the rows of the table: whether bytes are equal, then seconds and memory of each way."""
    figures = [
        {"what": f"{what}: byte-identical to one process", "figure": "yes" if is_same else "no", "spread": "", "n": 1}
        for what, is_same in same.items()
    ]
    for row in rows:
        if row["what"].startswith("shard "):
            continue
        memory = describe_bytes(Peaks(*(row[name] for name in ("seconds", "own_bytes", "worker_bytes", "tree_bytes"))))
        what = f"{row['what']}, {row['images']:,} images, from the start of Python on; memory"
        figures.append({"what": what, "figure": f"{row['seconds']:.1f} s", "spread": memory, "n": 1})
    if shards := [row for row in rows if row["what"].startswith("shard ")]:
        spread = f"{min(row['seconds'] for row in shards):.1f} to {max(row['seconds'] for row in shards):.1f} s each"
        total = sum(row["seconds"] for row in shards)
        what = f"{len(shards)} shards one after the other, {shards[0]['images']:,} images"
        figures.append({"what": what, "figure": f"{total:.1f} s", "spread": spread, "n": len(shards)})
    return figures


def main(arguments: list[str]) -> None:
    """Write results/scale.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("model", type=Path, metavar="MODEL.onnx")
    parser.add_argument("--images", type=int, default=20_000, help="(20000)")
    parser.add_argument("--shards", type=int, default=8, help="(8)")
    parser.add_argument("--workers", type=int, default=2, help="of Ray (2)")
    parser.add_argument("--rows", default="10000,100000,1000000", help="lengths of tables (10000,100000,1000000)")
    parser.add_argument("--without-ray", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "scale.json")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        trials = Trials(Path(folder), args.workers)
        same = measure_engines(trials, args.model.resolve(), args.images, args.shards, not args.without_ray)
        same |= measure_growth(trials, [int(count) for count in args.rows.split(",")], not args.without_ray)
    figures = make_figures(trials.rows, same)
    content = {
        "command": shlex.join(["python", "-m", "benchmarks.scale", *arguments]),
        "commit": read_commit(),
        "hardware": describe_hardware("cpu"),
        "versions": backends.versions(),
        "note": NOTE,
        "figures": figures,
        "measured": trials.rows,
    }
    write_json(args.out, content)
    for row in figures:
        print(f"{row['what']}: {row['figure']} {row['spread']}")
    if not all(same.values()):
        raise SystemExit("not byte-identical")


if __name__ == "__main__":
    main(sys.argv[1:])
