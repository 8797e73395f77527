"""Tables of the documents, generated from `results/`: `python -m benchmarks.documents`.

A document holds `<!-- results: NAME -->` … `<!-- end -->`; what stands between is made from results/NAME.json. Of what
`bench` wrote, `<!-- results: NAME ratios -->` is the short table; of what `benchmarks.analysis` and
`benchmarks.architectures` wrote, a word names each part. With `<!-- results: NAME, if there -->` a file that is not
there leaves nothing between.
"""

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.record import RESULTS
from data_io.files import write_text
from reports.analysis_tables import analysis_part
from reports.bench_tables import bench_conditions, bench_rows, ratio_conditions, ratio_rows
from reports.comparison_tables import agreement_rows, conditions, cost_rows
from reports.markdown import as_markdown
from reports.overview import overview_conditions, overview_rows
from reports.robustness import run_rows
from reports.sweep_tables import sweep_rows, trial_rows

ROOT = RESULTS.parent
DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "backends.md",
    *(ROOT / "docs" / f"{name}.md" for name in ("results", "training", "answers", "analysis", "scale")),
)
FRAMEWORKS = ("keras", "torch", "tensorflow", "jax")
MARKER = re.compile(
    r"(<!-- results: (?P<name>[\w-]+)(?: (?P<part>\w+))?(?P<optional>, if there)? -->\n).*?(?P<end><!-- end -->)",
    re.DOTALL,
)


def fill(text: str, to_root: str = "") -> str:
    """Return a document's text with the tables of the results as they are now; `to_root` is `../` for one in docs."""

    def replace(found: re.Match[str]) -> str:
        if found["optional"] and not (RESULTS / f"{found['name']}.json").is_file():
            return f"{found[1]}{found['end']}"
        table = _table(found["name"], found["part"] or "").replace("](results/", f"]({to_root}results/")
        return f"{found[1]}{table}{found['end']}"

    return MARKER.sub(replace, text)


def path_to_root(path: Path) -> str:
    """Return what leads from a document to the root: nothing, or `../` for each folder."""
    return "../" * (len(path.relative_to(ROOT).parts) - 1)


def _table(name: str, part: str) -> str:
    content = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    if "sections" in content:
        return _speeds(name, content, part == "ratios")
    if "recipes" in content:
        below = f"{overview_conditions(content)} Source: [results/{name}.json](results/{name}.json)."
        return "\n\n".join([as_markdown(overview_rows(content)), below]) + "\n"
    if "cues" in content or "networks" in content:
        return _analysis(name, content, part)
    where = f"Source: [results/{name}.json](results/{name}.json); {_surroundings(content)}"
    if "damaged" in content:
        tables = [run_rows(content["damaged"])]
        where = f"{where}; {content['damaged'][0]['images']:,} validation images, accuracy ± one standard error"
    elif "levels" in content:  # a comparison: one table of the agreement, one of the costs
        tables = [agreement_rows(content), cost_rows(content)]
        where = f"{where}; `{content['command']}`; {conditions(content)}"
    elif "rows" in content or "trials" in content:
        tables = [sweep_rows(content) if "rows" in content else trial_rows(content)]
        where = f"{where}; `{content['command']}`"
    else:
        kinds = {"runs": _rows_of_runs, "evaluations": _rows_of_evaluations}
        kinds |= {"figures": _rows_of_figures, "exports": _rows_of_exports}
        tables = [make_rows(content[kind]) for kind, make_rows in kinds.items() if kind in content]
    together = [_out_of_fold(each) for each in content.get("out_of_fold", [])]
    parts = [*map(as_markdown, tables), " ".join(filter(None, [*together, f"{where}.", content["note"]]))]
    return "\n\n".join(parts) + "\n"


def _surroundings(content: dict[str, Any]) -> str:
    """Return the machines and the versions of all that a file holds, each once, in the order in which they come."""
    made = [*content.get("runs", []), *content.get("evaluations", [])] or [content]
    hardware = "; ".join(dict.fromkeys(each["hardware"] for each in made))
    versions = [
        " and ".join(dict.fromkeys(each["versions"][package] for each in made if package in each["versions"]))
        for package in FRAMEWORKS
    ]
    named = [f"{package} {found}" for package, found in zip(FRAMEWORKS, versions, strict=True) if found]
    return f"{hardware}; {', '.join(named)}"


