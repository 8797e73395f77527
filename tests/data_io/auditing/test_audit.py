import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

import errors
from data_io.auditing.audit import Audit, audit
from data_io.auditing.findings import ERROR, NOTE, WARNING, Finding, escalate_leaks
from data_io.cache import digest_split
from data_io.folder import read_data_folder
from tests.data_folders import Row, draw_folder, noise


@contextmanager
def uncounted(what: str, total: int) -> Iterator[Callable[[int], None]]:
    yield lambda count: None


def look(root: Path) -> Audit:
    return audit(root, 5, uncounted)


def of_kind(found: Audit, kind: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.kind == kind]


def rows(*pictures: Image.Image, prefix: str = "t", labels: list[int] | None = None) -> list[Row]:
    given = labels or [number % 5 for number in range(len(pictures))]
    return [(f"{prefix}{number}", given[number], picture) for number, picture in enumerate(pictures)]


def test_a_sound_folder_has_no_finding(tmp_path: Path) -> None:
    found = look(draw_folder(tmp_path / "data"))
    assert found.findings == ()
    assert [(split.name, split.rows, split.readable) for split in found.splits] == [
        ("train", 5, 5),
        ("validation", 5, 5),
        ("test", 5, 5),
    ]
    assert found.splits[0].labels == {0: 1, 1: 1, 2: 1, 3: 1, 4: 1}
    assert found.splits[2].labels == {}


