"""Heat maps of the CNN, on the backend of this process, against a network computed in plain NumPy.

Every backend is held to the same reference, so that they agree with one another as well.
"""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keras_models.building import build
from keras_models.explaining import GradCam, enlarge, grad_cam

TOLERANCE = 1e-4
# 18 pixels become 9 and then 4: the last row and column of the second pooling are left out.
SIZE, CHANNELS, UNITS, CLASSES = 18, (3, 4), (12, 10), 3


@pytest.fixture(scope="module")
def network() -> Any:
    """Return a network whose normalisations are not those of a fresh one, so that leaving one out would show."""
    model = build("cnn", SIZE, CLASSES, 4, channels=CHANNELS, dense_units=UNITS, dropout_fraction=0.3)
    generator = np.random.default_rng(5)
    for number, channels in enumerate(CHANNELS, start=1):
        scale, offset, mean = generator.uniform(0.5, 1.5, (3, channels))
        weights = [scale, offset - 1, mean - 1, generator.uniform(0.5, 2, channels)]
        model.get_layer(f"normalization_{number}").set_weights(weights)
    return model


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    return np.random.default_rng(6).integers(0, 256, (65, SIZE, SIZE, 3), np.uint8)


def test_maps_are_those_of_plain_numpy(network: Any, images: NDArray[np.uint8]) -> None:
    classes = np.arange(6) % CLASSES
    found = grad_cam(network, images[:6], classes)
    assert found.shape == (6, SIZE, SIZE)
    assert found.dtype == np.float32
    wanted = [reference_map(network, image, int(label)) for image, label in zip(images[:6], classes, strict=True)]
    assert sum(one.max() == 1 for one in wanted) >= 5  # nearly all say something
    np.testing.assert_allclose(found, wanted, rtol=0, atol=TOLERANCE)


def test_a_map_does_not_depend_on_the_other_images(network: Any, images: NDArray[np.uint8]) -> None:
    explain = GradCam(network)
    classes = np.arange(65) % CLASSES
    np.testing.assert_allclose(explain(images, classes)[-1:], explain(images[-1:], classes[-1:]), rtol=0, atol=1e-6)


@pytest.mark.parametrize("normalization", ["batch", "none"])
def test_the_place_that_speaks_for_a_class_lights_up_alone(normalization: str) -> None:
    model = build("cnn", 8, 2, 0, channels=(1,), dense_units=(), dropout_fraction=0.3, normalization=normalization)
    kernel = np.zeros((3, 3, 3, 1))
    kernel[1, 1, 0, 0] = 1  # the red of the pixel itself
    model.get_layer("convolution_1").set_weights([kernel, np.zeros(1)])
    weights = np.zeros((16, 2))
    weights[1 * 4 + 2, 1] = 3.0  # of the 4x4 pooled places, row 1 and column 2: pixels 2 to 3 and 4 to 5
    weights[0] = 2.0  # row 0 and column 0 say the same for both classes, which softmax does not see
    model.get_layer("logits").set_weights([weights, np.zeros(2)])
    image = np.zeros((1, 8, 8, 3), np.uint8)
    image[0, :, :, 0] = 255
    # Scaled: 255 is 1 and 204 is 0.6, which share what the greater one adds as 1 to 0.6; 0 is -1, not active.
    image[0, 2:4, 4:6, 0] = [[255, 204], [0, 0]]
    wanted = np.zeros((8, 8))
    wanted[2, 4:6] = [1, 0.6]
    np.testing.assert_allclose(grad_cam(model, image, np.array([1]))[0], wanted, rtol=0, atol=1e-6)
    # The same feature speaks against the other class, less the mean of both: nothing speaks for it.
    assert not grad_cam(model, image, np.array([0])).any()


def test_a_place_is_centred_in_its_pixels() -> None:
    # Centres of 2 pixels each at 0.5 and 2.5: pixel 1 is a quarter of the way from the first to the second.
    found = enlarge(np.array([[[0, 1], [2, 3]]], np.float32), 4, 5, 2)
    across = np.array([0, 0.25, 0.75, 1, 1])
    np.testing.assert_allclose(found[0], across + np.array([0, 0.5, 1.5, 2])[:, None], atol=1e-7)


