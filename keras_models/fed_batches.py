"""What `fit` is really fed: a loader that shows every batch on its way to Keras."""

import hashlib
from typing import Any

import keras
import numpy as np


class FedDigests:
    """SHA-256 of what was fed: of images and labels in the first epoch, of labels alone in the later ones.

    Labels say the order, and hashing images takes a hundredth of a step, which is not to be timed. `steps` and `epochs`
    are what there should be; a batch is told by its epoch and index, so that one that is read and thrown away, as Keras
    does before the first epoch, counts once.
    """

    def __init__(self, epochs: int, steps: int) -> None:
        self.epochs = epochs
        self.steps = steps
        self._digests: dict[tuple[int, int], bytes] = {}

    def see(self, epoch: int, index: int, images: Any, labels: Any) -> None:
        """Note a batch: images uint8 (B, H, W, 3) and labels (B,) or (B, K), of NumPy or of the backend's own."""
        seen = [labels] if epoch else [images, labels]
        whole = hashlib.sha256()
        for array in seen:
            whole.update(np.ascontiguousarray(keras.ops.convert_to_numpy(array)).tobytes())
        self._digests[epoch, index] = whole.digest()

    def whole(self) -> str:
        """Return the digest over all epochs in order, another one if a batch is missing."""
        places = [(epoch, index) for epoch in range(self.epochs) for index in range(self.steps)]
        return hashlib.sha256(b"".join(self._digests.get(place, b"missing") for place in places)).hexdigest()


class SeenDataset(keras.utils.PyDataset):
    """The batches of a loader, each seen by `digests` when Keras takes it."""

    def __init__(self, loader: Any, digests: FedDigests) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.loader = loader
        self.digests = digests

    @property
    def epoch(self) -> int:
        """The epoch that the loader is at."""
        return int(self.loader.epoch)

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self.loader.epoch = epoch

    def __len__(self) -> int:
        return len(self.loader)

    def __getitem__(self, index: int) -> Any:
        epoch = self.epoch
        images, labels = self.loader[index]
        self.digests.see(epoch, index, images, labels)
        return images, labels
