import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import overview
from benchmarks.record import RESULTS

RUN: dict[str, Any] = {"validation_images": 1250, "hardware": "2 cores"}


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of results of two recipes: `net`, which judged the kept images, and `old`, which did not."""
    monkeypatch.setattr(overview, "RECIPES", (("net", "own", "a network", None), ("old", "own", "another", 0.5)))
    runs = [("net", 0.9, 3.0), ("net", 0.92, 4.0), ("old", 0.6, 9.0)]
    own = [{**RUN, "recipe": name, "validation_accuracy": right, "minutes": minutes} for name, right, minutes in runs]
    judged = [{**RUN, "recipe": "net", "validation_accuracy": right} for right in (0.8, 0.84)]
    alone = [{"model": f"net-jax-seed{seed}", "accuracy": right} for seed, right in enumerate((0.7, 0.72))]
    others = [{"model": "net_2-jax-seed0", "accuracy": 0.1}]
    evaluations = [{"images": 1250, "models": alone}, {"images": 500, "models": alone}]
    evaluations.append({"images": 500, "models": others})
    levels = [{"level": level, "accuracy": level / 100} for level in (95, 75)]
    damages = [{"damage": name, "levels": levels} for name in ("jpeg", "blur")]
    damaged = [{"name": name, "images": 1250, "damages": damages} for name in ("net", "other")]
    for name, content in (
        ("own", {"runs": own}),
        ("held-out", {"runs": judged, "evaluations": evaluations}),
        ("robustness", {"damaged": damaged}),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    return tmp_path


def test_networks_that_judged_the_kept_images_give_validation_and_these_alone(results: Path) -> None:
    net, _ = overview.gather(results)["recipes"]
    assert net["validation"] == {"accuracy": pytest.approx(0.82), "images": 1250, "networks": 2}
    assert net["kept"] == {"accuracy": pytest.approx(0.71), "images": 500, "networks": 2}
    assert net["jpeg"] == {"accuracy": 0.75, "images": 1250, "networks": 1}
    assert net["minutes"] == [3.0, 4.0]


def test_of_a_recipe_that_did_not_the_own_runs_are_taken_and_the_rest_is_none(results: Path) -> None:
    _, old = overview.gather(results)["recipes"]
    assert old["validation"] == {"accuracy": 0.6, "images": 1250, "networks": 1}
    assert (old["kept"], old["jpeg"], old["published"]) == (None, None, 0.5)
    assert old["hardware"] == ["2 cores"]


def test_the_overview_is_that_of_the_results_as_they_are() -> None:
    assert json.loads((RESULTS / "overview.json").read_text(encoding="utf-8")) == overview.gather(RESULTS)
