"""Our networks are the original's: with its weights they give its logits, and train as it trains."""

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch")

import torch

from benchmarks import native
from benchmarks.port import port_weights
from data_io.batches import ShuffledBatches
from keras_models.building import build
from keras_models.schedule import Schedule, StepDrops
from keras_models.training import compile_model

FAMILIES: dict[str, tuple[Any, dict[str, Any]]] = {
    "cnn": (native.Cnn, {"channels": (4, 8), "dense_units": (8,)}),
    "mlp": (native.Mlp, {"dense_units": (16, 8)}),
}
SCHEDULE = Schedule(epochs=2, learning_rate=0.05, momentum=0.9, drop_every_epochs=1, drop_factor=0.5)
LOSS_TOLERANCE = 1e-5  # of losses of about 1.6; measured: 1e-6 on every backend, 2e-2 if momentum kept the old rate


def make_pair(family: str, dropout_fraction: float) -> tuple[Any, keras.Model]:
    """Return a PyTorch network with nothing at 0 or 1, and ours with its weights."""
    torch.manual_seed(0)
    make, options = FAMILIES[family]
    network = make(32, 5, **options, dropout_fraction=dropout_fraction)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 2)
            torch.nn.init.uniform_(module.bias, -1, 1)
            module.running_mean = torch.rand_like(module.weight) - 0.5
            module.running_var = torch.rand_like(module.weight) + 0.5
    model = build(family, 32, 5, 0, **options, dropout_fraction=dropout_fraction)
    port_weights(network, model)
    return network, model


@pytest.mark.parametrize("family", FAMILIES)
def test_with_the_originals_weights_ours_gives_its_logits(family: str, images: NDArray[np.uint8]) -> None:
    network, model = make_pair(family, dropout_fraction=0.3)
    network.eval()
    with torch.no_grad():
        expected = network(native.to_tensor(images, torch.device("cpu"))).numpy()
    difference = abs(model.predict_on_batch(images) - expected).max() / abs(expected).max()
    print(f"{family} logits {difference:.1e}")
    assert difference <= 1e-5


@pytest.mark.parametrize("family", FAMILIES)
def test_the_whole_networks_give_the_originals_logits(family: str) -> None:
    torch.manual_seed(0)
    network = FAMILIES[family][0]().eval()
    model = build(family, 128, 5, 0)
    port_weights(network, model)
    images = np.random.default_rng(5).integers(0, 256, (2, 128, 128, 3), np.uint8)
    with torch.no_grad():
        expected = network(native.to_tensor(images, torch.device("cpu"))).numpy()
    assert abs(model.predict_on_batch(images) - expected).max() <= 1e-5 * abs(expected).max()


@pytest.mark.parametrize("family", FAMILIES)
def test_ten_losses_are_the_originals_with_a_drop_of_the_rate_after_five(family: str) -> None:
    generator = np.random.default_rng(11)
    images = generator.integers(0, 256, (36, 32, 32, 3), np.uint8)
    batches = ShuffledBatches(
        images, generator.integers(0, 5, 36, np.int32), 8, seed=0, flip_probability=0.5, rotation_degrees=15.0
    )
    network, model = make_pair(family, dropout_fraction=0)
    expected = native.train(network, batches, 2, 0.05, 0.9, 1, 0.5)
    compile_model(model, SCHEDULE)
    losses = []
    drops = StepDrops(SCHEDULE)
    drops.set_model(model)
    model.optimizer.build(model.trainable_variables)
    for epoch in range(2):
        drops.on_epoch_begin(epoch)
        for index in range(5):
            model.reset_metrics()  # so that the loss is this step's and not the mean so far
            losses.append(float(model.train_on_batch(*batches.batch(epoch, index))[0]))
    difference = abs(np.array(losses) - expected).max()
    print(f"{family} losses {difference:.1e}")
    assert difference <= LOSS_TOLERANCE


def test_a_rate_that_never_drops_is_one_that_drops_after_the_end(images: NDArray[np.uint8]) -> None:
    batches = ShuffledBatches(
        images, np.arange(len(images), dtype=np.int32) % 5, 4, seed=0, flip_probability=0.5, rotation_degrees=15.0
    )
    never, later = (make_pair("mlp", dropout_fraction=0)[0] for _ in range(2))
    assert native.train(never, batches, 2, 0.05, 0.9, 0, 1.0) == native.train(later, batches, 2, 0.05, 0.9, 9, 0.5)


@pytest.mark.parametrize("family", FAMILIES)
def test_ported_weights_are_copies(family: str) -> None:
    network, model = make_pair(family, dropout_fraction=0)
    before = [weights.copy() for weights in model.get_weights()]
    with torch.no_grad():
        for tensor in network.state_dict().values():
            tensor.zero_()
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_network_of_other_layers_is_refused() -> None:
    network, _ = make_pair("mlp", 0)
    with pytest.raises(ValueError, match="Expected a layer like convolution_1"):
        port_weights(network, build("cnn", 32, 5, 0, channels=(4,), dense_units=(8,)))
