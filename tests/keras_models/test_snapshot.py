"""All that a run's future depends on, out of the backend and back."""

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from data_io.batches import ShuffledBatches
from keras_models.building import build
from keras_models.schedule import Schedule
from keras_models.snapshot import (
    OtherNetwork,
    has_finite_weights,
    is_finite,
    restore_metrics,
    restore_snapshot,
    take_snapshot,
)
from keras_models.training import compile_model

SCHEDULE = Schedule(epochs=2, learning_rate=0.05, optimizer="adamw", decay="cosine", ema=0.9)


def compiled(*units: int) -> tuple[keras.Model, list[keras.metrics.Metric]]:
    model = build("mlp", 32, 5, 0, dense_units=units or (8,), dropout_fraction=0.3)
    return model, list(compile_model(model, SCHEDULE, 3))


def same(one: dict[str, NDArray[np.generic]], other: dict[str, NDArray[np.generic]]) -> list[str]:
    assert set(one) == set(other)
    return [name for name in one if one[name].tobytes() != other[name].tobytes()]


def test_a_snapshot_is_a_copy_that_another_network_of_the_same_layers_can_be_put_into(train: ShuffledBatches) -> None:
    model, metrics = compiled()
    first = take_snapshot(model, metrics)
    model.train_on_batch(*train.batch(0, 0))
    second = take_snapshot(model, metrics)
    assert any(name.startswith("weights/") for name in same(first, second))
    # dropout's seeds and the running means have moved, too
    assert first.keys() == second.keys() and sum(name.startswith("optimizer/") for name in second) > 12
    moved = {name.partition("/")[0] for name in same(first, second)}
    assert moved == {"weights", "optimizer", "metrics"}
    other, other_metrics = compiled()
    restore_snapshot(other, second)
    restore_metrics(other_metrics, second)
    assert same(take_snapshot(other, other_metrics), second) == []
    # and both go on as one
    for network in (model, other):
        network.train_on_batch(*train.batch(0, 1))
    assert same(take_snapshot(model), take_snapshot(other)) == []
    assert same(first, take_snapshot(*compiled())) == []  # what was taken first has not moved


def test_a_snapshot_fills_the_arrays_of_one_that_is_not_needed_any_more(train: ShuffledBatches) -> None:
    model, metrics = compiled()
    spare = take_snapshot(model, metrics)
    model.train_on_batch(*train.batch(0, 0))
    fresh = take_snapshot(model, metrics)
    again = take_snapshot(model, metrics, spare)
    assert same(again, fresh) == []
    assert all(again[name] is spare[name] for name in spare)
    assert not any(np.shares_memory(again[name], fresh[name]) for name in fresh)


def test_arrays_of_another_shape_or_type_or_name_are_not_filled() -> None:
    model, metrics = compiled()
    wanted = take_snapshot(model, metrics)
    spare: dict[str, NDArray[np.generic]] = {
        "weights/0000": np.zeros((3072, 9), np.float32),
        "weights/0001": np.zeros(8, np.float64),
        "weights/9999": np.zeros(8, np.float32),
    }
    taken = take_snapshot(model, metrics, spare)
    assert same(taken, wanted) == []
    assert [array.any() for array in spare.values()] == [False, False, False]


@pytest.mark.parametrize(
    ("units", "words"),
    [((9,), r"weights/0000 of shape \(3072, 8\), not \(3072, 9\)"), ((8, 8), "other variables than the network has")],
)
def test_a_snapshot_of_another_network_is_refused_before_anything_is_changed(
    units: tuple[int, ...], words: str
) -> None:
    arrays = take_snapshot(compiled()[0])
    other = compiled(*units)[0]
    before = take_snapshot(other)
    with pytest.raises(OtherNetwork, match=words):
        restore_snapshot(other, arrays)
    assert same(before, take_snapshot(other)) == []


def test_a_number_that_is_not_finite_is_found_wherever_it_is() -> None:
    model, _ = compiled()
    assert has_finite_weights(model)
    arrays = take_snapshot(model)
    assert is_finite(arrays)
    for name, array in arrays.items():
        if array.dtype.kind == "f":
            broken = array.copy()
            broken.flat[-1] = np.inf
            assert not is_finite({**arrays, name: broken})
    for variable in model.weights:
        kept = np.array(keras.ops.convert_to_numpy(variable))
        for value in (np.nan, np.inf, -np.inf):
            broken = kept.copy()
            broken.flat[-1] = value
            variable.assign(broken)
            assert not has_finite_weights(model), variable.path
        variable.assign(kept)
    assert has_finite_weights(model)
