from reports.overview import draw_overview, overview_conditions, overview_rows


def share(accuracy: float, images: int, networks: int = 1) -> dict[str, float]:
    return {"accuracy": accuracy, "images": images, "networks": networks}


CONTENT = {
    "quality": 75,
    "recipes": [
        {
            "recipe": "ours",
            "what": "a network",
            "published": None,
            "validation": share(0.9, 100, 2),
            "kept": share(0.8, 25, 2),
            "jpeg": share(0.5, 100),
            "minutes": [49.2, 65.3],
            "hardware": ["2 cores of A"],
        },
        {
            "recipe": "cnn",
            "what": "the original's CNN",
            "published": 0.8864,
            "validation": share(0.5, 100),
            "kept": None,
            "jpeg": None,
            "minutes": [15.1, 15.1],
            "hardware": ["2 cores of A", "a GPU"],
        },
    ],
}


def test_a_recipe_is_a_row_with_the_standard_error_of_each_of_its_shares() -> None:
    # sqrt(0.9 * 0.1 / 100) = 0.03, sqrt(0.8 * 0.2 / 25) = 0.08, sqrt(0.5 * 0.5 / 100) = 0.05
    title, ours, cnn = overview_rows(CONTENT)
    assert title[-2:] == ["as JPEG, quality 75", "minutes"]
    assert ours == ["ours", "a network", "2", "90.0 ± 3.0 %", "80.0 ± 8.0 %", "50.0 ± 5.0 %", "49 to 65"]
    assert cnn == ["cnn", "the original's CNN (published: 88.64 %)", "1", "50.0 ± 5.0 %", "–", "–", "15"]


def test_each_machine_of_the_minutes_is_named_once() -> None:
    assert "(2 cores of A; a GPU)" in overview_conditions(CONTENT)


def test_the_picture_has_a_mark_for_each_share_and_a_line_for_each_published_one() -> None:
    (axes,) = draw_overview(CONTENT).axes
    marks = {held.get_label(): list(zip(*held[0].get_data(), strict=True)) for held in axes.containers}
    assert marks == {
        "validation": [(0.9, 0), (0.5, 1)],
        "kept for the end": [(0.8, 0)],
        "validation, as JPEG of quality 75": [(0.5, 0)],
    }
    assert [text.get_text() for text in axes.texts] == ["cnn, published"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["ours", "cnn"]
