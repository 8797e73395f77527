"""Which blocks a shard answers, and what all parts of one answer have in common."""

import hashlib
import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from data_io.artefact_files import sidecar_path
from data_io.files import digest_bytes, digest_file
from data_io.inputs import Input, Inputs
from keras_models.artefacts.contract import BLOCK_IMAGES, Classifier, metadata

PACKAGES = ("numpy", "pillow")  # what decodes and what counts; a model names its own runtime


class InputsDigest:
    """SHA-256 over what is asked about, in its order, and how many images that is."""

    def __init__(self) -> None:
        self.images = 0
        self._sha = hashlib.sha256()

    def add(self, asked: Input) -> None:
        """Take one image, by its id: a shard may be answered on another machine, where files lie elsewhere."""
        self.images += 1
        self._sha.update(os.fsencode(asked.image_id) + b"\0")  # no name has a 0 in it

    def add_rows(self, rows: int, text: str) -> None:
        """Take many, which `text` stands for."""
        self.images += rows
        self._sha.update(os.fsencode(text) + b"\0")

    def describe(self) -> dict[str, Any]:
        """Return both."""
        return {"images": self.images, "digest": self._sha.hexdigest()}


class ShardInputs:
    """Every n-th block of the inputs from the i-th on. All are listed, so that each shard knows what all are.

    Blocks are dealt out in turns: nobody need know beforehand how many there are, and a folder's large images are
    spread over the shards.
    """

    def __init__(self, inputs: Inputs, shard: int, shards: int) -> None:
        self.inputs = inputs
        self.shard = shard
        self.shards = shards
        self.all = InputsDigest()

    def __iter__(self) -> Iterator[Input]:
        """Yield the shard's images; `all` is whole when the last one is taken."""
        for number, asked in enumerate(self.inputs):
            self.all.add(asked)
            if number // BLOCK_IMAGES % self.shards == self.shard:
                yield asked


def describe_job(
    args: Namespace, paths: Sequence[Path], models: Sequence[Classifier], inputs: InputsDigest
) -> dict[str, Any]:
    """Return what two parts have to have in common to be parts of one answer, as JSON can hold it."""
    return {
        "models": describe_models(args, paths, models),
        "inputs": inputs.describe(),
        "options": {"top": args.top, "on_bad": args.on_bad, "tta": args.tta, "unknown": args.unknown},
        "block_images": BLOCK_IMAGES,
        "versions": {name: version(name) for name in PACKAGES},
    }


def describe_models(args: Namespace, paths: Sequence[Path], models: Sequence[Classifier]) -> list[dict[str, str]]:
    """Return for each model the digest of its contract and files, and what runs it."""
    described = []
    for path, model in zip(paths, models, strict=True):
        sidecar = sidecar_path(path)
        digests = [digest_file(sidecar)] if sidecar.is_file() else []  # the digests of an artefact's files are in it
        facts = sorted(metadata(model.contract).items())
        runtime = getattr(model, "runtime", f"keras {version('keras')}, {getattr(args, 'backend', None)}")
        described.append({"digest": digest_bytes(repr([facts, digests]).encode()), "runtime": runtime})
    return described
