"""The architecture: who may import whom, read from the syntax trees of all files.

    errors <- backends, recipes, data_io, reports, keras_models <- commands <- run.py

`benchmarks` may import all but `commands`, whose verb `bench` may start it.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("benchmarks", "commands", "data_io", "keras_models", "recipes", "reports")
MIDDLE = ("data_io", "keras_models", "recipes", "reports")
FILES = ("backends", "errors", "run")
MAY_IMPORT = {
    "errors": set(),
    "backends": {"errors"},
    **{room: {"errors", room} for room in MIDDLE},
    "commands": {"errors", "backends", *MIDDLE, "benchmarks", "commands"},
    "benchmarks": {"errors", "backends", *MIDDLE, "benchmarks"},
    "run": {"errors", "backends", "commands"},
}
FRAMEWORKS = {"torch", "tensorflow", "jax", "jaxlib", "onnxruntime", "ray"}
# The few files that need a framework's own calls, and why.
FRAMEWORK_FILES = {
    "commands/steps/answers/on_ray.py": {"ray"},
    "commands/steps/sweeping/on_ray.py": {"ray"},
    "keras_models/tf_loader.py": {"tensorflow"},  # tf.data
    "keras_models/device.py": {"torch", "tensorflow", "jax"},  # which devices there are
    **{f"keras_models/{name}.py": {"jax"} for name in ("joining", "parallel")},  # several devices and processes
    "keras_models/batch_statistics.py": {"jax"},  # which compiles nothing by itself
    # The layers that each backend is fast with.
    **{f"keras_models/kernels/on_{backend}.py": {backend} for backend in ("torch", "tensorflow", "jax")},
    "keras_models/artefacts/exporting.py": {"tensorflow"},  # the graph, and the SavedModel's writer
    "keras_models/artefacts/onnx_model.py": {"onnxruntime"},
    "keras_models/artefacts/saved_model.py": {"tensorflow"},
    "keras_models/artefacts/saved_model_scan.py": {"tensorflow"},  # the form of the file
}
# What runs before the backend is chosen.
BEFORE_THE_CHOICE = {
    *("run.py", "backends.py", "errors.py", "commands/steps/startup.py", "commands/steps/stopping.py"),
    *(path.relative_to(ROOT).as_posix() for path in (ROOT / "commands" / "arguments").glob("*.py")),
}
MOST_LINES = 250
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|commons?|helpers?|misc|managers?)($|_)", re.IGNORECASE)


@dataclass(frozen=True)
class Import:
    """One imported module in one file; `loads` is False for an import that only a type checker reads."""

    file: str
    line: int
    module: str
    loads: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"

    @property
    def room(self) -> str:
        return Path(self.file).parts[0].removesuffix(".py")

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]


@cache
def source_files() -> tuple[Path, ...]:
    rooms = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return tuple(sorted([*rooms, *(ROOT / f"{name}.py" for name in FILES)]))


@cache
def module_names() -> frozenset[str]:
    paths = (path.relative_to(ROOT).with_suffix("") for path in source_files())
    return frozenset(".".join(path.parts).removesuffix(".__init__") for path in paths)


def imported_modules(node: ast.AST) -> list[str]:
    """Name the modules that a statement or call imports; `from a import b` is a.b where that is a module of ours."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        ours = [f"{module}.{alias.name}" for alias in node.names if f"{module}.{alias.name}" in module_names()]
        return ours or [module]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in ("import_module", "__import__"):
            return [str(node.args[0].value)]
    return []


def read_imports(tree: ast.AST, file: str, loads: bool = True) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        for module in imported_modules(node):
            yield Import(file, getattr(node, "lineno", 0), module, loads)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from read_imports(ast.Module(node.body, []), file, loads=False)
            yield from read_imports(ast.Module(node.orelse, []), file, loads)
        else:
            yield from read_imports(node, file, loads)


@cache
def imports() -> tuple[Import, ...]:
    return tuple(
        found
        for path in source_files()
        for found in read_imports(ast.parse(path.read_text(encoding="utf-8")), path.relative_to(ROOT).as_posix())
    )


