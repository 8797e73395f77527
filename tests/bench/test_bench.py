"""What `bench` asks its processes, and what it makes of their answers."""

from pathlib import Path

import pytest

from tests.bench.conftest import Bench, content_of, rows_of
from tests.bench.contestants import Contestants


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results" / "bench.json"


def test_training_is_measured_in_rounds_at_each_number_of_threads(
    bench: Bench, contestants: Contestants, path: Path
) -> None:
    assert bench("training", "--backends", "torch,jax", "--repeats", "2", "--json", str(path)) == 0
    one_round = [
        *(("native", "train", threads) for threads in (1, 2, 2)),
        *(("torch", "train", threads) for threads in (1, 2)),
        *(("jax", "train", threads) for threads in (1, 2)),
    ]
    assert contestants.asked == one_round * 2
    rows = rows_of(path, "training")
    # With two threads 100 images take 1 s natively, 0.5 s on torch, 2 s on jax
    assert {name: row["ratio"]["median"] for name, row in rows.items()} == {"native": 1.0, "torch": 2.0, "jax": 0.5}
    assert rows["torch"]["variant"] == "2 threads" and rows["torch"]["figure"]["n"] == 2
    assert rows["torch"]["figure"]["median"] == 200.0
    assert rows["torch"]["cpu_ms_per_image"]["median"] == 10.0


def test_quick_is_one_round_of_few_steps(bench: Bench, contestants: Contestants, path: Path) -> None:
    assert bench("training", "--quick", "--backends", "jax", "--json", str(path)) == 0
    assert {(trial.warm_steps, trial.steps) for trial in contestants.trials} == {(4, 8)}
    assert rows_of(path, "training")["jax"]["figure"]["n"] == 1


def test_a_process_gets_as_many_cores_as_threads(bench: Bench, contestants: Contestants) -> None:
    assert bench("training", "--quick", "--backends", "jax", "--threads", "1") == 0
    assert contestants.cores <= {1} and {threads for _, _, threads in contestants.asked} == {1}


