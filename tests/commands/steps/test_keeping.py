"""What is being written keeps its values, whatever training does meanwhile."""

import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from commands.steps.keeping import Keeper, Progress
from commands.steps.stopping import StopRequest
from data_io import checkpoint_writing
from data_io.checkpoint_writing import CheckpointWriter
from keras_models.building import build
from keras_models.schedule import Schedule
from keras_models.snapshot import take_snapshot
from keras_models.training import compile_model

Arrays = Mapping[str, NDArray[np.generic]]
LONG_SECONDS = 3600.0


def test_a_state_that_is_being_written_stays_as_it_was_while_training_goes_on_and_the_next_one_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = Event()
    written: list[dict[str, NDArray[np.generic]]] = []

    def write_slowly(path: Path, arrays: Arrays, values: Mapping[str, Any]) -> None:
        assert released.wait(60)
        written.append({name: array.copy() for name, array in arrays.items()})

    class HastyWriter(CheckpointWriter):
        def wait(self) -> None:  # called when the next state has been taken, before it is handed over
            released.set()
            super().wait()
            released.clear()

    monkeypatch.setattr(checkpoint_writing, "save_checkpoint", write_slowly)
    model = build("mlp", 32, 5, 0, dense_units=(8,), dropout_fraction=0.3)
    metrics = compile_model(model, Schedule(epochs=2, learning_rate=0.05, optimizer="adamw"))
    generator = np.random.default_rng(0)
    images, labels = generator.integers(0, 256, (8, 32, 32, 3), np.uint8), generator.integers(0, 5, 8, np.int32)
    stop = StopRequest(None, time.monotonic())
    begun = time.monotonic()
    wanted = []
    with HastyWriter(tmp_path) as writer:
        keeper = Keeper(tmp_path, model, metrics, 2, LONG_SECONDS, stop, Progress(step=1), begun, writer)
        for _ in range(5):
            model.train_on_batch(images, labels)
            wanted.append(take_snapshot(model, metrics))
            keeper.save()  # waits for the one before, but only after it has taken its own
        writer.wait()
    assert len(written) == 5
    for taken, kept in zip(wanted, written, strict=True):
        assert {name: array.tobytes() for name, array in taken.items()} == {
            name: array.tobytes() for name, array in kept.items()
        }
    assert any(wanted[0][name].tobytes() != wanted[1][name].tobytes() for name in wanted[0])


def test_states_are_kept_in_the_memory_of_earlier_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[int] = []

    def note(path: Path, arrays: Arrays, values: Mapping[str, Any]) -> None:
        places.append(arrays["weights/0000"].ctypes.data)

    monkeypatch.setattr(checkpoint_writing, "save_checkpoint", note)
    model = build("mlp", 32, 5, 0, dense_units=(8,), dropout_fraction=0.0)
    metrics = compile_model(model, Schedule(epochs=2, learning_rate=0.05))
    stop = StopRequest(None, time.monotonic())
    with CheckpointWriter(tmp_path) as writer:
        keeper = Keeper(tmp_path, model, metrics, 2, LONG_SECONDS, stop, Progress(step=1), 0.0, writer)
        for number in range(4):
            keeper.save()
            writer.wait()
            model.trainable_variables[0].assign(keras.ops.full((3072, 8), number))
    assert len(places) == 4 and len(set(places)) == 1