def test_the_reader_of_imports_finds_each_way_of_importing() -> None:
    source = """
import a.b as c
from d import e
from commands import train
if typing.TYPE_CHECKING:
    import f
else:
    import g
def function():
    from h import i
    importlib.import_module("j.k")
    import_module(name)
"""
    found = [(one.line, one.module, one.loads) for one in read_imports(ast.parse(source), "x.py")]
    assert found == [
        (2, "a.b", True),
        (3, "d", True),
        (4, "commands.train", True),
        (6, "f", False),
        (8, "g", True),
        (10, "h", True),
        (11, "j.k", True),
    ]


def test_the_arrows_point_one_way() -> None:
    ours = [found for found in imports() if found.top in MAY_IMPORT]
    assert len(ours) > 50  # the reader sees something
    assert [str(found) for found in ours if found.top not in MAY_IMPORT[found.room]] == []


def test_every_room_and_file_of_the_program_has_its_arrows() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {path.stem for path in ROOT.glob("*.py")}
    assert found - {"tests"} == set(MAY_IMPORT)


def test_imports_are_absolute() -> None:
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}:{node.lineno}"


def test_keras_is_imported_in_keras_models_and_the_benchmarks_alone() -> None:
    keras = [found for found in imports() if found.top == "keras" and found.loads]
    assert keras
    assert {found.room for found in keras} <= {"keras_models", "benchmarks"}
    types_alone = {found.room for found in imports() if found.top == "keras" and not found.loads}
    assert types_alone <= {"commands", "keras_models", "benchmarks"}


def test_frameworks_are_imported_where_their_own_calls_are_needed_alone() -> None:
    for found in imports():
        if found.top in FRAMEWORKS and found.room != "benchmarks":
            assert found.top in FRAMEWORK_FILES.get(found.file, ()), str(found)
        if found.top in FRAMEWORKS and found.room == "benchmarks":
            stem = Path(found.file).stem
            is_native = found.top == "torch" and stem.startswith(("native", "port"))
            assert is_native or (found.top, stem) == ("onnxruntime", "onnx_routes"), str(found)


def test_nothing_heavy_is_imported_before_the_backend_is_chosen() -> None:
    before = {"run.py", "backends.py", "errors.py", "commands/steps/startup.py"}
    before |= {"commands/steps/stopping.py", "commands/steps/streams.py"}
    before |= {path.relative_to(ROOT).as_posix() for path in ROOT.glob("commands/arguments/*.py")}
    for found in imports():
        if found.file in before and found.module != "keras_models.building":  # start_keras, which is called after it
            is_before = f"{found.module.replace('.', '/')}.py" in before or found.module == "commands.arguments"
            assert is_before or found.top in sys.stdlib_module_names, str(found)


def test_no_circle_of_imports() -> None:
    graph: dict[str, set[str]] = {name: set() for name in module_names()}
    for found in imports():
        name = ".".join(Path(found.file).with_suffix("").parts).removesuffix(".__init__")
        if found.loads and found.module in graph:
            graph[name].add(found.module)
    # the graph is not empty
    assert graph["data_io.batches"] == {"data_io.augmentation", "data_io.changes", "data_io.mixing"}
    TopologicalSorter(graph).prepare()  # raises CycleError with the circle


def test_init_files_are_in_every_folder_of_the_rooms_and_empty() -> None:
    for folder in {path.parent for path in source_files() if path.parent != ROOT}:
        assert (folder / "__init__.py").read_bytes() == b"", str(folder)


def test_no_file_is_longer_than_250_lines() -> None:
    paths = [*source_files(), *(ROOT / "tests").rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert {file: lines for file, lines in lengths.items() if lines > MOST_LINES} == {}


@pytest.mark.parametrize("name", ["utils", "image_utils", "util", "helper", "common_types", "misc", "RunManager"])
def test_a_name_that_says_nothing_is_recognised(name: str) -> None:
    assert FORBIDDEN_NAMES.search(to_words(name))


def to_words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def test_no_file_folder_class_or_function_has_a_name_that_says_nothing() -> None:
    for path in source_files():
        relative = path.relative_to(ROOT)
        names = [*relative.with_suffix("").parts]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                names.append(node.name)
        assert [name for name in names if FORBIDDEN_NAMES.search(to_words(name))] == [], str(relative)


def test_the_packages_in_pyproject_are_the_rooms() -> None:
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    packages = {".".join(path.parent.relative_to(ROOT).parts) for path in source_files() if path.stem == "__init__"}
    assert set(tables["packages"]) == packages
    assert set(tables["py-modules"]) == set(FILES)
