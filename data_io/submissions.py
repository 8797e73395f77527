"""A sample submission filled with answers, and checked as the competition would check it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import errors
from data_io.files import replacing
from data_io.inputs import IMAGE_SUFFIXES, Input
from data_io.sample_submission import HEADER, read_sample_submission
from data_io.tables import ID_COLUMN

NAMED_IDS = 3


@dataclass
class Submission:
    """The ids of a sample submission, in its order, and the labels that they have been given so far.

    An image is matched by its id or its file's name, with or without an image's suffix. Memory grows with the sample,
    not with the images.
    """

    sample: Path
    ids: tuple[str, ...] = ()
    notices: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _given: dict[str, tuple[str, str]] = field(default_factory=dict)  # the label, and the image that was given it
    _extra: int = 0
    _named_extra: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the sample. Raises DataError for one that is not exactly image_id,label with each id once."""
        table = read_sample_submission(self.sample)
        if table.mistakes:
            raise errors.DataError(table.mistakes)
        self.ids = tuple(table.frame[ID_COLUMN])
        self._wanted = {_strip(image_id) for image_id in self.ids}

    def give(self, asked: Input, label: str) -> None:
        """Take an answer. Raises DataError when another image has answered for the same id."""
        key = _strip(asked.name)
        if key not in self._wanted:
            self._extra += 1
            if len(self._named_extra) < NAMED_IDS:
                self._named_extra.append(errors.one_line(asked.image_id))
            return
        image = str(asked.path)  # not its id: x.png of two folders is two images
        if key in self._given and self._given[key][1] != image:
            raise errors.DataError(f"Expected one image for the id {key}. Received: {self._given[key][1]} and {image}.")
        self._given[key] = (label, image)

    def write(self, path: Path, labels: Sequence[str]) -> None:
        """Write `image_id,label` with the sample's ids in its order; `notices` and `warnings` then have what is odd.

        Raises DataError when an id has no answer, PromiseError when an answer is no label; then nothing is written.
        """
        missing = [image_id for image_id in self.ids if _strip(image_id) not in self._given]
        if missing:
            named = ", ".join(missing[:NAMED_IDS]) + ", …" * (len(missing) > NAMED_IDS)
            raise errors.DataError(
                f"Expected an answer for each id of {self.sample}. Received: none for {len(missing):,} of "
                f"{len(self.ids):,} ({named}). Nothing was written."
            )
        given = [self._given[_strip(image_id)][0] for image_id in self.ids]
        if unknown := set(given) - set(labels):
            raise errors.PromiseError(
                f"Expected the labels {', '.join(labels)}. Received: {', '.join(sorted(unknown))}."
            )
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            file.write(",".join(HEADER) + "\n")
            # An id is letters, digits and -._, so nothing needs quotes.
            file.writelines(f"{image_id},{label}\n" for image_id, label in zip(self.ids, given, strict=True))
        if self._extra:
            named = ", ".join(self._named_extra) + ", …" * (self._extra > NAMED_IDS)
            images = "1 image is" if self._extra == 1 else f"{self._extra:,} images are"
            self.notices.append(f"{images} not in {self.sample.name}: {named}")
        counts = Counter(given)
        if len(counts) == 1 and len(given) > 1:
            self.warnings.append(f"all {len(given):,} answers are {given[0]}: is this the model that is meant?")


def _strip(name: str) -> str:
    suffix = next((suffix for suffix in IMAGE_SUFFIXES if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)]
