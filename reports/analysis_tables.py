"""The tables and sentences of docs/analysis.md, made from what results/analysis.json and networks.json hold."""

from collections.abc import Callable, Mapping
from typing import Any

Rows = list[list[str]]


def analysis_part(content: Mapping[str, Any], part: str) -> tuple[Rows, str]:
    """Return a table, the titles first, or none, and a text below it. Raises KeyError for a part that there is not."""
    return PARTS[part](content)


def _conditions(content: Mapping[str, Any]) -> tuple[Rows, str]:
    versions = ", ".join(f"{package} {version}" for package, version in content["versions"].items())
    return [], (
        f"`{content['command']}` wrote these figures and pictures: {content['measuring_cpu_seconds']:.0f} CPU seconds "
        f"for the images and the small models; {content['hardware']}; {versions}."
    )


def _counts(content: Mapping[str, Any]) -> tuple[Rows, str]:
    rows = [["split", "images", "per class", "pixels"]]
    for name, split in content["splits"].items():
        counts = sorted({row["images"] for row in split["classes"]})
        per_class = " to ".join(f"{count:,}" for count in sorted({counts[0], counts[-1]}))
        sizes = list(split["sizes"].items())
        pixels = sizes[0][0] if len(sizes) == 1 else ", ".join(f"{size}: {count:,}" for size, count in sizes)
        rows.append([name, f"{split['images']:,}", per_class, pixels])
    return rows, ""


def _classes(content: Mapping[str, Any]) -> tuple[Rows, str]:
    train = content["splits"]["train"]["classes"]
    rows = [["class", "n", "file, kB: median (quartiles)", "mean R, G, B", "deviation R, G, B", "saturation"]]
    for row in train:
        low, median, high = (size / 1000 for size in row["file_bytes_quartiles"])
        error = row["saturation_error"]
        rows.append(
            [
                str(row["label"]),
                f"{row['images']:,}",
                f"{median:.1f} ({low:.1f} to {high:.1f})",
                ", ".join(f"{mean:.3f}" for mean in row["colour_means"]),
                ", ".join(f"{deviation:.3f}" for deviation in row["colour_deviations"]),
                f"{row['saturation']:.3f}" + (f" ± {error:.3f}" if error is not None else ""),
            ]
        )
    errors = [error for row in train for error in row["colour_means_error"] or ()]
    largest = f" The standard error of a class's mean is at most {max(errors):.3f}." if errors else ""
    return rows, f"Train images; colours from 0 to 1; deviations are over all pixels of a class.{largest}"


def _cues(content: Mapping[str, Any]) -> tuple[Rows, str]:
    models = list(dict.fromkeys(row["model"] for row in content["cues"]))
    by_cue: dict[str, dict[str, Any]] = {}
    for row in content["cues"]:
        by_cue.setdefault(row["cue"], {})[row["model"]] = row
    rows = [["what it sees", "numbers", *models]]
    for cue, found in by_cue.items():
        figures = [_per_cent(found[model]["accuracy"], found[model]["standard_error"]) for model in models]
        rows.append([cue, str(found[models[0]]["features"]), *figures])
    first = content["cues"][0]
    return rows, f"Fitted on {first['train_images']:,} train images, judged on {first['images']:,} validation images."


def _networks(content: Mapping[str, Any]) -> tuple[Rows, str]:
    rows = [["recipe", "family", "pixels", "layers with weights", "parameters", "multiply-adds per image"]]
    for network in content["networks"]:
        side = network["size_pixels"]
        parameters, products = f"{network['parameters']:,}", f"{network['multiply_adds'] / 1e6:.1f} million"
        rows.append(
            [network["recipe"], network["family"], f"{side}x{side}", str(len(network["layers"])), parameters, products]
        )
    return rows, ""


def _layers(content: Mapping[str, Any]) -> tuple[Rows, str]:
    rows = [["recipe", "layer", "output", "parameters", "multiply-adds, million"]]
    for network in content["networks"]:
        for layer in network["layers"]:
            shape = "x".join(str(side) for side in layer["shape"])
            million = f"{layer['multiply_adds'] / 1e6:.2f}"
            rows.append([network["recipe"], layer["name"], shape, f"{layer['parameters']:,}", million])
    return rows, (
        "Parameters of a batch normalisation are counted with those of the layer that it follows; that of the numbers "
        "about an image stands alone."
    )