def test_all_of_it_leaves_a_table_a_picture_and_its_conditions(
    bench: Bench, contestants: Contestants, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench("--quick", "--backends", "tensorflow", "--target", "0.5", with_picture=True) == 0
    folder = tmp_path / "runs" / "bench-all"
    assert {each.name for each in folder.iterdir()} == {"bench.json", "bench.png", "logs"}
    sections = content_of(folder / "bench.json")["sections"]
    assert list(sections) == sorted(["training", "loader", "prediction", "job", "accuracy", "growth"])
    for section in sections.values():
        assert section["versions"]["keras"] and section["hardware"] and section["commit"]
        assert section["threads"] == [2] and section["command"].startswith("python run.py bench")
    out = capsys.readouterr().out
    assert "training, tiny: native, 2 threads, round 1: 0 s" in out and "times as good" in out


@pytest.mark.parametrize("section", ["job", "accuracy"])
def test_whole_processes_say_what_they_computed_on(
    section: str, bench: Bench, contestants: Contestants, path: Path
) -> None:
    contestants.device = "gpu (NVIDIA X)"
    assert bench(section, "--quick", "--backends", "jax", "--target", "0.5", "--json", str(path)) == 0
    assert content_of(path)["sections"][section]["hardware"] == "gpu (NVIDIA X)"


def test_of_the_loader_cpu_time_is_compared(bench: Bench, path: Path) -> None:
    assert bench("loader", "--quick", "--json", str(path)) == 0
    # 2 x 0.2 s and 2 x 2 s of CPU time for 100 images
    for table in (0, 1):
        row = rows_of(path, "loader", table)["ours"]
        assert row["figure"]["median"] == pytest.approx(4.0)
        assert row["ratio"]["median"] == pytest.approx(10.0)


def test_predict_is_timed_between_a_block_and_all_files(bench: Bench, contestants: Contestants, path: Path) -> None:
    assert bench("prediction", "--quick", "--backends", "jax", "--threads", "2", "--json", str(path)) == 0
    assert rows_of(path, "prediction", 0)["onnxruntime"]["ratio"]["median"] == 8.0
    files = rows_of(path, "prediction", 1)
    assert files["run.py predict"]["figure"]["median"] == (512 - 64) / (3.0 - 1.0)
    assert files["native"]["figure"]["median"] == 100.0
    one = rows_of(path, "prediction", 2)
    assert one["run.py predict"]["figure"]["median"] == 3.0
    assert [trial.kind for trial in contestants.trials].count("write") == 1  # the file is made once


def test_the_job_is_done_with_an_empty_cache_and_with_a_full_one(
    bench: Bench, contestants: Contestants, path: Path
) -> None:
    assert bench("job", "--quick", "--backends", "jax", "--json", str(path)) == 0
    assert set(rows_of(path, "job")) == {"native", "jax, cold cache", "jax, warm cache"}
    variants = rows_of(path, "job")["native"]["variants"]
    assert [each["variant"] for each in variants] == ["2 threads, 0 workers", "2 threads, 2 workers, waiting quietly"]
    (cold, warm) = contestants.programs
    assert cold[cold.index("--cache") + 1] == warm[warm.index("--cache") + 1]
    assert cold[-1] == "training.epochs=1" and cold[cold.index("--backend") + 1] == "jax"


def test_a_child_that_is_elsewhere_is_told_where_the_cache_is_and_how_to_read(
    bench: Bench, contestants: Contestants, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    reading = ["--cache", "kept", "--allow-format", "jpeg", "--strict"]
    assert bench("accuracy", "--backends", "jax", "--seeds", "1", *reading, "--json", str(path)) == 0
    (words,) = contestants.programs
    assert words[words.index("--cache") + 1] == str(tmp_path / "kept")
    assert words[words.index("--allow-format") + 1] == "jpeg" and "--strict" in words


def test_the_seconds_to_an_accuracy_are_of_each_seed(bench: Bench, contestants: Contestants, path: Path) -> None:
    options = ("--backends", "jax", "--seeds", "2", "--target", "0.9", "--json", str(path))
    assert bench("accuracy", *options) == 0
    assert [words[-1] for words in contestants.programs] == ["3", "4"]  # the recipe's seed and the next
    row = rows_of(path, "accuracy")["jax"]
    assert (row["figure"]["median"], row["figure"]["n"]) == (7.0, 2)
    assert row["cpu_ms_per_image"]["median"] == 9_000 / (2 * 80)  # two epochs of 80 images


def test_quick_whole_programs_are_of_the_backend_that_trained_fastest(
    bench: Bench, contestants: Contestants, path: Path
) -> None:
    parts = ("training", "job", "accuracy")
    assert bench(*parts, "--quick", "--threads", "1", "--json", str(path), with_recipe=False) == 0
    assert set(rows_of(path, "accuracy")) == {"tensorflow"}
    assert set(rows_of(path, "job")) == {"native", "tensorflow, cold cache", "tensorflow, warm cache"}
    *_, words = contestants.programs
    assert Path(words[1]).stem == "quick"
    section = content_of(path)["sections"]["accuracy"]
    assert section["tables"][0]["title"] == "to 90 % of validation, quick"
    assert section["data"] == "drawn sample images"


def test_growth_is_measured_against_the_fewest_images(bench: Bench, contestants: Contestants, path: Path) -> None:
    assert bench("growth", "--quick", "--json", str(path)) == 0
    decoding, answering = rows_of(path, "growth", 0), rows_of(path, "growth", 2)
    assert set(decoding) == {"200 images", "2,000 images"}
    assert decoding["2,000 images"]["ratio"]["median"] == 1.0
    assert decoding["2,000 images"]["peak_anonymous_bytes"]["median"] == 2**20
    # (2000 - 64) / 2 s and (200 - 64) / 2 s
    assert answering["2,000 images"]["ratio"]["median"] == pytest.approx(968 / 68)


def test_a_part_replaces_its_own_section_of_a_file_alone(bench: Bench, contestants: Contestants, path: Path) -> None:
    assert bench("training", "--quick", "--backends", "jax", "--json", str(path)) == 0
    assert bench("loader", "--quick", "--json", str(path)) == 0
    before = content_of(path)["sections"]
    assert set(before) == {"training", "loader"}
    assert bench("training", "--quick", "--backends", "torch", "--json", str(path)) == 0
    after = content_of(path)["sections"]
    assert after["loader"] == before["loader"]
    assert set(rows_of(path, "training")) == {"native", "torch"}
