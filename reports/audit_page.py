"""Draws the page of an audit of a data folder: what was found, with the images it was found in."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.drawings import draw_share, draw_spread
from reports.page import Html, cards, element, escape, image, join, page, section, table

# More would be more than a person looks through and megabytes of page; the JSON has all of them.
SHOWN_FINDINGS = 60
SHOWN_IMAGES = 6  # of one finding
TONES = {"error": "error", "warning": "warning", "note": "plain"}


def name_shown_images(audit: Mapping[str, Any]) -> list[str]:
    """Return the files whose thumbnails `draw_audit` can show, each once."""
    files = [
        file for profile in audit["profiles"] if profile["label"] is not None and profile["split"] == "train"
        for file in profile["examples"]
    ]  # fmt: skip
    for finding in audit["findings"][:SHOWN_FINDINGS]:
        files += [place["file"] for place in _places(finding)]
    return list(dict.fromkeys(files))


def draw_audit(audit: Mapping[str, Any], thumbnails: Mapping[str, bytes]) -> str:
    """Return the page of an audit's JSON; `thumbnails` are JPEGs by file, and one that is not there is not shown."""
    counts = audit["counts"]
    images = sum(split["rows"] for split in audit["splits"])
    summary = cards(
        [
            ("images", f"{images:,}", "plain"),
            ("errors", f"{counts['error']:,}", "error" if counts["error"] else "good"),
            ("warnings", f"{counts['warning']:,}", "warning" if counts["warning"] else "good"),
            ("notes", f"{counts['note']:,}", "plain"),
        ]
    )
    parts = [
        summary,
        _findings(audit, thumbnails),
        _shortcuts(audit),
        _splits(audit),
        _profiles(audit, thumbnails),
    ]
    footer = join(
        ["Written by ", element("code", "python run.py check"), ". The JSON file beside it has every finding."]
    )
    return page("Data audit", audit["root"], parts, footer)


def _findings(audit: Mapping[str, Any], thumbnails: Mapping[str, bytes]) -> Html:
    findings = audit["findings"]
    if not findings:
        return section("Findings", element("p", "Nothing was found: no mistake, no copy, no shortcut."))
    shown = [_finding(finding, thumbnails) for finding in findings[:SHOWN_FINDINGS]]
    rest = len(findings) - SHOWN_FINDINGS
    more = element("p", f"… and {rest:,} more, in the JSON file.", class_="quiet") if rest > 0 else ""
    lead = "Errors stop a training; warnings do not, but a number from this data should not be read without them."
    return section("Findings", *shown, more, lead=lead, name="findings")


def _finding(finding: Mapping[str, Any], thumbnails: Mapping[str, bytes]) -> Html:
    tone = TONES[finding["severity"]]
    places = _places(finding)
    figures = [_thumbnail(place, thumbnails) for place in places if place["file"] in thumbnails]
    hidden = len(finding["others"]) + 1 - len(places) if places else 0
    strip = element("div", *figures, class_="strip") if figures else ""
    more = element("p", f"and {hidden:,} more", class_="quiet") if hidden > 0 and figures else ""
    tags = join([element("span", finding["severity"], class_=f"tag {tone}"), element("strong", finding["kind"])])
    return element("article", element("p", tags), element("p", finding["message"]), strip, more,
                   class_=f"finding {tone}")  # fmt: skip


