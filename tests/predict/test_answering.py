"""Blocks of images to probabilities: in order, padded alike, in bounded memory. The models are fakes, without Keras."""

import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import errors
from commands.steps.answers import answering
from commands.steps.answers.answering import Block, answer
from commands.steps.answers.remarks import Remarks
from data_io.images import Decoded
from data_io.inputs import Input
from keras_models.artefacts.contract import Contract

GREY = Image.new("RGB", (16, 16), (8, 8, 8))


@dataclass
class Fake:
    """Its logits are the first pixel's red and green; it remembers in which thread it saw what."""

    contract: Contract
    answers_in_threads: bool = True
    batches: list[NDArray[np.uint8]] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.batches.append(images[:, 0, 0].copy())
        self.threads.add(threading.get_ident())
        assert images.shape == (64, self.contract.size_pixels, self.contract.size_pixels, 3)
        return images[:, 0, 0, :2].astype(np.float32)


def fake(size_pixels: int = 16, temperature: float = 1.0, in_threads: bool = True) -> Fake:
    nothing: dict[str, str] = {}
    contract = Contract(
        "fake", "cnn", "torch", ("0", "1"), size_pixels, "r", "s", temperature, "a", "b", nothing, nothing
    )
    return Fake(contract, in_threads)


def asked(count: int) -> list[Input]:
    return [Input(str(number), Path(str(number)), str(number)) for number in range(count)]


def reading(*bad: int, delay_seconds: Callable[[int], float] = lambda number: 0.0) -> Callable[[Input], Decoded]:
    """Return what reads an image of the colour of its number, or refuses it."""

    def read(image: Input) -> Decoded:
        number = int(image.image_id)
        time.sleep(delay_seconds(number))
        if number in bad:
            raise ValueError("bad")
        return Decoded(Image.new("RGB", (16, 16), (number % 250, 3, 0)), "PNG", "RGB", ())

    return read


@pytest.mark.parametrize("in_threads", [True, False])
def test_blocks_come_in_order_whichever_thread_is_faster(in_threads: bool) -> None:
    model = fake(in_threads=in_threads)
    read = reading(delay_seconds=lambda number: 0.02 if number in (0, 128) else 0.0)
    blocks = list(answer([model], asked(300), fails=False, read=read))
    assert [image.image_id for block in blocks for image in block.inputs] == [str(number) for number in range(300)]
    assert [len(block.inputs) for block in blocks] == [64, 64, 64, 64, 44]
    for block in blocks:
        assert block.probabilities is not None
        for image, row in zip(block.inputs, block.probabilities, strict=True):
            number = int(image.image_id) % 250
            np.testing.assert_allclose(row, [1 / (1 + np.exp(3.0 - number)), 1 / (1 + np.exp(number - 3.0))])


def test_a_model_that_is_not_made_for_threads_is_called_in_one() -> None:
    model = fake(in_threads=False)
    list(answer([model], asked(640), fails=False, read=reading()))
    assert model.threads == {threading.get_ident()}


def test_a_bad_image_is_black_and_moves_nobody_and_the_last_block_is_filled_with_black() -> None:
    model = fake(in_threads=False)
    first, second = answer([model], asked(70), fails=False, read=reading(2, 65))
    assert [place for place, mistake in enumerate(first.mistakes) if mistake] == [2]
    assert first.mistakes[2] == "Expected to read the image 2. Received: bad."
    assert [place for place, mistake in enumerate(second.mistakes) if mistake] == [1]
    assert model.batches[0][:4].tolist() == [[0, 3, 0], [1, 3, 0], [0, 0, 0], [3, 3, 0]]
    assert model.batches[1][:7].tolist() == [
        [64, 3, 0], [0, 0, 0], [66, 3, 0], [67, 3, 0], [68, 3, 0], [69, 3, 0], [0, 0, 0],
    ]  # fmt: skip
    assert not model.batches[1][6:].any()
    assert second.probabilities is not None and second.probabilities.shape == (6, 2)


