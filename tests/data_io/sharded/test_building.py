"""The cache in several files, each made by itself and renamed into its place when it is whole."""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import errors
from data_io import image_records
from data_io.cache import preparing
from data_io.folder import read_data_folder
from data_io.shards import ShardedImages
from tests.data_io.corpus import encode, noise
from tests.data_io.sharded.cached import SIZE, N, arrays, count_decoded, open_train, read_train, stamp


def test_images_lie_in_files_of_a_bounded_number_in_the_order_of_the_csv(root: Path, folder: Path) -> None:
    opened = open_train(root, folder)
    assert isinstance(opened.images, ShardedImages)
    assert [np.load(path).shape for path in arrays(folder)] == [(4, 16, 16, 3), (4, 16, 16, 3), (3, 16, 16, 3)]
    assert [path.name[:33] for path in arrays(folder)] == [f"train-16px-pillow-bilinear-0000{at}-" for at in range(3)]
    np.testing.assert_array_equal(np.asarray(opened.images), read_train(root))
    assert len(opened.pixel_digests) == N


def test_the_bytes_are_the_same_however_many_threads_decode(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamps = []
    for threads in (1, 2, 7):
        monkeypatch.setattr(image_records, "THREADS", threads)
        open_train(root, tmp_path / str(threads))
        stamps.append({name: each.digest for name, each in stamp(tmp_path / str(threads)).items()})
    assert stamps[0] == stamps[1] == stamps[2]
    assert len(stamps[0]) == 6


def test_the_digest_and_the_pixels_do_not_depend_on_the_size_of_a_shard(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = open_train(root, tmp_path / "several")
    monkeypatch.setattr("data_io.cache.SHARD_IMAGES", 4096)
    one = open_train(root, tmp_path / "one")
    assert isinstance(one.images, np.memmap)
    assert (one.digest, one.pixel_digests) == (several.digest, several.pixel_digests)
    np.testing.assert_array_equal(one.images, np.asarray(several.images))


@pytest.mark.parametrize("wrong", [(1,), (1, 6, 10)])
def test_mistakes_of_all_shards_are_told_in_the_order_of_the_csv_and_nothing_is_left(
    root: Path, folder: Path, wrong: tuple[int, ...]
) -> None:
    for number in wrong:
        (root / "train" / f"train_{number}.png").write_bytes(b"")
    advances: list[int] = []
    with pytest.raises(errors.DataError) as caught:
        open_train(root, folder, advances.append)
    assert [message.partition(":")[0] for message in caught.value.messages] == [
        f"{root / 'train.csv'} line {number + 2}" for number in wrong
    ]
    assert list(folder.iterdir()) == []
    assert sum(advances) == N


def test_a_mistake_takes_away_what_was_made_for_it_and_not_what_was_there(root: Path, folder: Path) -> None:
    open_train(root, folder)
    before = stamp(folder)
    (root / "train" / "train_0.png").write_bytes(encode(noise()))  # another first shard, which is readable
    (root / "train" / "train_10.png").write_bytes(b"")
    with pytest.raises(errors.DataError):
        open_train(root, folder)
    assert stamp(folder) == before


def test_pixels_that_another_process_takes_away_stay_readable_for_who_has_them(root: Path, folder: Path) -> None:
    split = read_data_folder(root, 5, ["train"]).splits["train"]
    with preparing(split, SIZE, folder, lambda count: None) as prepared:
        for path in folder.iterdir():
            path.unlink()
    np.testing.assert_array_equal(np.asarray(prepared.load().images), read_train(root))


def test_a_disk_without_room_for_all_shards_is_a_fault_before_any_image_is_decoded(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = count_decoded(monkeypatch)
    needed_bytes = N * SIZE * SIZE * 3

    class Disk(NamedTuple):
        free: int

    monkeypatch.setattr("shutil.disk_usage", lambda path: Disk(needed_bytes - 1))
    with pytest.raises(errors.EnvironmentFault, match="No space left on device"):
        open_train(root, folder)
    assert (decoded, list(folder.iterdir())) == ([], [])
    monkeypatch.setattr("shutil.disk_usage", lambda path: Disk(needed_bytes))
    assert len(open_train(root, folder).images) == N


def test_a_disk_that_fills_up_keeps_what_is_whole(root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve = os.posix_fallocate if hasattr(os, "posix_fallocate") else None
    calls: list[int] = []

    def refuse_the_second(descriptor: int, offset: int, length: int) -> None:
        calls.append(length)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "posix_fallocate", refuse_the_second, raising=reserve is not None)
        with pytest.raises(errors.EnvironmentFault, match="No space left on device"):
            open_train(root, folder)
    assert [np.load(path).shape[0] for path in arrays(folder)] == [4]
    np.testing.assert_array_equal(np.asarray(open_train(root, folder).images), read_train(root))
