"""Draws sample data: a small stand-in for the competition, in its folder form, for whoever has no data yet.

The question is the competition's: which of five generators made this image? The scenes are the same in all classes;
only the fingerprint differs. One shortcut has to be closed: a fingerprint changes how well a picture compresses, so
that the file size would give the class away. Every picture therefore gets grain, as a camera adds it, of the strength
that takes its file to a size drawn beforehand, from one distribution for all classes.
"""

import io
import os
import shutil
import tempfile
import uuid
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import errors
from data_io.fingerprints import FINGERPRINTS
from data_io.sample_submission import HEADER, SAMPLE_SUBMISSION
from data_io.scenes import draw_scene
from data_io.tables import ID_COLUMN

SIDE_PIXELS = 100
# The crop's place, 0 to 3 pixels each way, gives every phase of the longest pattern (4 pixels) the same share.
MARGIN_PIXELS = 4
IMAGES_MINIMUM = 50

# All five fingerprints reach these sizes: below, busy scenes with a checkerboard are too large even without grain.
SIZE_BYTES = (15_000.0, 20_000.0)
# Grain to begin the search with, by label: the median of what 2,000 images came to.
FIRST_GRAIN_LEVELS = (2.9, 1.1, 0.9, 2.9, 2.5)
GRAIN_LEVELS_MAXIMUM = 24.0
# Twice the grain is one bit more per value, 3,750 bytes of 30,000 values; a little less was measured.
BYTES_PER_DOUBLING = 3_000.0
SIZE_STEPS = 2  # the second lands within some hundred bytes, little beside the 5,000 the sizes are spread over
GRAIN_GREY_FRACTION = 0.7  # of the grain's variance, the same in all three channels, as film has it

THREADS_MAXIMUM = 4  # most of the work holds Python's lock; the pixels do not depend on the number
# Given to the threads at a time. A signal's exception in the middle of handing out work can leave a lock of the pool
# locked, and the end of the pool waits for ever: seen with 80,000 images handed out at once, which takes a second.
CHUNK_IMAGES = 256


def draw_sample(folder: Path, images: int, seed: int, advance: Callable[[int], None] = lambda count: None) -> None:
    """Draws `images` images in all, and their tables, into a folder that is new or empty.

    Validation and test get images // 10 each, train the rest. Image number i (train first, then validation, then
    test) has label i % 5, so that classes differ by one image at most in each split; its pixels and its id are a pure
    function of (seed, i). Rows are sorted by id, which is random. `advance(count)` is called from the calling thread
    as images finish. The folder appears whole or not at all.

    Raises UsageError for fewer than IMAGES_MINIMUM images, a negative seed or a folder that holds something;
    EnvironmentFault for what the operating system refuses.
    """
    if images < IMAGES_MINIMUM:
        raise errors.UsageError(
            f"Expected at least {IMAGES_MINIMUM} sample images. Received: {images}. Ask for more with --images."
        )
    if seed < 0:
        raise errors.UsageError(f"Expected a seed of 0 or more. Received: {seed}.")
    with filling(folder) as temporary:
        held_out = images // 10
        counts = {"train": images - 2 * held_out, "validation": held_out, "test": held_out}
        first = 0
        for split, count in counts.items():
            (temporary / split).mkdir()
            image_ids = draw_split(temporary / split, range(first, first + count), seed, advance)
            labels = {image_id: number % 5 for number, image_id in enumerate(image_ids, start=first)}
            write_tables(temporary, split, dict(sorted(labels.items())))
            first += count


@contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Gives a temporary folder beside `folder` and renames it into place when the block ends well.

    On an exception `folder` is as it was and the temporary one is gone. Raises UsageError where `folder` is a file
    or holds something, EnvironmentFault for what the operating system refuses.
    """
    place = folder.resolve()  # a link to an empty folder stays a link
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        found = "a folder that holds files" if place.is_dir() else "a file"
        raise errors.UsageError(
            f"Expected a new or empty folder for the sample data. Received: {folder}, {found}. Name another one."
        )
    temporary = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        holder = Path(tempfile.mkdtemp(prefix=f".{place.name[:40]}.", dir=place.parent))
        temporary = holder
        # Its child has the usual permissions; mkdtemp's own are 0700, which would lock other users out.
        inner = holder / "sample"
        inner.mkdir()
        yield inner
        if place.exists():
            place.rmdir()  # Windows renames onto nothing that exists; still refuses if something came in meanwhile
        inner.rename(place)
    except OSError as error:
        raise errors.EnvironmentFault(
            f"Expected to write the folder {folder}. Received: {error.strerror or error}. "
            "Free some space or name another folder."
        ) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def draw_split(folder: Path, numbers: range, seed: int, advance: Callable[[int], None]) -> list[str]:
    """Draws the numbered images into the folder as `<image_id>.png` and returns their ids in order."""

    def draw(number: int) -> str:
        image_id, png = draw_image(seed, number)
        (folder / f"{image_id}.png").write_bytes(png)
        return image_id

    pool = ThreadPoolExecutor(min(THREADS_MAXIMUM, os.cpu_count() or 1))
    try:
        image_ids = []
        for start in range(0, len(numbers), CHUNK_IMAGES):
            for image_id in pool.map(draw, numbers[start : start + CHUNK_IMAGES]):
                image_ids.append(image_id)
                advance(1)
        return image_ids
    finally:
        pool.shutdown(wait=True, cancel_futures=True)  # else an interrupted run would draw on to the end


def write_tables(folder: Path, split: str, labels: dict[str, int]) -> None:
    """Writes the split's table; for test, without labels, and a sample submission of zeros beside it."""
    header = ",".join(HEADER) + "\n"
    with_labels = header + "".join(f"{image_id},{label}\n" for image_id, label in labels.items())
    if split != "test":
        (folder / f"{split}.csv").write_bytes(with_labels.encode())
        return
    (folder / "test.csv").write_bytes((f"{ID_COLUMN}\n" + "".join(f"{image_id}\n" for image_id in labels)).encode())
    zeros = header + "".join(f"{image_id},0\n" for image_id in labels)
    (folder / SAMPLE_SUBMISSION).write_bytes(zeros.encode())


def draw_image(seed: int, number: int) -> tuple[str, bytes]:
    """Draws one image with the fingerprint number % 5.

    Returns its id, a version 4 UUID as text, and its PNG: RGB, 8 bits, SIDE_PIXELS square. The random numbers are
    spent alike in all classes, so that a scene never depends on the label.
    """
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
    image_id = str(uuid.UUID(bytes=random.bytes(16), version=4))
    canvas_pixels = SIDE_PIXELS + MARGIN_PIXELS
    scene = draw_scene(random, canvas_pixels)
    grain = draw_grain(random, canvas_pixels)
    top, left = random.integers(MARGIN_PIXELS, size=2)
    wanted_bytes = random.uniform(*SIZE_BYTES)

    label = number % len(FINGERPRINTS)
    levels = FIRST_GRAIN_LEVELS[label] * 2 ** ((wanted_bytes - sum(SIZE_BYTES) / 2) / BYTES_PER_DOUBLING)
    for _ in range(SIZE_STEPS):
        levels = min(levels, GRAIN_LEVELS_MAXIMUM)
        marked = FINGERPRINTS[label](scene + np.float32(levels) * grain)
        png = encode_png(marked[top : top + SIDE_PIXELS, left : left + SIDE_PIXELS])
        levels *= 2 ** ((wanted_bytes - len(png)) / BYTES_PER_DOUBLING)
    return image_id, png


def draw_grain(random: np.random.Generator, size_pixels: int) -> NDArray[np.float32]:
    """Returns normal noise of variance 1, float32 (size_pixels, size_pixels, 3), part grey and part coloured."""
    grey = random.standard_normal((size_pixels, size_pixels, 1), dtype=np.float32)
    coloured = random.standard_normal((size_pixels, size_pixels, 3), dtype=np.float32)
    return np.float32(GRAIN_GREY_FRACTION**0.5) * grey + np.float32((1 - GRAIN_GREY_FRACTION) ** 0.5) * coloured


def encode_png(image: NDArray[np.float32]) -> bytes:
    """Returns the image, float32 (H, W, 3) rounded and clipped to 0 to 255, as PNG without metadata.

    Huffman coding alone: grain has no repetitions to find, so it is as small as level 6 in half the time.
    """
    rounded = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(rounded).save(stream, "PNG", compress_level=1, compress_type=zlib.Z_HUFFMAN_ONLY)
    return stream.getvalue()