@pytest.mark.parametrize("in_threads", [True, False])
def test_after_a_bad_image_nothing_is_answered_but_all_is_read(in_threads: bool) -> None:
    model = fake(in_threads=in_threads)
    read = reading(130, 200, 600, delay_seconds=lambda number: 0.05 if number == 0 else 0.0)
    blocks = list(answer([model], asked(640), fails=True, read=read))
    assert [block.probabilities is not None for block in blocks] == [True, True] + [False] * 8
    assert sum(mistake is not None for block in blocks for mistake in block.mistakes) == 3


def test_each_model_sees_its_own_size_and_probabilities_are_averaged() -> None:
    models = [fake(16), fake(32, temperature=2.0)]
    colour = Image.new("RGB", (20, 20), (4, 2, 0))
    (block,) = answer(models, asked(1), fails=True, read=lambda image: Decoded(colour, "PNG", "RGB", ()))
    # softmax(4, 2) and softmax(2, 1): 1 / (1 + e^-2) = 0.880797 and 1 / (1 + e^-1) = 0.731059
    assert block.probabilities is not None
    np.testing.assert_allclose(block.probabilities, [[0.805928, 0.194072]], atol=1e-6)


def test_logits_that_are_not_finite_are_an_error() -> None:
    model = fake()
    model.logits = lambda images: np.full((64, 2), np.nan, np.float32)  # type: ignore[method-assign]
    with pytest.raises(errors.DivergedError):
        list(answer([model], asked(1), fails=False, read=reading()))


def test_what_was_asked_before_a_fault_of_the_inputs_is_answered_first() -> None:
    def faulty() -> Iterator[Input]:
        yield from asked(100)
        raise errors.DataError("fault")

    blocks: list[Block] = []
    with pytest.raises(errors.DataError, match="fault"):
        blocks.extend(answer([fake()], faulty(), fails=False, read=reading()))
    blocks.clear()
    with pytest.raises(errors.DataError, match="fault"):
        for block in answer([fake()], faulty(), fails=False, read=reading()):
            blocks.append(block)
    assert [len(block.inputs) for block in blocks] == [64]


def test_a_hundred_thousand_images_take_the_memory_of_some_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless() -> Iterator[Input]:
        yield from (Input(str(number), Path("x"), str(number)) for number in range(100_000))

    decoded = Decoded(GREY, "PNG", "RGB", ("a notice",))
    pixels = np.asarray(GREY)
    monkeypatch.setattr(answering, "resize", lambda image, size_pixels: pixels)
    remarks, count, peaks = Remarks(), 0, []
    model = fake()
    model.logits = lambda images: np.zeros((64, 2), np.float32)  # type: ignore[method-assign]
    tracemalloc.start()
    try:
        for block in answer([model], endless(), fails=False, read=lambda image: decoded):
            count += len(block.inputs)
            remarks.add(block)
            if count % 32_000 == 0:
                peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert count == 100_000
    # A block is 64 x 16 x 16 x 3 = 49 kB of pixels; all of them would be 77 MB.
    assert max(peaks) < 4_000_000
    assert peaks[-1] < peaks[0] + 500_000
    assert remarks.describe() == ["100,000 images with a notice: 0, 1, 2, …"]


def test_what_was_done_to_images_is_counted() -> None:
    remarks = Remarks()
    remarks.add(Block(asked(2), None, [None] * 2, [("EXIF data", "a\n.png")], ["PNG", "JPEG"], ["RGB", "L"]))
    remarks.add(Block(asked(1), None, [None], [], ["JPEG"], ["RGB"]))
    assert remarks.describe() == [
        r"1 image with EXIF data: a\n.png",
        "image formats JPEG 2, PNG 1; models are trained on PNG, unless --allow-format was given",
        "image modes RGB 2, L 1",
    ]
    plain = Remarks()
    plain.add(Block(asked(1), None, [None], [], ["PNG"], ["RGB"]))
    assert plain.describe() == []
