"""Where `bench` measures: what all contestants share, and how a child process is run and timed."""

import dataclasses
import json
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import backends
from benchmarks.folders import make_folder
from benchmarks.measuring import DONE, NOT_INSTALLED, Stopwatch, keeping_to_cores, pin_threads
from benchmarks.pixels import save_pixels
from benchmarks.rounds import Entry, Repeat
from benchmarks.trials import Trial
from benchmarks.watching import GOAL
from commands.steps.children import run_child
from commands.steps.data import open_data
from recipes.recipe import Recipe

NATIVE = "native"
KERAS_TRIAL = "commands.steps.measurement.keras_trial"
NATIVE_TRIAL = "benchmarks.native_trial"
# PyTorch as it is installed, without what `backends.HABITS` does for it: memory in pages of 4 kB, and libgomp's own
# default of waiting, which OMP_WAIT_POLICY=PASSIVE would change.
SMALL_PAGES = {backends.HUGE_PAGES: ""}
SPINNING = {"GOMP_SPINCOUNT": "300000"}


@dataclass
class Stand:
    """`data` is the data folder, `work` a folder that is gone in the end, `logs` one that stays."""

    args: Namespace
    data: Path
    work: Path
    logs: Path
    threads: Sequence[int]
    repeats: int
    _numbers: Any = field(default_factory=lambda: count(1))

    @property
    def is_quick(self) -> bool:
        """True for `--quick`."""
        return bool(self.args.quick)

    @property
    def most_threads(self) -> int:
        """What a whole program gets."""
        return max(self.threads)

    def new_folder(self, name: str) -> Path:
        """Return the path of a folder that is not there yet."""
        return self.work / f"{next(self._numbers):04d}-{name}"

    def map_pixels(self, recipe: Recipe) -> Path:
        """Return a folder with the cached train images for `load_pixels`, decoding them if they are not."""
        folder = self.work / f"pixels-{recipe.image.size_pixels}"
        if not folder.is_dir():
            opened = open_data(self.args, self.data, recipe, ("train",))
            folder.mkdir()
            save_pixels(folder, "train", opened.splits["train"])
        return folder

    def write_onnx(self, recipe: Recipe) -> Path:
        """Return the recipe's network as an ONNX file, written under TensorFlow. Raises PromiseError."""
        path = self.work / f"{recipe.name}.onnx"
        if not path.exists():
            trial = Trial("write", str(self.new_folder("write")), dataclasses.asdict(recipe), model=str(path))
            self.run_trial(KERAS_TRIAL, trial, "tensorflow", self.most_threads)
        return path

    def fill_folder(self, name: str, counts: Mapping[str, int], distinct: int | None = None) -> Path:
        """Return a data folder of so many images per split, made of those of `data`."""
        folder = self.work / name
        if not folder.is_dir():
            make_folder(self.data, folder, counts, distinct)
        return folder

    def run_trial(
        self,
        module: str,
        trial: Trial,
        backend: str,
        threads: int,
        variables: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Let a child process do a trial; return its answer, with wall and CPU seconds of the whole process."""
        words = [str(trial.write())]
        with keeping_to_cores(threads):
            whole = self._run(module, words, Path(trial.folder).name, backend, threads, variables or {})
        return {"process": whole, **trial.read_result()}

    def run_program(
        self, words: Sequence[str], backend: str, name: str, goal: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run `run.py` as a process with all threads; return its wall and CPU seconds, and what was watched.

        `goal` is a run's parent folder and an accuracy: the program is stopped there, and `reached` says when.
        """
        folder = self.new_folder(name)
        folder.mkdir()
        path = folder / "watched.json"
        variables = {GOAL: json.dumps({**goal, "begun": time.monotonic()})} if goal else {}
        with keeping_to_cores(self.most_threads):
            module, spoken = "benchmarks.watching", [str(path), "run", *words]
            whole = self._run(module, spoken, folder.name, backend, self.most_threads, variables)
        return {**whole, **json.loads(path.read_text(encoding="utf-8"))}

    def predict(self, recipe: Recipe, data: Path) -> dict[str, Any]:
        """Let `run.py predict` answer the train images of a data folder with the recipe's ONNX file."""
        out = self.new_folder("answers").with_suffix(".csv")
        words = ["predict", str(self.write_onnx(recipe)), str(data / "train"), "--out", str(out)]
        return self.run_program(words, "tensorflow", "predict")

    def _run(
        self,
        module: str,
        words: Sequence[str],
        name: str,
        backend: str,
        threads: int,
        variables: Mapping[str, str],
    ) -> dict[str, float]:
        watch = Stopwatch(of_children=True)
        run_child(
            module,
            words,
            self.logs / f"{name}.txt",
            backend,
            self.args.device,
            60 * self.args.time_limit,
            {**pin_threads(threads), **variables},
        )
        return dataclasses.asdict(watch.elapsed())

    @cached_property
    def backends(self) -> list[str]:
        """The backends that were asked for."""
        return list(self.args.backend_names)


def check_installed(entry: Entry, package: str, extra: str) -> Entry:
    """Return the entry, marked if a package that it needs is not installed."""
    if entry.status == DONE and not backends.is_installed(package):
        entry.status, entry.reason = NOT_INSTALLED, f"pip install -c constraints.txt -e '.[{extra}]'"
    return entry


def check_onnx(entry: Entry) -> Entry:
    """Return the entry, marked if something is missing that an ONNX file is written or answered with."""
    for package in ("tensorflow", "tf2onnx", "onnxruntime"):
        entry = check_installed(entry, package, "export")
    return entry


def name_threads(threads: int) -> str:
    """Return `1 thread`, `2 threads`."""
    return f"{threads} thread{'s' * (threads != 1)}"


def native_entries(stand: Stand, kind: str, trial: Mapping[str, Any], compiled: bool = False) -> list[Entry]:
    """Return plain PyTorch at each number of threads: as PyTorch waits on its own, and as ours are made to wait."""
    ways = [(threads, "", SPINNING if threads > 1 else {}) for threads in stand.threads]
    ways += [(threads, ", waiting quietly", {}) for threads in stand.threads if threads > 1]
    entries = [
        Entry(NATIVE, f"{name_threads(threads)}{how}", _native(stand, kind, trial, threads, variables))
        for threads, how, variables in ways
    ]
    if compiled and stand.args.device == "gpu":
        full = {**trial, "is_compiled": True}
        variant = f"{name_threads(stand.most_threads)}, compiled, bfloat16, channels_last"
        entries.append(Entry("native compiled", variant, _native(stand, kind, full, stand.most_threads, {})))
    return [check_installed(entry, "torch", "torch") for entry in entries]


def _native(stand: Stand, kind: str, trial: Mapping[str, Any], threads: int, variables: Mapping[str, str]) -> Any:
    def measure(_: int) -> Repeat:
        folder = str(stand.new_folder(f"native-{kind}-{threads}"))
        asked = Trial(kind, folder, device=stand.args.device, threads=threads, **trial)
        return stand.run_trial(NATIVE_TRIAL, asked, "torch", threads, variables={**SMALL_PAGES, **variables})

    return measure


def keras_entries(stand: Stand, kind: str, trial: Mapping[str, Any]) -> list[Entry]:
    """Return each backend at each number of threads."""
    entries = []
    for name in stand.backends:
        for threads in stand.threads:
            entry = Entry(name, name_threads(threads), _keras(stand, kind, trial, threads, name))
            entries.append(check_installed(entry, name, name))
    return entries


def _keras(stand: Stand, kind: str, trial: Mapping[str, Any], threads: int, backend: str) -> Any:
    def measure(_: int) -> Repeat:
        folder = str(stand.new_folder(f"{backend}-{kind}-{threads}"))
        asked = Trial(kind, folder, device=stand.args.device, threads=threads, **trial)
        return stand.run_trial(KERAS_TRIAL, asked, backend, threads)

    return measure
