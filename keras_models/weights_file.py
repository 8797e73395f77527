"""The weights in a `.keras` file, read without Keras: nothing in the file is deserialised or followed elsewhere."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

import errors

WEIGHTS = "model.weights.h5"
CONFIGURATION = "config.json"
MEMBERS = {"metadata.json", CONFIGURATION, WEIGHTS}
MAXIMUM_TEXT_BYTES = 4 << 20  # config.json of the largest of ours has 21 kB
SLACK_BYTES = 4 << 20  # HDF5's own tables: 100 to 200 kB for ours

# A layer's name to the shapes of its weights, in the order of `layer.weights`; layers without weights are left out.
Shapes = Mapping[str, list[tuple[int, ...]]]
Weights = dict[str, list[NDArray[np.float32]]]


def read_weights(path: Path, shapes: Shapes) -> Weights:
    """Return the float32 weights of each layer, which are exactly of `shapes`.

    Raises PromiseError for a file that is not a ZIP of exactly MEMBERS, stored as Keras stores them; one much larger
    than `shapes` need; links, virtual, external or compressed data; a layer or a weight more, fewer or of another
    shape; NaN and infinity.
    """
    needed = 4 * sum(int(np.prod(shape)) for layer in shapes.values() for shape in layer)
    most = 2 * needed + SLACK_BYTES  # twice: a file of a compiled network holds a momentum per weight too
    try:
        if (size := path.stat().st_size) > most + 2 * MAXIMUM_TEXT_BYTES:
            raise ValueError(f"{size:,} bytes, where the network needs {needed:,}")
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, most)
            with archive.open(WEIGHTS) as member, h5py.File(member, "r") as file:
                return _read_layers(file, shapes)
    except (ValueError, KeyError, OSError, RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
        # What zipfile and h5py raise for content that is damaged, and our own words
        raise errors.PromiseError(
            f"Expected the weights of this network in {path}. Received: {' '.join(str(error).split())[:300]}. "
            "Restore the file, or train again."
        ) from error


def read_configuration(path: Path) -> dict[str, Any]:
    """Return the configuration of the network that Keras wrote into the file, as JSON has it: nothing is made of it.

    Raises PromiseError for a file that is not as `read_weights` expects it, or without layers.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path.stat().st_size)
            config: dict[str, Any] = json.loads(archive.read(CONFIGURATION))["config"]
            if not all(isinstance(layer["config"], dict) and layer["class_name"] for layer in config["layers"]):
                raise ValueError("a layer without a class or a configuration")
    except (ValueError, KeyError, TypeError, RecursionError, OSError, RuntimeError, zipfile.BadZipFile) as error:
        raise errors.PromiseError(
            f"Expected the layers of a network in {path}. Received: {' '.join(str(error).split())[:300]}. "
            "Restore the file, or train again."
        ) from error
    return config


def _check_members(archive: zipfile.ZipFile, most_bytes: int) -> None:
    infos = archive.infolist()
    if sorted(info.filename for info in infos) != sorted(MEMBERS):
        raise ValueError(f"a ZIP file with other members than {', '.join(sorted(MEMBERS))}")
    for info in infos:
        cap = most_bytes if info.filename == WEIGHTS else MAXIMUM_TEXT_BYTES
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1 or info.file_size > cap:
            raise ValueError(f"{info.filename} compressed, encrypted or of more than {cap:,} bytes")


def _read_layers(file: h5py.File, shapes: Shapes) -> Weights:
    """Walk `layers/*/vars/*`, which is all that Keras 3.15.1 writes for our networks; layers are told by their name."""
    # `optimizer` is in files of compiled networks; it is left where it is.
    _check_keys(file, "the file", {"layers", "vars"} | (set(file.keys()) & {"optimizer"}))
    if _child(file, "vars", h5py.Group).keys():
        raise ValueError("weights outside of layers")
    layers = _child(file, "layers", h5py.Group)
    found: dict[str, h5py.Group] = {}
    for key in layers:
        layer = _child(layers, key, h5py.Group)
        _check_keys(layer, f"layers/{key}", {"vars"})
        variables = _child(layer, "vars", h5py.Group)
        name = str(variables.attrs.get("name", key))[:100]
        if variables.keys() and found.setdefault(name, variables) is not variables:
            raise ValueError(f"two layers {name!r}")
    more, fewer = sorted(set(found) - set(shapes)), sorted(set(shapes) - set(found))
    if more or fewer:
        raise ValueError(f"another network: {len(more)} more layers {more[:3]}, {len(fewer)} missing {fewer[:3]}")
    weights: Weights = {}
    for name, wanted in shapes.items():
        _check_keys(found[name], name, {str(number) for number in range(len(wanted))})
        weights[name] = [_read(found[name], str(number), name, shape) for number, shape in enumerate(wanted)]
    return weights


def _child(group: h5py.Group, key: str, kind: type) -> h5py.Group | h5py.Dataset:
    """Return a group's member that is in this file, not behind a link."""
    if group.get(key, getclass=True, getlink=True) is not h5py.HardLink or group.get(key, getclass=True) is not kind:
        raise ValueError(f"{key!r}, which is missing, a link or of another kind, in {group.name}")
    return group[key]


def _check_keys(group: h5py.Group, name: str, wanted: set[str]) -> None:
    if len(group) != len(wanted) or set(group.keys()) != wanted:
        raise ValueError(f"{len(group)} entries in {name} where this network has {sorted(wanted)}")


def _read(group: h5py.Group, key: str, layer: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    dataset = _child(group, key, h5py.Dataset)
    if dataset.shape != shape or dataset.dtype != np.dtype("<f4"):
        raise ValueError(f"weight {key} of {layer} with {dataset.dtype} {dataset.shape}, not float32 {shape}")
    if dataset.external or dataset.is_virtual or dataset.chunks is not None:
        raise ValueError(f"weight {key} of {layer} external, virtual or compressed")
    values = np.asarray(dataset[()], np.float32)
    if not np.isfinite(values).all():
        raise ValueError(f"NaN or infinity in weight {key} of {layer}")
    return values
