"""What an audit found, as plain values: a severity, a kind, a sentence, and the images it is about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)
# Copies of training images among the images that are to judge the training: errors only for who asks for it.
LEAK = "leak"


@dataclass(frozen=True)
class Place:
    """One image: its split, the line of its CSV, its id, its label (None in test) and its file from the data folder."""

    split: str
    row: int
    id: str
    label: int | None
    file: str

    def as_dict(self) -> dict[str, Any]:
        """Return the place as JSON has it."""
        return {"split": self.split, "row": self.row, "id": self.id, "label": self.label, "file": self.file}


@dataclass(frozen=True)
class Finding:
    """One finding. `places` is empty when it is about no image, `split`, `row` and `file` when about none of these."""

    severity: str
    kind: str
    message: str
    places: tuple[Place, ...] = ()
    split: str | None = None
    row: int | None = None
    file: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as JSON has it: the first image's split, row, id, label and file, then the others."""
        first = self.places[0].as_dict() if self.places else {"split": self.split, "row": self.row, "id": None}
        return {
            "label": None,
            "file": self.file,
            **first,
            "severity": self.severity,
            "kind": self.kind,
            "message": self.message,
            "others": [place.as_dict() for place in self.places[1:]],
        }


def escalate_leaks(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings with leaks as errors, in the order of `sort_findings`."""
    return sort_findings([replace(found, severity=ERROR) if found.kind == LEAK else found for found in findings])


def sort_findings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return errors, then warnings, then notes, each in the order given."""
    return tuple(sorted(findings, key=lambda found: SEVERITIES.index(found.severity)))