def _recall(content: Mapping[str, Any]) -> tuple[Rows, str]:
    columns: list[list[str]] = []
    for run in content["runs"]:
        columns.append([run["name"], *map(_interval, run["recalls"]), _per_cent(*_accuracy(run))])
        if published := run["published_recalls"]:
            right, images = (sum(row[key] for row in published) for key in ("right", "images"))
            columns.append([f"{run['name']}, published", *map(_interval, published), f"{100 * right / images:.2f} %"])
    labels = [str(row["label"]) for row in content["runs"][0]["recalls"]]
    rows = [list(row) for row in zip(["class", *labels, "all"], *columns, strict=True)]
    images = sorted({row["images"] for run in content["runs"] for row in run["recalls"]})
    each = " to ".join(f"{count:,}" for count in sorted({images[0], images[-1]}))
    return rows, f"In brackets 95 % intervals (Wilson); n = {each} images of each class; ± is one standard error."


def _agreement(content: Mapping[str, Any]) -> tuple[Rows, str]:
    titles = ["class", "n", "both right", "the first alone", "the other alone", "neither", "of these, the same label"]
    rows = [["networks", *titles]]
    sentences = []
    keys = ("images", "both", "only_first", "only_other", "neither", "same_wrong_label")
    for one in content["comparisons"]:
        names = f"{one['first']}, {one['other']}"
        for row in one["per_class"]:
            rows.append([names, str(row["label"]), *(f"{row[key]:,}" for key in keys)])
        sums = [sum(row[key] for row in one["per_class"]) for key in keys]
        rows.append([names, "all", *(f"{total:,}" for total in sums)])
        better, worse, low, high = one["first"], one["other"], one["low"], one["high"]
        if one["difference"] < 0:
            better, worse, low, high = worse, better, -high, -low
        sentences.append(
            f"{better} has {100 * abs(one['difference']):.2f} points more right than {worse} (95 %: {100 * low:.2f} to "
            f"{100 * high:.2f}; McNemar's exact test: p {_p(one['p'])}); they give the same label to "
            f"{one['same_label']:,} of {one['images']:,} images."
        )
    sentences.append("This is of these trained networks on other images: another seed gives another network.")
    return rows, " ".join(sentences)


def _calibration(content: Mapping[str, Any]) -> tuple[Rows, str]:
    rows = [["network", "n", "temperature", "ECE as trained", "ECE after", "if perfect, below",
             "loss as trained", "loss after"]]  # fmt: skip
    for run in content["runs"]:
        found = run["calibration"]
        keys = ("ece_before", "ece_after", "ece_of_perfect_95th_percentile", "log_loss_before", "log_loss_after")
        figures = [f"{found[key]:.4f}" for key in keys]
        rows.append([run["name"], f"{found['n']:,}", f"{found['fitted_temperature']:.3f}", *figures])
    return rows, ""


def _accuracy(run: Mapping[str, Any]) -> tuple[float, float]:
    return run["accuracy"], run["accuracy_standard_error"]


def _per_cent(share: float, error: float) -> str:
    return f"{100 * share:.2f} ± {100 * error:.2f} %"


def _interval(row: Mapping[str, Any]) -> str:
    return f"{100 * row['recall']:.1f} % ({100 * row['low']:.1f} to {100 * row['high']:.1f})"


def _p(value: float) -> str:
    return "< 0.0001" if value < 0.0001 else f"= {value:.4f}"


PARTS: Mapping[str, Callable[[Mapping[str, Any]], tuple[Rows, str]]] = {
    "conditions": _conditions,
    "counts": _counts,
    "classes": _classes,
    "cues": _cues,
    "networks": _networks,
    "layers": _layers,
    "recall": _recall,
    "agreement": _agreement,
    "calibration": _calibration,
}