def _analysis(name: str, content: dict[str, Any], part: str) -> str:
    rows, text = analysis_part(content, part)
    source = f"Source: [results/{name}.json](results/{name}.json)."
    below = " ".join(filter(None, [text, source, content.get("note", "") if part == "conditions" else ""]))
    return "\n\n".join(filter(None, [as_markdown(rows) if rows else "", below])) + "\n"


def _speeds(name: str, content: dict[str, Any], is_short: bool) -> str:
    source = f"Source: [results/{name}.json](results/{name}.json), medians over the rounds (least to most)."
    if is_short:
        below = " ".join(filter(None, [source, ratio_conditions(content), content["note"]]))
        return "\n\n".join([as_markdown(ratio_rows(content)), below]) + "\n"
    picture = f"![Times as good as plain PyTorch](results/{name}.png)"
    conditions = "\n".join(f"- {line}" for line in bench_conditions(content))
    note = " ".join(filter(None, [source, content["note"]]))
    return "\n\n".join([picture, as_markdown(bench_rows(content)), conditions, note]) + "\n"


def _rows_of_runs(runs: list[dict[str, Any]]) -> list[list[str]]:
    rows = [
        [
            "recipe",
            "backend",
            "seed",
            "epochs",
            "validation accuracy",
            "validation loss",
            "last train loss",
            "minutes",
            "train images/s",
        ]
    ]
    for run in runs:
        accuracy, error = 100 * run["validation_accuracy"], 100 * run["validation_accuracy_standard_error"]
        rows.append(
            [
                run["recipe"] if run.get("fold") is None else f"{run['recipe']}, fold {run['fold']}",
                run["backend"],
                str(run["seed"]),
                str(run["epochs"]),
                f"{accuracy:.2f} ± {error:.2f} % of {run['validation_images']:,}",
                f"{run['validation_loss']:.4f}",
                f"{run['last_train_loss']:.4f}",
                f"{run['minutes']:.1f}",
                f"{run['images_per_second']:.0f}",
            ]
        )
    return rows


def _rows_of_evaluations(evaluations: list[dict[str, Any]]) -> list[list[str]]:
    rows = [["networks", "views of each image", "accuracy", "loss", "each network alone, one view"]]
    for found in evaluations:
        accuracy, error = 100 * found["accuracy"], 100 * found["accuracy_standard_error"]
        rows.append(
            [
                ", ".join(model["model"] for model in found["models"]),
                str(found["views"]),
                f"{accuracy:.2f} ± {error:.2f} % of {found['images']:,}",
                f"{found['loss']:.4f}",
                ", ".join(f"{100 * model['accuracy']:.2f} %" for model in found["models"]),
            ]
        )
    return rows


def _out_of_fold(found: dict[str, Any]) -> str:
    accuracy, error = 100 * found["accuracy"], 100 * found["accuracy_standard_error"]
    folds = found["over_folds"]["accuracy"]
    return (
        f"Each of {found['images']:,} images answered by the network that has not seen it: "
        f"{accuracy:.2f} ± {error:.2f} %, loss {found['loss']:.4f}; mean and standard deviation of {folds['n']} folds "
        f"{100 * folds['mean']:.2f} ± {100 * folds['deviation']:.2f} %."
    )


def _rows_of_figures(figures: list[dict[str, Any]]) -> list[list[str]]:
    rows = [["what", "figure", "spread", "n"]]
    return rows + [[row["what"], row["figure"], row["spread"], str(row["n"])] for row in figures]


def _rows_of_exports(exports: list[dict[str, Any]]) -> list[list[str]]:
    rows = [
        [
            "network",
            "trained with",
            "format",
            "largest difference",
            "changed answers",
            "whole export s",
            "MB",
            "cold start s",
            "one image p50 / p95 ms",
            "images/s",
        ]
    ]
    for export in exports:
        p50, p95 = (1000 * export[f"one_image_{name}_seconds"] for name in ("p50", "p95"))
        rows.append(
            [
                export["family"],
                export["trained_with"],
                export["format"],
                f"{export['largest_difference']:.1e}",
                f"{export['changed_answers']} of {export['images']:,}",
                f"{export['seconds']:.0f}",
                f"{export['size_bytes'] / 1e6:.1f}",
                f"{export['cold_start_seconds']:.2f}",
                f"{p50:.2f} / {p95:.2f}",
                f"{export['images_per_second']:,.0f}",
            ]
        )
    return rows


def main() -> None:
    """Rewrite the tables of all documents."""
    for path in DOCUMENTS:
        write_text(path, fill(path.read_text(encoding="utf-8"), path_to_root(path)))
        print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
