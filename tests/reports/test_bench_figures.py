from typing import Any

from reports.bench_figures import draw_ratios
from reports.bench_tables import as_content


def table(baseline: str, ratios: dict[str, float]) -> dict[str, Any]:
    rows = [
        {"contestant": name, "ratio": {"median": ratio, "least": ratio, "most": 2 * ratio, "n": 2}}
        for name, ratio in ratios.items()
    ]
    return {"title": f"against {baseline}", "baseline": baseline, "rows": rows}


def test_every_contestant_against_pytorch_has_a_bar_as_long_as_its_ratio() -> None:
    tables = [table("native", {"native": 1.0, "jax": 0.5, "ours": 3.0}), table("1,000 images", {"2,000 images": 1.0})]
    figure = draw_ratios(as_content({"training": {"tables": tables}}))
    assert figure is not None
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [0.5, 3.0]  # type: ignore[attr-defined]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["jax", "ours"]
    assert axes.get_title(loc="left") == "against native"


def test_without_pytorch_there_is_nothing_to_draw() -> None:
    assert draw_ratios(as_content({"growth": {"tables": [table("1,000 images", {"2,000 images": 1.0})]}})) is None
    missing = {"title": "x", "baseline": "native", "rows": [{"contestant": "jax", "status": "failed"}]}
    assert draw_ratios(as_content({"training": {"tables": [missing]}})) is None