def test_nothing_in_the_folder_is_changed(tmp_path: Path) -> None:
    root = draw_folder(tmp_path / "data")
    before = {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    look(root)
    assert {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()} == before


def test_equal_pixels_with_two_labels_are_an_error(tmp_path: Path) -> None:
    pictures = rows(noise(1), noise(2), noise(3), noise(4), noise(5), noise(1), labels=[0, 1, 2, 3, 4, 3])
    found = look(draw_folder(tmp_path / "data", pictures))
    (conflict,) = of_kind(found, "conflicting labels")
    assert conflict.severity == ERROR
    assert [(place.id, place.row, place.label) for place in conflict.places] == [("t0", 2, 0), ("t5", 7, 3)]
    assert "Received: 0 and 3 for train/t0.png (line 2), train/t5.png (line 7)" in conflict.message
    assert of_kind(found, "duplicates") == []  # said once


def test_equal_pixels_within_a_split_are_a_warning(tmp_path: Path) -> None:
    pictures = rows(noise(1), noise(2), noise(3), noise(4), noise(5), noise(1))
    (copy,) = of_kind(look(draw_folder(tmp_path / "data", pictures)), "duplicates")
    assert copy.severity == WARNING
    assert [place.id for place in copy.places] == ["t0", "t5"]


def test_a_leak_is_a_warning_until_leaks_are_escalated(tmp_path: Path) -> None:
    train = rows(*[noise(number) for number in range(5)])
    validation = rows(noise(0), *[noise(number) for number in range(50, 54)], prefix="v")
    found = look(draw_folder(tmp_path / "data", train, validation))
    (leak,) = of_kind(found, "leak")
    assert leak.severity == WARNING
    assert [(place.split, place.id) for place in leak.places] == [("train", "t0"), ("validation", "v0")]
    escalated = escalate_leaks(found.findings)
    assert [finding.kind for finding in escalated if finding.severity == ERROR] == ["leak"]
    assert escalated[0].kind == "leak"  # errors come first


def test_a_rescaled_image_in_another_split_looks_alike(tmp_path: Path) -> None:
    train = rows(*[noise(number, (100, 100)) for number in range(5)])
    smaller = noise(0, (100, 100)).resize((90, 90), Image.Resampling.BICUBIC)
    test = rows(smaller, prefix="x")
    found = look(draw_folder(tmp_path / "data", train, test=test))
    (near,) = of_kind(found, "near-duplicates")
    assert near.severity == WARNING
    assert [place.file for place in near.places] == ["train/t0.png", "test/x0.png"]
    assert of_kind(found, "leak") == []


def test_unreadable_images_are_errors_with_file_row_and_id(tmp_path: Path) -> None:
    root = draw_folder(tmp_path / "data")
    (root / "validation" / "validation3.png").write_bytes(b"<html>")
    found = look(root)
    (broken,) = of_kind(found, "unreadable")
    assert broken.severity == ERROR
    assert broken.message.startswith(f"{root / 'validation.csv'} line 5: Expected to read the image ")
    as_json = broken.as_dict()
    assert (as_json["split"], as_json["row"], as_json["id"]) == ("validation", 5, "validation3")
    assert as_json["file"] == "validation/validation3.png"
    assert found.splits[1].readable == 4


def test_mistakes_of_the_tables_are_errors_and_the_good_rows_are_still_looked_at(tmp_path: Path) -> None:
    root = draw_folder(tmp_path / "data")
    (root / "train.csv").write_text("image_id,label\ntrain0,0\ntrain1,9\n../x,2\ntrain3,3\ntrain4,4\n")
    (root / "train" / "train4.png").unlink()
    found = look(root)
    mistakes = [(finding.split, finding.row) for finding in of_kind(found, "table")]
    assert sorted(mistakes, key=str) == [("train", 3), ("train", 4), ("train", 6)]
    assert (found.splits[0].rows, found.splits[1].rows) == (2, 5)


def test_more_missing_images_than_an_error_shows_are_all_found(tmp_path: Path) -> None:
    train = rows(*[noise(number) for number in range(40)])
    root = draw_folder(tmp_path / "data", train)
    for number in range(30):
        (root / "train" / f"t{number}.png").unlink()
    found = look(root)
    assert sorted(finding.row or 0 for finding in of_kind(found, "table")) == list(range(2, 32))
    assert of_kind(found, "table")[29].as_dict()["id"] == "t29"


def test_ids_that_are_not_in_the_sample_submission_are_an_error(tmp_path: Path) -> None:
    root = draw_folder(tmp_path / "data")
    (root / "sample_submission.csv").write_text("image_id,label\ntest0,0\nother,0\n")
    (mismatch,) = of_kind(look(root), "table")
    assert mismatch.severity == ERROR
    assert "sample_submission.csv" in mismatch.message


def test_an_id_of_train_is_an_error_in_validation_and_a_note_in_test(tmp_path: Path) -> None:
    train = rows(*[noise(number) for number in range(5)])
    validation = [("t1", 1, noise(60)), *rows(*[noise(number) for number in range(61, 65)], prefix="v")]
    test = [("t2", 0, noise(70))]
    found = look(draw_folder(tmp_path / "data", train, validation, test))
    (judged,) = of_kind(found, "table")
    assert (judged.severity, judged.split, judged.row, judged.places[0].id) == (ERROR, "validation", 2, "t1")
    said = {finding.message: finding.severity for finding in of_kind(found, "notice")}
    assert said["1 id of test.csv is in train.csv too: t2"] == NOTE


def test_extra_files_are_a_note_with_their_number(tmp_path: Path) -> None:
    root = draw_folder(tmp_path / "data")
    (root / "train" / "readme.txt").write_text("")
    (root / "train" / "other.png").write_text("")
    (extra,) = of_kind(look(root), "notice")
    assert extra.severity == NOTE
    assert extra.message == f"2 files in {root / 'train'} are in no row: other.png, readme.txt"


def test_a_mode_that_only_one_class_has_is_a_warning_and_a_shortcut(tmp_path: Path) -> None:
    # Label 0 in grey, labels 1 to 4 in colour: the mode alone gives label 0, and one of the others.
    train = rows(*[noise(number, mode="L" if number % 5 == 0 else "RGB") for number in range(100)])
    found = look(draw_folder(tmp_path / "data", train))
    assert any("the modes differ between classes" in finding.message for finding in of_kind(found, "classes differ"))
    (mode,) = [shortcut for shortcut in found.shortcuts if shortcut.group == "mode"]
    assert mode.accuracy == pytest.approx(0.4, abs=0.1)
    assert [profile.modes for profile in found.profiles[:2]] == [{"L": 20}, {"RGB": 20}]


def test_one_odd_size_in_many_images_is_a_note_and_no_shortcut(tmp_path: Path) -> None:
    train = rows(noise(0, (25, 25)), *[noise(number) for number in range(1, 60)])
    found = look(draw_folder(tmp_path / "data", train))
    (mixed,) = of_kind(found, "mixed images")
    assert mixed.severity == NOTE
    assert of_kind(found, "classes differ") == []
    assert found.profiles[0].sizes == {"20x20": 11, "25x25": 1}


def test_a_class_with_less_than_half_of_the_largest_is_a_warning(tmp_path: Path) -> None:
    labels = [0] * 9 + [1] * 9 + [2] * 9 + [3] * 4
    train = rows(*[noise(number) for number in range(31)], labels=labels)
    found = look(draw_folder(tmp_path / "data", train))
    messages = [finding.message for finding in of_kind(found, "balance")]
    assert messages == [
        "train: label 3 has 4 images, the largest class 9.",
        "train: label 4 has 0 images, the largest class 9.",
    ]


def test_images_of_one_colour_are_a_warning_and_not_alike(tmp_path: Path) -> None:
    plain = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    found = look(draw_folder(tmp_path / "data", rows(*plain, noise(2), noise(3), noise(4))))
    (flat,) = of_kind(found, "image")
    assert [place.id for place in flat.places] == ["t0", "t1"]
    assert of_kind(found, "near-duplicates") == []


def test_the_profile_of_a_class_says_sizes_of_files_and_colours(tmp_path: Path) -> None:
    root = draw_folder(tmp_path / "data")
    profile = look(root).profiles[2]
    assert (profile.split, profile.label, profile.images) == ("train", 2, 1)
    assert profile.file_bytes == ((root / "train" / "train2.png").stat().st_size,) * 7
    assert profile.examples == ("train/train2.png",) * 7


def test_the_audit_is_json_and_is_the_same_twice(tmp_path: Path) -> None:
    root = draw_folder(tmp_path / "data", rows(*[noise(number % 9) for number in range(30)]))
    once, again = (json.dumps(look(root).as_dict(), allow_nan=False) for _ in range(2))
    assert once == again
    assert json.loads(once)["counts"]["error"] == 9  # nine pictures, each with several labels


def test_the_digests_are_those_of_a_run_on_the_data_and_there_are_none_of_data_that_no_run_reads(
    tmp_path: Path,
) -> None:
    root = draw_folder(tmp_path / "data")
    splits = read_data_folder(root, 5).splits
    assert look(root).data_digests == {name: digest_split(split) for name, split in splits.items()}
    (root / "test" / "test0.png").unlink()
    assert look(root).data_digests == {}


def test_no_folder_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(errors.DataError, match="Expected a data folder at"):
        look(tmp_path / "none")


def test_an_empty_folder_is_reported_and_not_a_crash(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert len(found.of_severity(ERROR)) >= 4
    assert found.profiles == () and found.shortcuts == ()
