"""Several devices that train one network together, in one process or in several: data-parallel, on jax."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import keras

import errors
from keras_models.joining import find_largest

SPLIT_OUTPUTS = {"scale/output": 4, "statistics/output": 2}  # of a network's first layer, with its number of axes


class DevicesTogether(keras.distribution.DataParallel):
    """The weights on every device, and the work on each global batch split by images.

    A batch arrives whole on every device, as bytes, and the first layer's output is split. Keras' own way, to split
    what is fed, takes the layout of a whole epoch from its first batch, and jax does not split a last batch of 13
    images over 4 devices (Keras 3.15.1, jax 0.10.2); inside a step XLA fills uneven parts up and leaves the filling out
    of every sum. So means over a batch, those of BatchNormalization too, are over the global batch, as on one device.
    """

    def get_data_layout(self, data_shape: Sequence[int]) -> Any:
        """Return the layout of what is fed: whole, everywhere."""
        return keras.distribution.TensorLayout([None] * len(data_shape), self.device_mesh)

    def get_tensor_layout(self, path: str) -> Any:
        """Return the layout of a layer's output: the first layer's (B, …) is split, what follows from it too."""
        axes = next((count for end, count in SPLIT_OUTPUTS.items() if path.endswith(end)), None)
        if axes is None:
            return None
        return keras.distribution.TensorLayout((self.batch_dim_name, *[None] * (axes - 1)), self.device_mesh)


def check_devices(count: int) -> None:
    """Raise EnvironmentFault unless every process has `count` devices for jax to compute on."""
    found = jax.local_device_count()
    if jax.process_count() > 1:
        found = -find_largest(-found)
    if found < count:
        raise errors.EnvironmentFault(
            f"Expected {count} devices in each process for --devices {count}. Received: {found}, of kind "
            f"{jax.local_devices()[0].device_kind}. Use --devices {found}, or --device cpu, which has as many as asked."
        )


@contextmanager
def training_together(count: int) -> Iterator[None]:
    """Train what is built in the block on `count` devices of each process together.

    Every process must run the same block: each step waits for all of them. What is built before or after the block is
    on one device of its process.
    """
    own: list[list[Any]] = [[] for _ in range(jax.process_count())]
    for device in jax.devices():
        own[device.process_index].append(f"{device.platform}:{device.id}")
    names = [name for devices in own for name in devices[:count]]
    with DevicesTogether(devices=names, auto_shard_dataset=False).scope():
        yield
