"""Which places of an image spoke for a class in the CNN: heat maps by HiResCAM, the same on every backend.

What follows the last convolution is piecewise linear (max-pooling, ReLU, dense layers), so that its gradient is read
off the weights in NumPy, exactly and without a framework's automatic differentiation.
"""

import keras
import numpy as np
from numpy.typing import NDArray

from keras_models.artefacts.contract import BLOCK_IMAGES
from keras_models.inference import predict_logits


def grad_cam(model: keras.Model, images: NDArray[np.uint8], classes: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return `GradCam(model)(images, classes)`; for several calls with one model make a GradCam once."""
    return GradCam(model)(images, classes)


class GradCam:
    """Draws heat maps of a network of keras_models/cnn.py, whatever its channels and dense units.

    HiResCAM (Draelos and Carin, "Use HiResCAM instead of Grad-CAM for faithful explanations", 2020): features times
    gradient, summed over channels. Grad-CAM (Selvaraju et al., ICCV 2017) first averages the gradient over places,
    which is exact for a head with global pooling; this one flattens, and each place has weights of its own. The
    gradient is of the class's logit less the mean of all logits, since softmax does not see what all have in common.

    Where there is half the resolution after the last pooling, what a pooled feature adds is shared among its 2x2
    places in proportion to their activations: sums are kept, and places that are nearly equal get nearly equal shares,
    while the place of the maximum could differ between backends in the seventh digit.

    Raises ValueError for a network without a convolution, such as the MLP.
    """

    def __init__(self, model: keras.Model) -> None:
        names = [layer.name for layer in model.layers]
        blocks = sum(name.startswith("convolution_") for name in names)
        if not blocks:
            raise ValueError(f"Expected a network with convolutions for Grad-CAM. Received: {model.name}, without.")
        last = next(name for name in (f"normalization_{blocks}", f"convolution_{blocks}") if name in names)
        self._features = keras.Model(model.input, model.get_layer(last).output)
        self._pixels_per_place = 2 ** (blocks - 1)
        dense = [name for name in names if name.startswith("dense_") and "relu" not in name]
        self._hidden = [_weights(model, name) for name in dense]
        self._logits, _ = _weights(model, "logits")

    def __call__(self, images: NDArray[np.uint8], classes: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return float32 (N, H, W) in [0, 1] for uint8 (N, H, W, 3) and a class number for each image, (N,).

        What speaks against the class counts as 0. Each map is divided by its greatest value, and is 0 throughout where
        nothing speaks for the class. Raises ValueError for a class that the network has not.
        """
        classes = np.asarray(classes)
        if classes.shape != (len(images),) or not np.isin(classes, np.arange(self._logits.shape[1])).all():
            raise ValueError(
                f"Expected {len(images)} class numbers from 0 to {self._logits.shape[1] - 1}. Received: {classes}."
            )
        maps = np.zeros(images.shape[:3], np.float32)
        for start in range(0, len(images), BLOCK_IMAGES):
            block = slice(start, start + BLOCK_IMAGES)
            features = predict_logits(self._features, images[block], BLOCK_IMAGES)
            places = np.maximum(self._contributions(features, classes[block]), 0)
            maps[block] = enlarge(places, images.shape[1], images.shape[2], self._pixels_per_place)
        greatest = maps.max(axis=(1, 2), keepdims=True)
        maps /= np.where(greatest > 0, greatest, 1)
        return maps

    def _contributions(self, features: NDArray[np.float32], classes: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return what each place adds to the class's logit less the mean, (N, h, w), for features (N, h, w, C)."""
        count, height, width, channels = features.shape
        rows, columns = height // 2, width // 2  # an odd last row or column is left out by the pooling
        active = np.maximum(features[:, : 2 * rows, : 2 * columns], 0)
        cells = active.reshape(count, rows, 2, columns, 2, channels)
        pooled = cells.max(axis=(2, 4))
        gradient = self._gradient(pooled.reshape(count, -1), classes).reshape(pooled.shape)
        sums = cells.sum(axis=(2, 4))
        per_activation = gradient * pooled / np.where(sums > 0, sums, 1)
        added = (cells * per_activation[:, :, None, :, None, :]).sum(axis=-1).reshape(count, 2 * rows, 2 * columns)
        return np.pad(added, ((0, 0), (0, height - 2 * rows), (0, width - 2 * columns)))

    def _gradient(self, flat: NDArray[np.float32], classes: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the gradient (N, F) of the class's logit less the mean of all, by the flattened features (N, F)."""
        gates = []
        for kernel, bias in self._hidden:
            flat = np.maximum(flat @ kernel + bias, 0)
            gates.append(flat > 0)
        gradient: NDArray[np.float32] = (self._logits[:, classes] - self._logits.mean(axis=1, keepdims=True)).T
        for (kernel, _), gate in zip(reversed(self._hidden), reversed(gates), strict=True):
            gradient = (gradient * gate) @ kernel.T
        return gradient


def enlarge(places: NDArray[np.float32], height: int, width: int, pixels_per_place: int) -> NDArray[np.float32]:
    """Return (N, height, width) for (N, h, w), bilinear: place i is centred in its `pixels_per_place` pixels."""
    down = _interpolation(places.shape[1], height, pixels_per_place)
    across = _interpolation(places.shape[2], width, pixels_per_place)
    return (down @ places @ across.T).astype(np.float32)


def _interpolation(places: int, pixels: int, pixels_per_place: int) -> NDArray[np.float64]:
    """Return the weight (pixels, places) of each place for each pixel; beyond the outermost centres nothing changes."""
    at = (np.arange(pixels) + 0.5) / pixels_per_place - 0.5
    return np.stack([np.interp(at, np.arange(places), one) for one in np.eye(places)], axis=1)


def _weights(model: keras.Model, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    kernel, bias = (np.asarray(values, np.float32) for values in model.get_layer(name).get_weights())
    return kernel, bias
