"""Checkpoints are there whole or not at all, and nothing in them is trusted unread."""

import io
import json
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import errors
from data_io import checkpoints
from data_io.checkpoints import (
    BEST,
    FOLDER,
    LAST,
    VALUES,
    link_checkpoint,
    load_checkpoint,
    save_checkpoint,
    sweep_leftovers,
)
from data_io.files import replacing
from data_io.locking import LOCK, OWNER

ARRAYS: dict[str, NDArray[np.generic]] = {
    "weights/0000": np.arange(6, dtype=np.float32).reshape(2, 3) / 7,
    "weights/0001": np.array([3, 2**32 - 1], np.uint32),
    "optimizer/0000": np.array(5, np.int64),
}
VALUE = {"epoch": 2, "means": {"loss": 0.1 + 0.2}, "history": [{"seconds": 1e-300}]}


class Crash(BaseException):
    """Stands for the end of the process."""


def test_arrays_and_values_come_back_bit_by_bit(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint" / LAST
    save_checkpoint(path, ARRAYS, VALUE)
    arrays, values = load_checkpoint(path)
    assert values == VALUE
    assert set(arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert (arrays[name].dtype, arrays[name].shape, arrays[name].tobytes()) == (
            array.dtype,
            array.shape,
            array.tobytes(),
        )
    assert [entry.name for entry in path.parent.iterdir()] == [LAST]


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


def whole() -> bytes:
    return npz(**{VALUES: np.frombuffer(json.dumps(VALUE).encode(), np.uint8)}, **ARRAYS)


def flipped() -> bytes:
    content = bytearray(whole())
    place = bytes(content).index(ARRAYS["weights/0000"].tobytes())
    content[place + 5] ^= 1
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        whole()[: len(whole()) // 2],
        whole()[:-30],
        flipped(),
        b"",
        b"not a checkpoint at all",
        npz(weights=np.zeros(3)),
        npz(**{VALUES: np.frombuffer(b"{", np.uint8)}),
        npz(**{VALUES: np.frombuffer(b"\xff\xfe", np.uint8)}),
        npz(**{VALUES: np.array([{"epoch": 1}], object)}),
        pickle.dumps({"epoch": 1}),
        npz(**{VALUES: np.frombuffer(b"[1]", np.uint8)}),
        npy(),
    ],
    ids=[
        "half",
        "no_end",
        "flipped",
        "empty",
        "text",
        "foreign",
        "no_json",
        "no_text",
        "object",
        "pickle",
        "no_table",
        "npy",
    ],
)
def test_f3_what_is_no_whole_checkpoint_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / LAST
    path.write_bytes(content)
    with pytest.raises(
        errors.PromiseError, match=r"^Expected a whole checkpoint at .*last\.npz\. Received: "
    ) as caught:
        load_checkpoint(path)
    (message,) = caught.value.messages
    assert "\n" not in message and BEST in message


def test_f3_no_flipped_bit_gives_other_numbers(tmp_path: Path) -> None:
    path = tmp_path / LAST
    content = whole()
    refused = 0
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ (1 << place % 8)]) + content[place + 1 :])
        try:
            arrays, values = load_checkpoint(path)
        except errors.PromiseError:
            refused += 1
            continue
        assert values == VALUE
        for name, array in arrays.items():  # one may be missing: then they are not those of a network
            assert (array.shape, array.tobytes()) == (ARRAYS[name].shape, ARRAYS[name].tobytes()), place
    assert refused > len(content) / 2  # the rest are dates and the like


def test_nothing_is_unpickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("unpickled")

    monkeypatch.setattr(pickle, "load", opened)
    (tmp_path / LAST).write_bytes(npz(**{VALUES: np.array([{"epoch": 1}], object)}))
    with pytest.raises(errors.PromiseError):
        load_checkpoint(tmp_path / LAST)


@pytest.mark.parametrize("can_link", [True, False])
def test_the_best_stays_what_it_is_when_the_next_state_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_link: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "no links on this disk")

    if not can_link:
        monkeypatch.setattr(os, "link", refuse)
    last = tmp_path / LAST
    for number in (1, 2):
        save_checkpoint(last, {}, {"epoch": number})
        link_checkpoint(last, BEST)
    save_checkpoint(last, {}, {"epoch": 3})
    assert load_checkpoint(tmp_path / BEST)[1] == {"epoch": 2}
    assert load_checkpoint(last)[1] == {"epoch": 3}
    assert {path.name for path in tmp_path.iterdir()} == {LAST, BEST}


STAGES = ["data_io.checkpoints.np.savez", "os.fsync", "pathlib.Path.chmod", "pathlib.Path.replace"]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_f3_a_crash_at_any_stage_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, after: bool
) -> None:
    path = tmp_path / LAST
    save_checkpoint(path, ARRAYS, {"epoch": 1})
    name = stage.rpartition(".")[2]
    real = {"savez": np.savez, "fsync": os.fsync, "chmod": Path.chmod, "replace": Path.replace}[name]

    def crash(*words: Any, **arrays: Any) -> None:
        if after:
            real(*words, **arrays)  # type: ignore[operator]
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(stage, crash)
        with pytest.raises(Crash):
            save_checkpoint(path, {}, {"epoch": 2})
    assert load_checkpoint(path)[1] == {"epoch": 2 if stage.endswith("replace") and after else 1}


@pytest.mark.parametrize("stage", STAGES)
def test_f4_what_the_disk_refuses_at_any_stage_is_an_environment_fault_and_leaves_the_old_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    path = tmp_path / LAST
    save_checkpoint(path, ARRAYS, {"epoch": 1})

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(stage, refuse)
        with pytest.raises(errors.EnvironmentFault, match=r"Expected to write .*last\.npz\. Received: No space left"):
            save_checkpoint(path, ARRAYS, {"epoch": 2})
    assert load_checkpoint(path)[1] == {"epoch": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == [LAST]


def test_a_checkpoint_is_synced_before_it_takes_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    for owner, name in ((os, "fsync"), (Path, "replace")):
        real = getattr(owner, name)

        def note(*words: Any, name: str = name, real: Any = real) -> Any:
            order.append(name)
            return real(*words)

        monkeypatch.setattr(owner, name, note)
    save_checkpoint(tmp_path / LAST, ARRAYS, {})
    assert order[:2] == ["fsync", "replace"]


def test_f3_leftovers_of_a_killed_process_are_swept_and_nothing_else(tmp_path: Path) -> None:
    kept = tmp_path / FOLDER
    save_checkpoint(kept / LAST, {}, {"epoch": 1})
    link_checkpoint(kept / LAST, BEST)
    (kept / ".last.abc12345.npz").write_bytes(b"half")
    (kept / f".{BEST}-12").write_bytes(b"half")
    with replacing(tmp_path / "model.keras") as temporary:
        pass
    temporary.write_bytes(b"half")  # as a kill in between would have left it
    others = {LOCK, OWNER, ".notes.txt", "curves.png", "model.keras"}
    for name in others:
        (tmp_path / name).write_bytes(b"")
    sweep_leftovers(tmp_path)
    assert {path.name for path in kept.iterdir()} == {LAST, BEST}
    assert {path.name for path in tmp_path.iterdir()} == {FOLDER, *others}
    sweep_leftovers(tmp_path / "absent")
    assert checkpoints.load_checkpoint(kept / BEST)[1] == {"epoch": 1}


def test_a_folder_that_cannot_be_made_is_an_environment_fault(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_bytes(b"a file")
    with pytest.raises(errors.EnvironmentFault, match=FOLDER):
        save_checkpoint(tmp_path / FOLDER / LAST, {}, {})
