"""The documents are code: their commands parse, their tables are those of the results."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from benchmarks.documents import DOCUMENTS, fill, path_to_root
from commands.arguments.parser import build_parser
from recipes.reading import recipe_names

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def commands(text: str) -> list[str]:
    whole = text.replace("\\\n", " ")  # a line that goes on
    found = re.findall(r"^ *(?:KERAS_BACKEND=\w+ )?python run\.py.*$", whole, re.MULTILINE)
    return [line.split("#")[0].strip() for line in found]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_command_of_a_document_parses(path: Path) -> None:
    for command in commands(path.read_text(encoding="utf-8")):
        words = shlex.split(command)
        words = words[words.index("run.py") + 1 :]
        args = build_parser().parse_args(words or ["train"])
        if getattr(args, "recipe", None):
            assert args.recipe in recipe_names()


def test_the_readme_shows_commands() -> None:
    assert len(commands(README)) >= 6


def test_the_readme_has_two_set_up_lines() -> None:
    lines = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert [line.split(" && ")[-1] for line in lines] == [".venv/bin/python run.py", ".venv/bin/python -m pytest"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_tables_of_a_document_are_those_of_the_results(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == fill(text, path_to_root(path))


def test_the_tree_of_the_readme_is_the_tree_of_the_folder() -> None:
    block = README.split("## The folder")[1].split("```")[1]
    named = {line.split()[0].rstrip("/") for line in block.strip().splitlines()}
    unnamed = {"LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml", "constraints.txt"}
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    kept = {line.partition("/")[0] for line in listed.splitlines() if not line.startswith(".")}
    assert named == kept - unnamed