def test_a_network_without_convolutions_and_classes_that_are_none_are_refused(
    network: Any, images: NDArray[np.uint8]
) -> None:
    mlp = build("mlp", 8, 3, 0, dense_units=(4,))
    with pytest.raises(ValueError, match="Expected a network with convolutions for Grad-CAM. Received: mlp"):
        GradCam(mlp)
    for classes in ([3], [-1], [0, 1]):
        with pytest.raises(ValueError, match="Expected 1 class numbers from 0 to 2"):
            grad_cam(network, images[:1], np.array(classes))


def reference_map(model: Any, image: NDArray[np.uint8], label: int) -> NDArray[np.float64]:
    """Return the map of one image, in float64, with loops and central differences in the place of a gradient."""
    features = image / 127.5 - 1.0
    for number in range(1, len(CHANNELS) + 1):
        features = pool(features) if number > 1 else features
        features = np.maximum(features, 0) if number > 1 else features
        features = normalize(convolve(features, *weights(model, f"convolution_{number}")), model, number)
    pooled = np.maximum(pool(features), 0)
    step = 1e-6  # small enough that no ReLU changes sides, and exact between them
    places = np.zeros(features.shape[:2])
    for row, column, channel in np.ndindex(*pooled.shape):
        more, less = pooled.copy(), pooled.copy()
        more[row, column, channel] += step
        less[row, column, channel] -= step
        slope = (score(model, more, label) - score(model, less, label)) / (2 * step)
        cell = np.maximum(features[2 * row : 2 * row + 2, 2 * column : 2 * column + 2, channel], 0)
        if cell.any():
            shares = cell / cell.sum()
            places[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] += slope * pooled[row, column, channel] * shares
    places = np.maximum(places, 0)
    found = np.array([[between(places, y, x) for x in range(SIZE)] for y in range(SIZE)])
    return found / (found.max() or 1)


def score(model: Any, pooled: NDArray[np.float64], label: int) -> float:
    values = pooled.reshape(-1)
    for number in range(1, len(UNITS) + 1):
        kernel, bias = weights(model, f"dense_{number}")
        values = np.maximum(values @ kernel + bias, 0)
    kernel, bias = weights(model, "logits")
    logits = values @ kernel + bias
    return float(logits[label] - logits.mean())


def convolve(
    features: NDArray[np.float64], kernel: NDArray[np.float64], bias: NDArray[np.float64]
) -> NDArray[np.float64]:
    height, width, _ = features.shape
    padded = np.pad(features, ((1, 1), (1, 1), (0, 0)))
    return bias + sum(padded[y : y + height, x : x + width] @ kernel[y, x] for y, x in np.ndindex(3, 3))


def normalize(features: NDArray[np.float64], model: Any, number: int) -> NDArray[np.float64]:
    scale, offset, mean, variance = weights(model, f"normalization_{number}")
    normal: NDArray[np.float64] = (features - mean) / np.sqrt(variance + 1e-5) * scale + offset
    return normal


def pool(features: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = features.shape[0] // 2, features.shape[1] // 2
    cells = [features[y : 2 * rows : 2, x : 2 * columns : 2] for y, x in np.ndindex(2, 2)]
    greatest: NDArray[np.float64] = np.max(cells, axis=0)
    return greatest


def between(places: NDArray[np.float64], y: int, x: int) -> float:
    """Return the bilinear value at a pixel, where a place has two pixels."""
    value = 0.0
    for row, column in np.ndindex(*places.shape):
        down = weight(y, row, places.shape[0])
        value += float(places[row, column]) * down * weight(x, column, places.shape[1])
    return value


def weight(pixel: int, place: int, places: int) -> float:
    at = min(max((pixel + 0.5) / 2 - 0.5, 0), places - 1)
    return max(0.0, 1 - abs(at - place))


def weights(model: Any, name: str) -> list[NDArray[np.float64]]:
    return [np.asarray(values, np.float64) for values in model.get_layer(name).get_weights()]
