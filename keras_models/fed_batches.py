"""What `fit` is really fed: a loader that shows every batch on its way to Keras."""

import hashlib
from typing import Any

import keras
import numpy as np


class FedDigest:
    """SHA-256 of what was fed, in the order in which Keras took it: what comes twice, late or not at all is seen.

    Of the first epoch images and labels, which takes a hundredth of a step on a CPU; of the later ones, which are
    timed, labels alone, and those are read when the training is over: on a GPU that waits for them.
    """

    def __init__(self) -> None:
        self._images = hashlib.sha256()
        self._epochs: list[tuple[int, list[Any]]] = []

    def begin(self, epoch: int) -> None:
        """Begin an epoch, from 0. What Keras took before the first one it throws away."""
        self._epochs.append((epoch, []))

    def see(self, images: Any, labels: Any) -> None:
        """Note a batch: images uint8 (B, H, W, 3) and labels (B,) or (B, K), of NumPy or of the backend's own."""
        if self._epochs:
            self._epochs[-1][1].append(labels)
            if len(self._epochs) == 1:
                self._images.update(_to_bytes(images))

    def whole(self) -> str:
        """Return the digest of all that was seen."""
        whole = hashlib.sha256(self._images.digest())
        for epoch, batches in self._epochs:
            whole.update(f"epoch {epoch}, {len(batches)} batches".encode())
            for labels in batches:
                whole.update(_to_bytes(labels))
        return whole.hexdigest()


class SeenDataset(keras.utils.PyDataset):
    """The batches of a loader, each seen by `digest` when Keras takes it."""

    def __init__(self, loader: Any, digest: FedDigest) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.loader = loader
        self.digest = digest

    @property
    def epoch(self) -> int:
        """The epoch that the loader is at; `fit` sets it when one begins."""
        return int(self.loader.epoch)

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self.loader.epoch = epoch
        self.digest.begin(epoch)

    def __len__(self) -> int:
        return len(self.loader)

    def __getitem__(self, index: int) -> Any:
        images, labels = self.loader[index]
        self.digest.see(images, labels)
        return images, labels


def _to_bytes(array: Any) -> bytes:
    return np.ascontiguousarray(keras.ops.convert_to_numpy(array)).tobytes()
