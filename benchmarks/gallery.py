"""The gallery of `docs/`, drawn from sample data alone: `python -m benchmarks.gallery RUN [RUN]`.

The first run's page is shown with heat maps, both are compared, and the images of each drawn generator are laid out.
Runs on other images than the drawn ones are refused: a competition's images have no licence to be shown.
"""

import argparse
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

import errors
from data_io.cache import digest_split
from data_io.files import write_bytes, write_text
from data_io.folder import read_data_folder
from data_io.images import decode
from data_io.run_folder import METRICS, check_digest, read_manifest
from data_io.sample import draw_sample
from data_io.splits import Split

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "docs" / "gallery"
IMAGES, SEED, CLASSES = 2000, 0, 5  # as `run.py` draws them when there is no data
SHOWN_PER_CLASS = 8
MOST_BYTES = 600_000  # of all that is committed
GAP_PIXELS = 4
PICTURES = ("curves", "confusion_matrix")  # of the first run


def lay_out(split: Split) -> bytes:
    """Return a WebP with a row of the first images of each class."""
    assert split.labels is not None
    rows = []
    for label in range(CLASSES):
        places = np.flatnonzero(split.labels == label)[:SHOWN_PER_CLASS]
        images = [np.asarray(decode(split.paths[place]).image) for place in places]
        rows.append(np.concatenate([np.pad(one, ((0, GAP_PIXELS), (0, GAP_PIXELS), (0, 0))) for one in images], axis=1))
    return encode_webp(Image.fromarray(np.concatenate(rows)))


def encode_webp(image: Image.Image) -> bytes:
    """Return an image as WebP, a quarter of the PNG."""
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "WEBP", quality=80)
    return buffer.getvalue()


def check_run(run: Path, digest: str) -> None:
    """Raise DataError for a run that judged other images than those with the digest."""
    if json.loads(check_digest(run, METRICS).read_text(encoding="utf-8"))["data_digest"] != digest:
        raise errors.DataError(f"Expected {run} to be of the drawn sample data. Received: a run on other images.")


def write_pages(runs: Sequence[Path], data: Path, folder: Path) -> None:
    """Write the page of the first run and, of several, that of the comparison, as a user would."""
    first = ["report", runs[0], "--data", data, "--explain", "--out", folder / "report.html"]
    both = ["report", *runs, "--out", folder / "comparison.html"]
    for words in [first, both] if len(runs) > 1 else [first]:
        subprocess.run([sys.executable, ROOT / "run.py", *map(str, words)], cwd=ROOT, check=True)


def main(arguments: list[str]) -> None:
    """Write docs/gallery.md and docs/gallery/. Raises DataError for a run that is not of the sample data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gallery", description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="runs on sample data that run.py drew")
    args = parser.parse_args(arguments)
    GALLERY.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary) / "sample"
        draw_sample(data, IMAGES, SEED, lambda count: None)
        split = read_data_folder(data, CLASSES, ("validation",)).splits["validation"]
        digest = digest_split(split)
        for run in args.runs:
            check_run(run, digest)
        write_bytes(GALLERY / "classes.webp", lay_out(split))
        write_pages(args.runs, data, GALLERY)
    for name in PICTURES:
        with Image.open(check_digest(args.runs[0], f"{name}.png")) as picture:
            write_bytes(GALLERY / f"{name}.webp", encode_webp(picture))
    write_text(ROOT / "docs" / "gallery.md", describe(args.runs))
    size = sum(path.stat().st_size for path in GALLERY.iterdir())
    print(f"wrote {GALLERY}: {size:,} bytes")
    if size > MOST_BYTES:
        raise errors.PromiseError(f"Expected at most {MOST_BYTES:,} bytes in {GALLERY}. Received: {size:,}.")


def describe(runs: Sequence[Path]) -> str:
    """Return the page that holds the gallery together, as Markdown."""
    metrics = json.loads(check_digest(runs[0], METRICS).read_text(encoding="utf-8"))
    manifest = read_manifest(runs[0])
    compared = (
        "\n- [gallery/comparison.html](gallery/comparison.html): runs side by side, and whether they differ by more "
        "than noise."
        if len(runs) > 1
        else ""
    )
    return f"""# Gallery

Everything here was drawn by this program: the images are its sample data ({IMAGES:,} images, seed {SEED}), never the
competition's. `python -m benchmarks.gallery RUN RUN` writes it.

Open these in a browser; they are single files that need no network:

- [gallery/report.html](gallery/report.html): the page of a run, with heat maps.{compared}

## The drawn generators

A row for each of the {CLASSES} classes. They draw the same kinds of things; each leaves its own fingerprint, as
generators of images do.

![A row of {SHOWN_PER_CLASS} drawn images for each of the {CLASSES} classes](gallery/classes.webp)

## A run on them

`{manifest["command"]}`, on {manifest["backend"]}: {100 * metrics["accuracy"]:.2f} ±
{100 * metrics["accuracy_standard_error"]:.2f} % of {metrics["images"]:,} validation images.

![Loss and accuracy of train and validation over the epochs](gallery/curves.webp)

![Confusion matrix: images of each true and given label](gallery/confusion_matrix.webp)
"""


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except errors.ProgramError as error:
        sys.exit("\n".join(f"error: {message}" for message in error.messages))
