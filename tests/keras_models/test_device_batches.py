"""What is made on the device is what is made in NumPy, byte by byte."""

import keras
import numpy as np
import pytest

from data_io.batches import ShuffledBatches
from data_io.changes import Changes
from keras_models import training
from keras_models.building import build
from keras_models.device_batches import DeviceBatches, PlannedBatches, PlannedRest
from keras_models.following import Epoch
from keras_models.schedule import Schedule
from keras_models.training import compile_model, fit

MOVES = Changes(shift_pixels=6.0, zoom_fraction=0.3)


def source(side: tuple[int, int], rotation_degrees: float, changes: Changes | None = None) -> ShuffledBatches:
    generator = np.random.default_rng(2)
    images = generator.integers(1, 256, (50, *side, 3), np.uint8)
    labels = np.arange(50, dtype=np.int32) % 5
    return ShuffledBatches(images, labels, 16, 4, 0.5, rotation_degrees, changes=changes or Changes())


@pytest.mark.parametrize("side", [(32, 32), (31, 31), (24, 40)])
@pytest.mark.parametrize(
    ("degrees", "changes"), [(0.0, None), (15.0, None), (180.0, None), (0.0, MOVES), (15.0, MOVES)]
)
def test_every_batch_of_two_epochs_is_the_same_bytes(
    side: tuple[int, int], degrees: float, changes: Changes | None
) -> None:
    batches = source(side, degrees, changes)
    device = DeviceBatches(batches)
    assert len(device) == 4
    for epoch in (0, 1):
        device.epoch = epoch
        for index in range(4):  # the last one holds two images
            for made, wanted in zip(device[index], batches.batch(epoch, index), strict=True):
                np.testing.assert_array_equal(keras.ops.convert_to_numpy(made), wanted, strict=True)


def test_images_are_arrays_of_the_backend() -> None:
    images, _ = DeviceBatches(source((32, 32), 15.0))[0]
    assert keras.ops.is_tensor(images)


def test_an_interrupted_epoch_goes_on_with_the_batches_that_it_has_left() -> None:
    batches = source((32, 32), 15.0)
    rest = PlannedRest(batches, 2)
    assert isinstance(rest, PlannedBatches)
    device = DeviceBatches(rest)
    device.epoch = 1
    assert len(device) == 2
    for index in range(2):
        made = keras.ops.convert_to_numpy(device[index][0])
        np.testing.assert_array_equal(made, batches.batch(1, 2 + index)[0])


def test_training_on_them_is_training_on_those_of_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    takes_them = keras.backend.backend() != "tensorflow"  # which has its batches from the host
    batches, histories = source((32, 32), 15.0), []
    schedule = Schedule(epochs=2, learning_rate=0.01, momentum=0.9)
    for on_device in (False, True):
        monkeypatch.setattr(training, "is_gpu", lambda answer=on_device: answer)
        model = build("cnn", 32, 5, 0, channels=(4, 8), dense_units=(8,))
        compile_model(model, schedule, batches.steps)
        history: list[Epoch] = []
        fit(model, batches, batches, schedule, "pydataset", lambda *_: None, history.append)
        histories.append([epoch.train_loss for epoch in history])
        assert isinstance(training._open_loader(batches, "pydataset"), DeviceBatches) is (on_device and takes_them)
    assert histories[0] == histories[1]
