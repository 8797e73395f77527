"""From images to probabilities, block by block: the same blocks on every machine, so the same figures to the byte."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from threading import Lock

import numpy as np
from numpy.typing import NDArray

import errors
from commands.steps.answers.averaging import mean_probabilities, mean_unknown
from data_io.answers import Rows
from data_io.images import ANSWERED_FORMATS, MAXIMUM_IMAGE_BYTES, Decoded, decode, decode_content, resize
from data_io.inputs import Input
from keras_models.artefacts.contract import BLOCK_IMAGES, Classifier, Contract

# Decoding and ONNX Runtime release Python's lock. Cores that a batch system gave to others are not ours.
WORKERS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
AHEAD_BLOCKS_PER_WORKER = 2  # 3 MB each at 128 px: enough that no thread waits, whatever the number of images
Decode = Callable[[Input], Decoded]


@dataclass(frozen=True)
class Block:
    """Up to BLOCK_IMAGES images in the order of the input.

    `probabilities` are float64 (N, K), None when the answers had been stopped before; `mistakes` has a message for
    each image that could not be read, else None, and such a row's probabilities mean nothing. `findings` are what
    is said of an image, with its id. `images` are, where they are kept, uint8 (at least N, size, size, 3) for each size
    that a model has. `unknown` is float64 (N,), where it was asked for, how unlike the known images each is.
    """

    inputs: Sequence[Input]
    probabilities: NDArray[np.float64] | None
    mistakes: Sequence[str | None]
    findings: Sequence[tuple[str, str]]
    formats: Sequence[str]
    modes: Sequence[str]
    images: Mapping[int, NDArray[np.uint8]] = field(default_factory=dict)
    unknown: NDArray[np.float64] | None = None

    def rows(self) -> Rows:
        """Return the answers as they are written. The block has to have probabilities."""
        assert self.probabilities is not None
        ids = [asked.image_id for asked in self.inputs]
        return Rows(ids, self.probabilities, [mistake is not None for mistake in self.mistakes], self.unknown)


def decode_input(asked: Input) -> Decoded:
    """Decode an image of a format that is answered. Raises ValueError as `data_io.images.decode` does."""
    if asked.content is None:
        return decode(asked.path, ANSWERED_FORMATS)
    if len(asked.content) > MAXIMUM_IMAGE_BYTES:
        raise ValueError(f"{len(asked.content):,} bytes, more than {MAXIMUM_IMAGE_BYTES:,}")
    return decode_content(asked.content, ANSWERED_FORMATS)


def answer(
    models: Sequence[Classifier],
    inputs: Iterable[Input],
    fails: bool,
    read: Decode = decode_input,
    keeps_images: bool = False,
    workers: int = WORKERS,
    tta: str | None = None,
    asks_unknown: bool = False,
) -> Generator[Block, None, None]:
    """Yield blocks in order, read in threads. With `fails` no model is run from the first block with a bad image on.

    `workers` is the number of threads. Models that can be (`answers_in_threads`) are run in the same threads, others in
    the caller's. `tta` is a set of views that answers are averaged over; with `asks_unknown` blocks say how unlike the
    known images theirs are, for which models need energies. Memory does not grow with the number of images. Raises
    DivergedError for logits that are not finite, and what `inputs` raise.
    """
    contracts = [model.contract for model in models]
    in_threads = all(getattr(model, "answers_in_threads", False) for model in models)
    stop = _Stop()
    blocks = iter(inputs)
    waiting: deque[tuple[int, Future[_Pixels]]] = deque()
    pool = ThreadPoolExecutor(workers)

    def work(place: int, block: Sequence[Input]) -> _Pixels:
        pixels = _read(block, contracts, read)
        if fails and any(pixels.mistakes):
            stop.at(place)
        if in_threads and place < stop.place:
            pixels.infer(models, keeps_images, tta, asks_unknown)
        return pixels

    def finish() -> Block:
        place, future = waiting.popleft()
        pixels = future.result()
        if not in_threads and place < stop.place:
            pixels.infer(models, keeps_images, tta, asks_unknown)
        return pixels.as_block(place < stop.place)

    fault: errors.DataError | None = None
    try:
        for place in count():
            try:
                block = list(islice(blocks, BLOCK_IMAGES))
            except errors.DataError as error:  # what was asked before it is still answered
                fault = error
                break
            if not block:
                break
            waiting.append((place, pool.submit(partial(work, place, block))))
            if len(waiting) > AHEAD_BLOCKS_PER_WORKER * workers:
                yield finish()
        while waiting:
            yield finish()
        if fault is not None:
            raise fault
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Stop:
    """The first block with a bad image: those before it are answered, whichever thread is faster."""

    def __init__(self) -> None:
        self.place = float("inf")
        self._lock = Lock()

    def at(self, place: int) -> None:
        with self._lock:
            self.place = min(self.place, place)


class _Pixels:
    """A block between decoding and answering: uint8 (BLOCK_IMAGES, size, size, 3) for each size that a model has."""

    def __init__(self, inputs: Sequence[Input], sizes: Sequence[int]) -> None:
        self.inputs = inputs
        # Black, so that a bad image keeps its place and the last block is full.
        self.images = {size: np.zeros((BLOCK_IMAGES, size, size, 3), np.uint8) for size in set(sizes)}
        self.mistakes: list[str | None] = []
        self.findings: list[tuple[str, str]] = []
        self.formats: list[str] = []
        self.modes: list[str] = []
        self.weights: NDArray[np.float64] | None = None
        self.unknown: NDArray[np.float64] | None = None

    def infer(self, models: Sequence[Classifier], keeps_images: bool, tta: str | None, asks_unknown: bool) -> None:
        if asks_unknown:
            weights, unknown = mean_unknown(models, self.images, tta)
            self.unknown = unknown[: len(self.inputs)]
        else:
            weights = mean_probabilities(models, self.images, tta)
        self.weights = weights[: len(self.inputs)]
        if not keeps_images:
            self.images = {}

    def as_block(self, is_answered: bool) -> Block:
        weights = self.weights if is_answered else None
        said = self.mistakes, self.findings, self.formats, self.modes
        return Block(self.inputs, weights, *said, self.images, self.unknown)


def _read(block: Sequence[Input], contracts: Sequence[Contract], read: Decode) -> _Pixels:
    pixels = _Pixels(block, [contract.size_pixels for contract in contracts])
    for place, asked in enumerate(block):
        if asked.mistake is not None:
            pixels.mistakes.append(asked.mistake)
            continue
        try:
            decoded = read(asked)
        except ValueError as error:
            pixels.mistakes.append(asked.describe(str(error)))
            continue
        pixels.mistakes.append(None)
        for size, images in pixels.images.items():
            images[place] = resize(decoded.image, size)
        resizings = {contract.describe_resizing(*decoded.image.size) for contract in contracts}
        notices = [*decoded.notices, *sorted(filter(None, resizings))]
        pixels.findings.extend((notice, asked.image_id) for notice in notices)
        pixels.formats.append(decoded.format)
        pixels.modes.append(decoded.mode)
    return pixels
