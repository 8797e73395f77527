"""A shard is kept until its own images change, and made again when it is not whole."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from data_io import image_records
from data_io.folder import read_data_folder
from data_io.images import Decoded, decode
from tests.data_io.corpus import encode, noise
from tests.data_io.decoded import open_split
from tests.data_io.sharded.cached import N, arrays, count_decoded, open_train, read_train, stamp


def test_a_changed_image_costs_its_own_shard(root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_train(root, folder)
    before = stamp(folder)
    (root / "train" / "train_5.png").write_bytes(encode(noise()))
    decoded = count_decoded(monkeypatch)
    advances: list[int] = []
    opened = open_train(root, folder, advances.append)
    assert sorted(decoded) == ["train_4", "train_5", "train_6", "train_7"]
    assert advances == [7, 4]  # what is there, then what is decoded
    after = stamp(folder)
    assert {name: after[name] for name in before} == before
    assert [name[:32] for name in sorted(after.keys() - before.keys())] == ["train-16px-pillow-bilinear-00001"] * 2
    np.testing.assert_array_equal(np.asarray(opened.images), read_train(root))


def test_added_images_cost_the_last_shard_and_new_ones(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_train(root, folder)
    before = stamp(folder)
    with (root / "train.csv").open("a") as file:
        for number in range(N, N + 3):
            (root / "train" / f"train_{number}.png").write_bytes(encode(noise()))
            file.write(f"train_{number},0\n")
    decoded = count_decoded(monkeypatch)
    opened = open_train(root, folder)
    assert sorted(decoded) == sorted(f"train_{number}" for number in range(8, 14))
    after = stamp(folder)
    assert {name: after[name] for name in before} == before
    assert sorted({name[27:32] for name in after.keys() - before.keys()}) == ["00002", "00003"]
    np.testing.assert_array_equal(np.asarray(opened.images), read_train(root))


def test_other_labels_cost_nothing(root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_train(root, folder)
    table = root / "train.csv"
    table.write_text(table.read_text().replace("train_3,3", "train_3,4"))
    decoded = count_decoded(monkeypatch)
    second = open_train(root, folder)
    assert decoded == []
    assert (first.labels[3], second.labels[3]) == (3, 4)
    assert first.digest != second.digest


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_build_keeps_what_is_whole_and_goes_on_from_there(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    def interrupt(path: Path, formats: Sequence[str]) -> Decoded:
        if path.stem == "train_9":
            raise stop
        return decode(path, formats)

    with monkeypatch.context() as patched:
        patched.setattr(image_records, "decode", interrupt)
        with pytest.raises(stop):
            open_train(root, folder)
    before = stamp(folder)
    assert [np.load(path).shape[0] for path in arrays(folder)] == [4, 4]
    assert len(before) == 4  # nothing of the third
    decoded = count_decoded(monkeypatch)
    opened = open_train(root, folder)
    assert sorted(decoded) == ["train_10", "train_8", "train_9"]
    after = stamp(folder)
    assert {name: after[name] for name in before} == before
    assert opened.notices == ()
    np.testing.assert_array_equal(np.asarray(opened.images), read_train(root))


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flip_a_pixel(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def lose_the_record(path: Path) -> None:
    path.with_suffix(".json").unlink()


def take_another_pair(path: Path) -> None:
    """Put a whole pair of other images, as many of the same size, in the place of this one."""
    other = arrays(path.parent)[0]
    for suffix in (".npy", ".json"):
        path.with_suffix(suffix).write_bytes(other.with_suffix(suffix).read_bytes())


@pytest.mark.parametrize("damage", [truncate, flip_a_pixel, lose_the_record, take_another_pair])
def test_a_damaged_or_foreign_shard_alone_is_made_again_with_a_notice(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    open_train(root, folder)
    before = stamp(folder)
    second = arrays(folder)[1]
    damage(second)
    decoded = count_decoded(monkeypatch)
    opened = open_train(root, folder)
    assert sorted(decoded) == ["train_4", "train_5", "train_6", "train_7"]
    assert opened.notices == (f"{second} was not whole and has been made again",)
    np.testing.assert_array_equal(np.asarray(opened.images), read_train(root))
    after = stamp(folder)
    assert {name: each.digest for name, each in after.items()} == {name: each.digest for name, each in before.items()}
    untouched = [name for name in before if "-00001-" not in name]
    assert [after[name] for name in untouched] == [before[name] for name in untouched]


def test_pixels_of_another_size_under_this_ones_name_are_made_again(root: Path, folder: Path) -> None:
    open_train(root, folder)
    split = read_data_folder(root, 5, ["train"]).splits["train"]
    for path in list(folder.iterdir()):
        path.rename(path.with_name(path.name.replace("16px", "20px")))
    opened = open_split(split, 20, folder)
    assert opened.images.shape == (N, 20, 20, 3)
    assert len(opened.notices) == 3
