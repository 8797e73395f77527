"""Answers written as they come: CSV or JSON, into a file that is there whole or not at all, or on stdout."""

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

import errors
from data_io.files import replacing
from data_io.tables import ID_COLUMN, LABEL_COLUMN

PROBABILITY_DIGITS = 9  # float32 has 7 to 9 significant decimal digits; 9 give the same float32 back
UNKNOWN_COLUMN = "unknown"
UNKNOWN_DIGITS = 4  # it is interpolated between hundredths
STDOUT = "-"


@dataclass(frozen=True)
class Rows:
    """N answers in the order of the images: `probabilities` are float64 (N, K); a row of `bad` has none.

    `unknown` is float64 (N,), for the column of that name.
    """

    ids: Sequence[str]
    probabilities: NDArray[np.float64]
    bad: Sequence[bool]
    unknown: NDArray[np.float64] | None = None

    def given(self) -> list[int | None]:
        """Return the place of each row's greatest probability, the first one on a tie; None for a bad row."""
        places = self.probabilities.argmax(axis=1).tolist()
        return [None if is_bad else place for place, is_bad in zip(places, self.bad, strict=True)]


class Form(Protocol):
    """How answers are written as text."""

    def begin(self) -> str:
        """Return what stands before the first row."""
        ...

    def rows(self, rows: Rows) -> str:
        """Return the text of some rows."""
        ...

    def end(self) -> str:
        """Return what stands after the last row."""
        ...


class CsvForm:
    """`image_id,label,probability_<label>…`, or with `top` `image_id,label,rank_1_label,rank_1_probability,…`.

    With `has_unknown` a column `unknown` is the last. A bad row has an id and empty fields.
    """

    def __init__(self, labels: Sequence[str], top: int | None = None, has_unknown: bool = False) -> None:
        self.labels = labels
        self.top = top
        self.has_unknown = has_unknown

    def begin(self) -> str:
        """Return the header."""
        if self.top is None:
            columns = [f"probability_{label}" for label in self.labels]
        else:
            columns = [f"rank_{rank}_{what}" for rank in range(1, self.top + 1) for what in ("label", "probability")]
        return _to_csv([[ID_COLUMN, LABEL_COLUMN, *columns, *[UNKNOWN_COLUMN] * self.has_unknown]])

    def rows(self, rows: Rows) -> str:
        """Return a line for each row."""
        lines = []
        ranks = None if self.top is None else rank(rows.probabilities, self.top)
        for place, (image_id, given) in enumerate(zip(rows.ids, rows.given(), strict=True)):
            values = rows.probabilities[place].tolist()
            if ranks is None:
                fields = [_write(value) for value in values]
            else:
                fields = [text for each in ranks[place] for text in (self.labels[each], _write(values[each]))]
            label = "" if given is None else self.labels[given]
            if self.has_unknown:
                fields.append(f"{share_of(rows, place):.{UNKNOWN_DIGITS}f}")
            lines.append([writable(image_id), label, *(fields if given is not None else [""] * len(fields))])
        return _to_csv(lines)

    def end(self) -> str:
        """Return nothing."""
        return ""


class JsonForm:
    """A list of objects with image_id, label and probabilities by label, or with `top` a list of the likeliest.

    With `has_unknown` there is a number `unknown` too. A bad row has null for all.
    """

    def __init__(self, labels: Sequence[str], top: int | None = None, has_unknown: bool = False) -> None:
        self.labels = labels
        self.top = top
        self.has_unknown = has_unknown
        self._is_first = True

    def begin(self) -> str:
        """Open the list."""
        return "["

    def rows(self, rows: Rows) -> str:
        """Return a line for each row."""
        texts = []
        for place, (image_id, given) in enumerate(zip(rows.ids, rows.given(), strict=True)):
            answer = {ID_COLUMN: writable(image_id), LABEL_COLUMN: None if given is None else self.labels[given]}
            values = rows.probabilities[place].tolist()
            weighed = self._weigh(values, given)
            if self.has_unknown:
                weighed[UNKNOWN_COLUMN] = None if given is None else share_of(rows, place)
            texts.append(json.dumps({**answer, **weighed}, ensure_ascii=False, allow_nan=False))
        text = "".join(f"{'' if self._is_first and not place else ','}\n{line}" for place, line in enumerate(texts))
        self._is_first = self._is_first and not texts
        return text

    def end(self) -> str:
        """Close the list."""
        return "\n]\n"

    def _weigh(self, values: list[float], given: int | None) -> dict[str, object]:
        weights = [(label, float(_write(value))) for label, value in zip(self.labels, values, strict=True)]
        if self.top is None:
            return {"probabilities": None if given is None else dict(weights)}
        likeliest = [weights[each] for each in rank(np.array([values]), self.top)[0]]
        named = [{"label": label, "probability": weight} for label, weight in likeliest]
        return {"top": None if given is None else named}


def share_of(rows: Rows, place: int) -> float:
    """Return how unlike the known images a row's image is. The rows have to have it."""
    assert rows.unknown is not None
    return round(float(rows.unknown[place]), UNKNOWN_DIGITS)


def rank(probabilities: NDArray[np.float64], top: int) -> list[list[int]]:
    """Return for each row of (N, K) the places of its `top` greatest, the greatest first, on a tie the lower place."""
    order: list[list[int]] = np.argsort(-probabilities, axis=1, kind="stable")[:, :top].tolist()
    return order


@contextmanager
def writing(out: str, form: Form) -> Iterator[Callable[[Rows], None]]:
    """Yield `write(rows)`. A file appears at `out` when the block ends well; stdout (`-`) gets the rows as they come.

    Raises EnvironmentFault for what cannot be written, BrokenPipeError when nobody reads stdout any more.
    """
    if out == STDOUT:
        _show(form.begin())
        yield lambda rows: _show(form.rows(rows))
        _show(form.end())
        return
    with replacing(Path(out)) as temporary, temporary.open("wb") as file:
        file.write(form.begin().encode())
        yield lambda rows: _ignore(file.write(form.rows(rows).encode()))
        file.write(form.end().encode())


def _show(text: str) -> None:
    """Write to stdout at once, past its buffer, which Python would write again when it ends."""
    sys.stdout.flush()
    left = text.encode()
    try:
        while left:
            left = left[os.write(sys.stdout.fileno(), left) :]
    except BrokenPipeError:
        raise
    except OSError as error:
        raise errors.EnvironmentFault(
            f"Expected to write the answers to stdout. Received: {error.strerror}. Name a file with --out."
        ) from error


def _ignore(count: int) -> None:
    """Take what `write` returns."""


def _to_csv(lines: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def _write(probability: float) -> str:
    return f"{probability:.{PROBABILITY_DIGITS}g}"


def writable(image_id: str) -> str:
    """Return an id as it can be written in UTF-8: bytes of a name that are not, as `\\udcXX`."""
    return image_id.encode("utf-8", "backslashreplace").decode()
