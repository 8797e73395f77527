"""Tables as text in Markdown."""

from collections.abc import Sequence


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows, the titles first, as a table in Markdown, without a line end after it."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines)
