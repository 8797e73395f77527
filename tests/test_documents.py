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


def test_every_link_of_a_document_leads_to_a_file_and_a_heading() -> None:
    anchors = {path: {anchor(line) for line in headings(path)} for path in PAGES}
    for path in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", path.read_text(encoding="utf-8")):
            file, _, heading = target.partition("#")
            to = (path.parent / file).resolve() if file else path
            assert to.exists(), f"{path.name}: {target}"
            assert not heading or heading in anchors[to], f"{path.name}: {target}"


def headings(path: Path) -> list[str]:
    without_code = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+ (.+)$", without_code, re.MULTILINE)


def anchor(heading: str) -> str:
    """Return what GitHub makes of a heading: small letters, spaces as hyphens, of other signs none but - and _."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_tree_of_the_readme_is_the_tree_of_the_folder() -> None:
    block = README.split("## The folder")[1].split("```")[1]
    named = {line.split()[0].rstrip("/") for line in block.strip().splitlines()}
    unnamed = {"LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml", "constraints.txt"}
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    kept = {line.partition("/")[0] for line in listed.splitlines() if not line.startswith(".")}
    assert named == kept - unnamed
