"""The three lines that docs/training.md gives to a notebook."""

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "training.md"


def test_the_notebook_lines_of_the_page_give_a_network_that_answers() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = (block for block in blocks if "keras_models" in block)
    assert sum(bool(line) for line in block.splitlines()) == 3
    names: dict[str, object] = {}
    exec(block, names)  # our own page
    model = names["model"]
    assert model.predict_on_batch(np.zeros((1, 128, 128, 3), np.uint8)).shape == (1, 5)  # type: ignore[attr-defined]
