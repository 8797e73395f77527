import re
from typing import Any

from reports.audit_page import SHOWN_FINDINGS, draw_audit, name_shown_images


def place(number: int, label: int | None = 1) -> dict[str, Any]:
    return {"split": "train", "row": number, "id": f"i{number}", "label": label, "file": f"train/i{number}.png"}


def finding(severity: str, *places: dict[str, Any], message: str = "what was found") -> dict[str, Any]:
    nowhere = {"split": None, "row": None, "id": None, "label": None, "file": None}
    first = places[0] if places else nowhere
    return {**first, "severity": severity, "kind": "duplicates", "message": message, "others": list(places[1:])}


def an_audit(*findings: dict[str, Any]) -> dict[str, Any]:
    profile = {
        "split": "train", "label": 1, "images": 3, "modes": {"RGB": 2, "L": 1}, "sizes": {"20x20": 3},
        "formats": {"PNG": 3}, "layouts": {"IHDR IDAT IEND": 3},
        "file_bytes": [1000, 1100, 1200, 2000, 2100, 2200, 4000],
        "examples": [f"train/e{number}.png" for number in range(7)], "colour_means": [10.0, 20.0, 30.0],
    }  # fmt: skip
    fitted = {"group": "file size", "state": "fitted", "rows": 300, "chance": 0.2, "accuracy": 0.375,
              "standard_error": 0.028, "clear": True}  # fmt: skip
    constant = {**fitted, "group": "mode", "state": "constant", "accuracy": None, "standard_error": None,
                "clear": False}  # fmt: skip
    return {
        "root": "data<1>",
        "counts": {
            severity: sum(f["severity"] == severity for f in findings) for severity in ("error", "warning", "note")
        },
        "splits": [{"name": "train", "rows": 3, "readable": 2, "labels": {"1": 2}}],
        "quantiles": [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1],
        "profiles": [profile],
        "shortcuts": [fitted, constant],
        "shortcut_meaning": "what it means",
        "findings": list(findings),
    }


def test_a_finding_is_shown_with_its_images_and_its_words() -> None:
    audit = an_audit(finding("error", place(2), place(3, None), message="<same> pixels"))
    drawn = draw_audit(audit, {"train/i2.png": b"one", "train/i3.png": b"two"})
    assert "&lt;same&gt; pixels" in drawn and "data&lt;1&gt;" in drawn
    assert 'alt="train/i2.png, label 1" src="data:image/jpeg;base64,b25l"' in drawn
    assert "train, line 3<br>no label" in drawn


def test_an_image_without_a_thumbnail_is_not_shown() -> None:
    assert "<img" not in draw_audit(an_audit(finding("error", place(2))), {})


def test_the_files_asked_for_are_those_of_findings_and_examples_each_once() -> None:
    audit = an_audit(finding("error", place(2), place(3)), finding("warning", place(3)), finding("note"))
    examples = [f"train/e{number}.png" for number in range(7)]
    assert name_shown_images(audit) == [*examples, "train/i2.png", "train/i3.png"]


def test_a_crowd_of_findings_is_cut_and_counted() -> None:
    drawn = draw_audit(an_audit(*[finding("note") for _ in range(SHOWN_FINDINGS + 5)]), {})
    assert drawn.count("<article") == SHOWN_FINDINGS
    assert "and 5 more, in the JSON file" in drawn


def test_a_crowd_of_images_in_one_finding_is_cut_and_counted() -> None:
    places = [place(number) for number in range(2, 12)]
    drawn = draw_audit(an_audit(finding("warning", *places)), {item["file"]: b"x" for item in places})
    assert drawn.count("<figure") == 6
    assert "and 4 more" in drawn


def test_shortcuts_are_drawn_beside_chance_and_constant_ones_said_to_be() -> None:
    drawn = draw_audit(an_audit(), {})
    assert 'aria-label="accuracy 0.375, chance 0.200"' in drawn
    assert '<rect class="bar" x="0.0" y="7" width="375.0" height="6"/>' in drawn
    assert "0.375 ± 0.028" in drawn and "above chance" in drawn and "constant" in drawn
    assert "what it means" in drawn


def test_a_box_of_file_sizes_spans_quarter_to_three_quarters_of_the_largest() -> None:
    drawn = draw_audit(an_audit(), {})
    assert '<rect class="bar" x="300.0" y="5" width="225.0" height="10"/>' in drawn  # 1200 to 2100 of 4000
    assert '<line class="mark" x1="500.0" x2="500.0"' in drawn


def test_an_audit_of_nothing_is_a_page_all_the_same() -> None:
    audit = {**an_audit(), "profiles": [], "shortcuts": [], "splits": []}
    drawn = draw_audit(audit, {})
    assert "Nothing was found" in drawn and "No readable image" in drawn and "Not measured" in drawn
    assert re.search("</html>\n$", drawn)