def _places(finding: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [finding, *finding["others"]][:SHOWN_IMAGES] if finding["id"] is not None else []


def _thumbnail(place: Mapping[str, Any], thumbnails: Mapping[str, bytes]) -> Html:
    label = "no label" if place["label"] is None else f"label {place['label']}"
    caption = join([f"{place['split']}, line {place['row']}", Html("<br>"), label], "")
    alt = f"{place['file']}, {label}"
    return element(
        "figure", image(thumbnails[place["file"]], alt, "image/jpeg"), element("figcaption", caption),
        title=place["file"],
    )  # fmt: skip


def _shortcuts(audit: Mapping[str, Any]) -> Html:
    shortcuts = audit["shortcuts"]
    title = "Can the label be guessed without looking?"
    if not shortcuts:
        return section(title, element("p", "Not measured: the train split has no readable image with a label."))
    rows = [
        (
            shortcut["group"],
            escape("–")
            if shortcut["accuracy"] is None
            else draw_share(shortcut["accuracy"], shortcut["chance"], "accuracy", "chance"),
            shortcut["state"]
            if shortcut["accuracy"] is None
            else element("span", f"{shortcut['accuracy']:.3f} ± {shortcut['standard_error']:.3f}", class_="number"),
            _verdict(shortcut),
        )
        for shortcut in shortcuts
    ]
    first = shortcuts[0]
    how = (
        f"A small random forest, 5-fold cross-validated on {first['rows']:,} train images. The mark is chance, "
        f"{first['chance']:.3f}: the share of the largest class. ± is one standard error."
    )
    return section(
        title,
        table(["seen alone", "accuracy, 0 to 1", "measured", ""], rows),
        element("p", how, class_="quiet"),
        lead=audit["shortcut_meaning"],
        name="shortcuts",
    )


def _verdict(shortcut: Mapping[str, Any]) -> Html:
    if shortcut["accuracy"] is None:
        return element("span", "not fitted", class_="quiet")
    if shortcut["clear"]:
        return element("span", "above chance", class_="tag warning")
    return element("span", "at chance", class_="tag good")


def _splits(audit: Mapping[str, Any]) -> Html:
    labels = sorted({int(label) for split in audit["splits"] for label in split["labels"]})
    rows = [
        (
            split["name"],
            f"{split['rows']:,}",
            f"{split['rows'] - split['readable']:,}",
            *[f"{split['labels'].get(str(label), 0):,}" if split["labels"] else "–" for label in labels],
        )
        for split in audit["splits"]
    ]
    columns = ["split", "images", "unreadable", *[f"label {label}" for label in labels]]
    return section("Splits", table(columns, rows), name="splits")


def _profiles(audit: Mapping[str, Any], thumbnails: Mapping[str, bytes]) -> Html:
    profiles = audit["profiles"]
    if not profiles:
        return section("Files", element("p", "No readable image."))
    largest = max(profile["file_bytes"][-1] for profile in profiles)
    rows = [
        (
            profile["split"],
            _label(profile),
            _names(profile["modes"]),
            _names(profile["sizes"]),
            _names(profile["formats"]),
            ", ".join(f"{mean:.0f}" for mean in profile["colour_means"]),
        )
        for profile in profiles
    ]
    boxes = [
        (
            profile["split"],
            _label(profile),
            draw_spread(profile["file_bytes"][1:-1], largest),
            f"{profile['file_bytes'][3] / 1000:.1f}",
            f"{profile['file_bytes'][0] / 1000:.1f} – {profile['file_bytes'][-1] / 1000:.1f}",
        )
        for profile in profiles
    ]
    columns = ["split", "label", "modes", "sizes", "formats", "mean R, G, B"]
    return section(
        "Files",
        table(columns, rows),
        element("h3", "File sizes"),
        table(["split", "label", "5, 25, 50, 75 and 95 % of the files", "median kB", "all kB"], boxes),
        element("h3", "Chunk layouts"),
        _layouts(profiles),
        *_examples(profiles, thumbnails),
        lead="What the files are like, class by class. Where classes differ, a network need not look at the picture.",
        name="files",
    )


def _layouts(profiles: Sequence[Mapping[str, Any]]) -> Html:
    found: dict[str, list[str]] = {}
    for profile in profiles:
        for layout, count in profile["layouts"].items():
            label = f" {profile['label']}" if profile["label"] is not None else ""
            found.setdefault(layout, []).append(f"{profile['split']}{label}: {count:,}")
    everywhere = len(found) == 1
    rows = [(element("code", layout), "all" if everywhere else ", ".join(counts)) for layout, counts in found.items()]
    return table(["layout", "images by split and label"], rows)


def _examples(profiles: Sequence[Mapping[str, Any]], thumbnails: Mapping[str, bytes]) -> list[Html]:
    shown = []
    for profile in profiles:
        sizes = dict(zip(profile["examples"], profile["file_bytes"], strict=True))
        figures = [
            element(
                "figure",
                image(thumbnails[file], f"{file}, {size / 1000:.1f} kB", "image/jpeg"),
                element("figcaption", f"{size / 1000:.1f} kB"),
                title=file,
            )
            for file, size in sizes.items()
            if file in thumbnails
        ]
        if profile["split"] == "train" and profile["label"] is not None and figures:
            shown += [element("h3", f"Label {profile['label']}"), element("div", *figures, class_="strip")]
    if shown:
        shown.insert(0, element("h3", "From the smallest to the largest file of each class"))
    return shown


def _label(profile: Mapping[str, Any]) -> Html:
    # Markup, so that the column stands to the left: a label is a name and not a number.
    return escape("–" if profile["label"] is None else profile["label"])


def _names(counts: Mapping[str, int]) -> str:
    return next(iter(counts)) if len(counts) == 1 else ", ".join(f"{name} {count:,}" for name, count in counts.items())
