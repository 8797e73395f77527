"""All that a training run's future depends on, as NumPy arrays: weights, dropout seeds, optimizer, running means."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import keras
import numpy as np
from numpy.typing import NDArray

from keras_models.kernels.choice import add_up

Arrays = Mapping[str, NDArray[np.generic]]
Metrics = Sequence[keras.metrics.Metric]
OF_METRICS = "metrics/"


class OtherNetwork(ValueError):
    """Arrays that are not those of a network and its optimizer."""


def take_snapshot(
    model: keras.Model, metrics: Metrics = (), spare: Arrays = MappingProxyType({})
) -> dict[str, NDArray[np.generic]]:
    """Copy the variables of a compiled network, its optimizer and its metrics out of the backend.

    Arrays of `spare`, a snapshot that nobody reads any more, are filled and returned where they fit: new memory costs
    more than the copy, a fault for each page.

    Keras' own files leave out the states of dropout's seed generators (3.15.1): a run that goes on without them
    replays the masks of its first epoch.
    """
    synchronize(model)
    snapshot = {}
    for key, variable in _named(model, metrics):
        held = _view(variable)
        taken = spare.get(key)
        if taken is None or taken.shape != held.shape or taken.dtype != held.dtype:
            taken = np.empty_like(held)
        np.copyto(taken, held)
        snapshot[key] = taken
    return snapshot


def restore_snapshot(model: keras.Model, arrays: Arrays) -> None:
    """Put a snapshot, of this backend or another, into a compiled network of the same layers.

    Raises OtherNetwork, in words, for arrays that are not those of this network and optimizer.
    """
    variables = dict(_named(model, ()))
    given = {key: array for key, array in arrays.items() if not key.startswith(OF_METRICS)}
    if set(variables) != set(given):
        strange = sorted(set(variables) ^ set(given))
        raise OtherNetwork(f"other variables than the network has: {', '.join(strange[:3])}")
    for key, variable in variables.items():
        if tuple(variable.shape) != given[key].shape:
            raise OtherNetwork(f"{key} of shape {given[key].shape}, not {tuple(variable.shape)}")
    _assign(variables.items(), given)


def restore_metrics(metrics: Metrics, arrays: Arrays) -> None:
    """Put the running means of an epoch that was interrupted back, after Keras has set them to nought."""
    _assign(_number("metrics", [variable for metric in metrics for variable in metric.variables]), arrays)


def synchronize(model: keras.Model) -> None:
    """Bring a network's variables up to date in the middle of training: on jax they are those of the epoch's begin."""
    if hasattr(model, "jax_state_sync"):
        model.jax_state_sync()


def may_hide_nan(model: keras.Model) -> bool:
    """Tell whether a network's loss can be finite though some of its weights are not.

    TensorFlow's and jax's max-pooling, and TensorFlow's ReLU, give a finite number for NaN, so that a CNN whose first
    layers are NaN goes on with a loss near chance (Keras 3.15.1 on CPUs; torch's do not). An MLP with LeakyReLU has
    none of them: NaN and infinity in any of its weights were in the loss on all three.
    """
    return any(isinstance(layer, keras.layers.ReLU | keras.layers.MaxPooling2D) for layer in model.layers)


def has_finite_weights(model: keras.Model) -> bool:
    """Tell whether every weight of a network is finite, by their sum: one pass, one call, one number back."""
    synchronize(model)
    return bool(np.isfinite(keras.ops.convert_to_numpy(add_up([weights.value for weights in model.weights]))))


def is_finite(arrays: Arrays) -> bool:
    """Tell whether every number of a snapshot is finite."""
    return all(np.isfinite(array).all() for array in arrays.values() if array.dtype.kind == "f")


def _view(variable: keras.Variable) -> NDArray[np.generic]:
    """Return a variable's values, on a CPU without a copy: to be read at once, before a step changes or drops them.

    Keras' convert_to_numpy copies on all three backends, and so does asking a variable of TensorFlow itself (3.15.1).
    """
    tensor = keras.ops.stop_gradient(variable)
    return np.asarray(tensor.cpu() if keras.backend.backend() == "torch" else tensor)


def _assign(variables: Iterable[tuple[str, keras.Variable]], arrays: Arrays) -> None:
    for key, variable in variables:
        # Dropout's seeds are int32, uint32 or int64, by backend. A copy, since jax may keep memory that it is given.
        variable.assign(np.array(arrays[key], dtype=str(variable.dtype)))


def _named(model: keras.Model, metrics: Metrics) -> list[tuple[str, keras.Variable]]:
    return [
        *_number("weights", [*model.trainable_variables, *model.non_trainable_variables]),
        *_number("optimizer", model.optimizer.variables),
        *_number("metrics", [variable for metric in metrics for variable in metric.variables]),
    ]


def _number(group: str, variables: Sequence[keras.Variable]) -> list[tuple[str, keras.Variable]]:
    return [(f"{group}/{number:04d}", variable) for number, variable in enumerate(variables)]
