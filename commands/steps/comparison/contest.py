"""The contest itself: every backend trains every seed, one process at a time, then each reads what all have made."""

import dataclasses
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import errors
from benchmarks.measuring import DONE, FAILED, NOT_INSTALLED, STOPPED, keeping_to_cores, pin_threads, take_turns
from commands.steps.children import ChildFailed, run_child
from commands.steps.comparison.interpreters import Interpreter, find_missing
from commands.steps.comparison.tasks import AGREE, RESULT, TRAIN, Task
from recipes.recipe import Recipe

CONTESTANT = "commands.steps.comparison.contestant"


@dataclasses.dataclass
class Contestant:
    """A backend, how it fared and why, one result per seed, and its part in the agreement.

    `is_lacking` if it is left for what its environment lacks: the backend, or a GPU.
    """

    name: str
    status: str = DONE
    reason: str = ""
    is_lacking: bool = False
    trials: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    agreement: dict[str, Any] | None = None

    @property
    def is_done(self) -> bool:
        """True until something has gone wrong."""
        return self.status == DONE

    def stop(self, seeds: int) -> None:
        """Say that all was stopped before this backend had its `seeds` seeds, or had read the networks."""
        if self.is_done and (len(self.trials) < seeds or not self.agreement):
            so_far = f"after {len(self.trials)} of {seeds} seeds"
            self.status = STOPPED
            self.reason = so_far if len(self.trials) < seeds else "before reading all networks"


@dataclasses.dataclass(frozen=True)
class Contest:
    """What is the same for all. In `folder` stay a network of each backend and the logs; `work` is for the contest.

    `parity` holds the recipes whose losses are followed for `steps` steps; `limit_seconds` is for each process.
    `load_before` is how many processes wanted to run when it began, on the mean of a minute. `interpreters` are of the
    backends that are not to run in this Python.
    """

    folder: Path
    recipe: Recipe
    parity: dict[str, Recipe]
    steps: int
    device: str
    limit_seconds: float
    threads: int
    load_before: float
    interpreters: Mapping[str, Interpreter]

    @property
    def work(self) -> Path:
        """What the processes tell each other."""
        return self.folder / "work"

    @property
    def pixels(self) -> Path:
        """The images that all read."""
        return self.work / "pixels"

    def model_of(self, backend: str) -> Path:
        """Return where a backend leaves the network of the first seed."""
        return self.folder / f"{backend}.keras"

    def logits_of(self, reader: str, maker: str) -> Path:
        """Return where a backend leaves the logits of another's network."""
        return self.work / f"{reader}-{AGREE}" / f"{maker}.npy"


def run_contest(contest: Contest, contestants: Sequence[Contestant], seeds: Sequence[int]) -> None:
    """Let all take turns over the seeds, then read each other; they hold what there is, also if this is stopped.

    A backend that is not installed, crashes or takes too long says so in its status; the others go on.
    """
    missing = find_missing([one.name for one in contestants], contest.interpreters)
    for one in contestants:
        if one.name in missing:
            one.is_lacking = True
            one.status, one.reason = NOT_INSTALLED, f"pip install -c constraints.txt -e '.[{one.name}]'"
            print(f"{one.name}: {one.status}: {one.reason}", flush=True)
    (contest.folder / "logs").mkdir()

    def train(one: Contestant, seed: int) -> None:
        folder = contest.work / f"{one.name}-seed{seed}"
        model = contest.model_of(one.name) if seed == seeds[0] else folder / "model.keras"
        recipe = dataclasses.replace(contest.recipe, seed=seed)
        result = _run(contest, one, TRAIN, folder, f"training, seed {seed}", recipe, str(model), {})
        if result:
            one.trials.append(result)
        shutil.rmtree(folder)  # 200 MB and more with an MLP

    take_turns(contestants, seeds, train)
    makers = {one.name: str(contest.model_of(one.name)) for one in contestants if one.is_done}
    for one in contestants:
        if one.is_done:
            folder = contest.work / f"{one.name}-{AGREE}"
            what = "reading all networks, following losses"
            one.agreement = _run(contest, one, AGREE, folder, what, contest.recipe, "", makers)
            if one.agreement:  # the first process of a backend read its files from the disk
                one.trials[0]["import_seconds"] = one.agreement["import_seconds"]


def _run(
    contest: Contest,
    one: Contestant,
    kind: str,
    folder: Path,
    what: str,
    recipe: Recipe,
    model: str,
    makers: dict[str, str],
) -> dict[str, Any] | None:
    """Let a child do one task; return its result, or None after noting why there is none."""
    parity = {name: dataclasses.asdict(followed) for name, followed in contest.parity.items()}
    values = dataclasses.asdict(recipe)
    folders = (str(folder), str(contest.pixels))
    task = Task(kind, *folders, values, contest.device, model, parity, makers, contest.steps)
    words = [str(task.write())]
    log = contest.folder / "logs" / f"{folder.name}.txt"
    print(f"{one.name}: {what}:", end=" ", flush=True)
    begun = time.monotonic()
    try:
        variables = pin_threads(contest.threads)
        other = contest.interpreters.get(one.name)
        python = other.path if other else None
        with keeping_to_cores(contest.threads):
            run_child(CONTESTANT, words, log, one.name, contest.device, contest.limit_seconds, variables, python)
        result: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except ChildFailed as error:
        one.is_lacking = error.child_code == errors.EnvironmentFault.exit_code
        one.status, one.reason = FAILED, f"{what}: {str(error).removeprefix(f'{CONTESTANT} ')}"
        print(f"{one.status}, see {log}", flush=True)
        return None
    except BaseException:
        print(flush=True)
        raise
    print(f"{time.monotonic() - begun:.0f} s", flush=True)
    return result
