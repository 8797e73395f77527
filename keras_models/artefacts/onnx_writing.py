"""A network as an ONNX file, converted from TensorFlow's graph by tf2onnx. Needs the tensorflow backend.

Measured for the CNN at 128 px, one thread of ONNX Runtime 1.32, blocks of 64: TensorFlow-made 38 nodes with 2
Transposes and 865 images/s, torch-made 100 nodes with 16 Transposes and 443 images/s, equally exact (9e-7). ONNX
Runtime folds batch normalisation into the convolutions when it loads the file; a file folded before is not faster.
"""

from pathlib import Path

import keras
import numpy as np
import onnx
import tf2onnx

from keras_models.artefacts.contract import ONNX_OPSET, Contract, metadata
from keras_models.artefacts.exporting import make_graph
from keras_models.artefacts.onnx_ordering import order_graph
from keras_models.saving import in_plain_layers

# tf2onnx copies every constant dozens of times: 204 MB of weights took 58 to 76 s. Matrices from this size on are
# arguments of the graph while it works and put in afterwards: 1.7 s, the same nodes.
LARGE_BYTES = 1 << 20


def write_onnx(model: keras.Model, contract: Contract, path: Path) -> None:
    """Write `path` with the contract in its metadata, one entry per field."""
    model = in_plain_layers(model)  # whose operations tf2onnx has always had here
    large = {
        f"weight_{number}": variable
        for number, variable in enumerate(model.trainable_variables)
        if len(variable.shape) == 2 and 4 * np.prod(variable.shape) >= LARGE_BYTES
    }
    graph = make_graph(model, contract, large)
    proto, _ = tf2onnx.convert.from_function(graph, input_signature=graph.input_signature, opset=ONNX_OPSET)
    images = [value for value in proto.graph.input if value.name not in large]
    del proto.graph.input[:]
    proto.graph.input.extend(images)
    for name, variable in large.items():
        values = keras.ops.convert_to_numpy(variable)
        proto.graph.initializer.append(onnx.numpy_helper.from_array(values, name))
    order_graph(proto.graph)
    for name, value in metadata(contract).items():
        proto.metadata_props.add(key=name, value=value)
    onnx.checker.check_model(proto)
    path.write_bytes(proto.SerializeToString())
