"""The tables of a comparison, cell by cell."""

from typing import Any

from reports.comparison_tables import agreement_rows, conditions, cost_rows


def trial(**changes: Any) -> dict[str, Any]:
    return {
        "train_images_per_second": 1234.4,
        "train_cpu_ms_per_image": 2.345,
        "train_cores": 1.876,
        "predict_images_per_second": 20.0,
        "import_seconds": 4.0,
        "first_step_seconds": 0.25,
        "peak_resident_bytes": 3 * 2**20,
        "peak_device_bytes": None,
        "model_bytes": 2**19,
        "jit": False,
        "device": "cpu",
        **changes,
    }


CONTENT: dict[str, Any] = {
    "recipe": {"name": "cnn", "training": {"epochs": 1, "batch_size": 64}, "image": {"size_pixels": 128}},
    "seeds": 1,
    "threads": 2,
    "precision": "float32",
    "train_images": 10750,
    "contestants": [
        {"name": "torch", "status": "done", "reason": "", "trials": [trial()]},
        {"name": "tensorflow", "status": "not installed", "reason": "pip install it", "trials": []},
        {"name": "jax", "status": "failed", "reason": "signal 9", "trials": [trial(jit=True)]},
    ],
    "levels": [{"name": "start", "verdict": "same", "figure": "abc"}],
}


def test_who_did_not_come_through_has_a_row_with_the_reason() -> None:
    assert agreement_rows(CONTENT) == [
        ["level", "verdict", "figure"],
        ["start", "same", "abc"],
        ["tensorflow", "not installed", "pip install it"],
        ["jax", "failed", "signal 9"],
    ]


def test_one_backend_alone_decides_nothing() -> None:
    assert agreement_rows(CONTENT | {"levels": []})[1][:2] == ["all", "not decided"]


def test_costs_are_rows_and_backends_columns() -> None:
    rows = {row[0]: row[1:] for row in cost_rows(CONTENT)}
    assert rows["cost"] == ["torch", "tensorflow", "jax (failed, n = 1)"]
    assert rows["training, images/s"] == ["1,234", "–", "1,234"]
    assert rows["training, cores in use"] == ["1.88", "–", "1.88"]
    assert rows["first step, compiling, s"] == ["0.2", "–", "0.2"]
    assert rows["peak memory, MiB"] == ["3", "–", "3"]
    assert rows["network on disk, MiB"] == ["0.5", "–", "0.5"]
    assert rows["jit_compile"] == ["no", "–", "yes"]
    assert rows["device"] == ["cpu", "–", "cpu"]
    assert "peak GPU memory, MiB" not in rows


def test_of_several_seeds_a_cell_has_the_median_and_the_range() -> None:
    speeds = [trial(train_images_per_second=speed, peak_device_bytes=2**20) for speed in (90.0, 70.0, 100.0)]
    rows = cost_rows(CONTENT | {"contestants": [{"name": "jax", "status": "done", "reason": "", "trials": speeds}]})
    assert ["training, images/s", "90 (70 to 100)"] in rows
    assert ["peak GPU memory, MiB", "1"] in rows


def test_the_speed_of_a_single_epoch_is_not_told() -> None:
    one = {
        "name": "jax",
        "status": "done",
        "trials": [trial(train_images_per_second=None, train_cpu_ms_per_image=None, train_cores=None)],
    }
    rows = {row[0]: row[1:] for row in cost_rows(CONTENT | {"contestants": [one]})}
    assert rows["training, images/s"] == rows["training, CPU ms per image"] == ["–"]
    assert "training, cores in use" not in rows
    assert rows["prediction, images/s"] == ["20"]


def test_the_conditions_say_what_was_left_out_and_what_was_not() -> None:
    assert conditions(CONTENT) == (
        "cnn, 1 epoch of 10,750 images of 128 px in batches of 64; n = 1 seed; 2 threads; training in float32; "
        "speeds of training take two epochs"
    )
    recipe = CONTENT["recipe"] | {"training": {"epochs": 3, "batch_size": 64}}
    assert conditions(CONTENT | {"recipe": recipe, "seeds": 3, "threads": 1, "precision": "bfloat16"}) == (
        "cnn, 3 epochs of 10,750 images of 128 px in batches of 64; n = 3 seeds; 1 thread; "
        "training in bfloat16, logits and losses compared in float32; speeds of training without the first epoch; "
        "costs are medians (least to most); ± is the standard deviation over seeds"
    )


def test_what_makes_costs_unlike_is_said() -> None:
    devices = [
        {"name": name, "status": "done", "trials": [trial(device=device)]}
        for name, device in (("torch", "gpu (NVIDIA H200)"), ("jax", "cpu"))
    ]
    shell = {"MKL_DYNAMIC": "FALSE", "XLA_FLAGS": "--fast"}
    content = CONTENT | {"contestants": devices, "load_before": 1.96, "settings_of_shell": shell}
    assert conditions(content).endswith(
        "; devices differ, so that costs say nothing of backends: torch on gpu (NVIDIA H200), jax on cpu"
        "; a load of 2.0 in the minute before"
        "; the shell had set MKL_DYNAMIC=FALSE, XLA_FLAGS=--fast"
    )
    quiet = conditions(content | {"load_before": 0.4, "settings_of_shell": {}, "contestants": devices[:1]})
    assert quiet.endswith("speeds of training take two epochs")
