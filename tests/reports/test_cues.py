"""Small models find what is there, and nothing where there is nothing."""

import numpy as np

from reports.cues import judge_cues


def test_a_cue_that_names_the_label_is_found_and_noise_is_not() -> None:
    generator = np.random.default_rng(0)
    labels = np.arange(200) % 2

    def draw() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
        return {
            "telling": labels[:, None] + generator.normal(0, 0.05, (200, 1)),
            "noise": generator.normal(size=(200, 2)),
        }

    rows = judge_cues(draw(), labels, draw(), labels)
    assert [(row["cue"], row["features"], row["model"]) for row in rows] == [
        ("telling", 1, "logistic regression"),
        ("telling", 1, "random forest"),
        ("noise", 2, "logistic regression"),
        ("noise", 2, "random forest"),
    ]
    assert [row["accuracy"] for row in rows[:2]] == [1.0, 1.0]
    for row in rows[2:]:
        assert abs(row["accuracy"] - 0.5) < 0.15
        # sqrt(p (1 - p) / 200)
        assert row["standard_error"] == np.sqrt(row["accuracy"] * (1 - row["accuracy"]) / 200)
    assert all((row["train_images"], row["images"]) == (200, 200) for row in rows)
