"""What a reader should know of images that were answered: counted, not collected."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import errors
from commands.steps.answers.answering import Block
from data_io.images import FORMATS, FORMATS_SEEN

NAMED_IMAGES = 3


class Remarks:
    """Counts what was done to images, and their formats and modes, in constant memory."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._named: dict[str, list[str]] = {}
        self._formats: Counter[str] = Counter()
        self._modes: Counter[str] = Counter()

    def add(self, block: Block) -> None:
        """Count a block's images."""
        self._formats.update(block.formats)
        self._modes.update(block.modes)
        for notice, image_id in block.findings:
            self._counts[notice] += 1
            named = self._named.setdefault(notice, [])
            if len(named) < NAMED_IMAGES:
                named.append(errors.one_line(image_id))

    def to_values(self) -> dict[str, Any]:
        """Return what JSON can hold and `add_values` takes."""
        return {
            "counts": self._counts,
            "named": self._named,
            "formats": self._formats,
            "modes": self._modes,
        }

    def add_values(self, values: Mapping[str, Any]) -> None:
        """Count what another one has counted, of images that come later."""
        self._formats.update(values["formats"])
        self._modes.update(values["modes"])
        self._counts.update(values["counts"])
        for notice, members in values["named"].items():
            named = self._named.setdefault(notice, [])
            named.extend(members[: NAMED_IMAGES - len(named)])

    def describe(self) -> list[str]:
        """Return a line for each thing that was done, and for formats and modes that differ."""
        lines = []
        for notice, members in self._counts.items():
            images = "1 image" if members == 1 else f"{members:,} images"
            lines.append(f"{images} with {notice}: {', '.join(self._named[notice])}{', …' * (members > NAMED_IMAGES)}")
        if set(self._formats) - set(FORMATS):
            lines.append(f"image formats {_list(self._formats)}; {FORMATS_SEEN}")
        if len(self._modes) > 1:
            lines.append(f"image modes {_list(self._modes)}")
        return lines


def say(notices: Sequence[str]) -> None:
    """Print notices on stderr."""
    for notice in notices:
        print(f"notice: {notice}", file=sys.stderr)


def describe_bad(bad: int, images: int) -> str:
    """Return the line about images that have been marked."""
    return f"{bad:,} of {images:,} images could not be read; their rows have no label"


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{value} {number:,}" for value, number in counts.most_common())
