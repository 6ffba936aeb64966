"""The package's graphs joined with weights: an ONNX model as bytes, written without onnx.

A graph and its weights are two messages of one kind, ``ModelProto``, and Protocol Buffers define
the concatenation of two serialised messages as their merge: lists are put one behind the other,
here the list of initialisers. So the weights are serialised (this file) and appended to the graph
(a file of ``graphs/``). Field numbers are those of onnx.proto.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.engine.protobuf import field, joined, number_field

# ModelProto.producer_version, doc_string, graph, metadata_props
_PRODUCER_VERSION, _MODEL_DESCRIPTION, _MODEL_GRAPH, _METADATA = 3, 6, 7, 14
# StringStringEntryProto.key, value
_KEY, _VALUE = 1, 2
# GraphProto.initializer; TensorProto.dims, data_type, name, raw_data
_GRAPH_INITIALISER = 5
_DIMS, _DATA_TYPE, _NAME, _RAW_DATA = 1, 2, 8, 9
# TensorProto.DataType
_DATA_TYPES = {"float32": 1, "uint8": 2, "int8": 3}

AnyArray = NDArray[Any]
"""float32, uint8 or int8."""

STAGES = ("embed", "interact", "shift", "decode")
"""The graphs that a picture goes through in turn, tile by tile."""
WHOLE = "whole"
"""The graph that does all at once."""
QUANTISED = ("embed", "decode", WHOLE)
"""The graphs with layers that int8 computes with integers."""


def file_name(name: str, *, quantised: bool) -> str:
    """The file of a graph in ``graphs/``."""
    return f"{name}-int8.onnx" if quantised else f"{name}.onnx"


def graph(name: str, *, quantised: bool = False) -> bytes:
    """Read a graph of the package, without weights.

    Args:
        name: one of ``STAGES``, or ``WHOLE``.
        quantised: of quantised weights; some layers compute with integers of 8 bits, if it is one
            of ``QUANTISED``.
    """
    folder = files("gifnet.engine") / "graphs"
    quantised = quantised and name in QUANTISED
    return (folder / file_name(name, quantised=quantised)).read_bytes()


def with_weights(graph: bytes, weights: Mapping[str, AnyArray]) -> bytes:
    """Join a graph with the weights that it names.

    Args:
        graph: a serialised ``ModelProto``.
        weights: folded weights; those that the graph does not name are left out.

    Returns:
        A complete ONNX model.
    """
    initialisers = b"".join(
        field(_GRAPH_INITIALISER, _tensor(name, array))
        for name, array in weights.items()
        if _mentions(graph, name)
    )
    return graph + field(_MODEL_GRAPH, initialisers)


def with_metadata(
    model: bytes, *, version: str, description: str, entries: Mapping[str, str]
) -> bytes:
    """Say in a model what it is, and make one message of its graph, as every reader wants it.

    Args:
        model: a serialised ``ModelProto`` without metadata.
        version: of the producer.
        description: for people.
        entries: the metadata.
    """
    pairs = (
        field(_KEY, key.encode()) + field(_VALUE, value.encode()) for key, value in entries.items()
    )
    return b"".join(
        [
            joined(model, _MODEL_GRAPH),
            field(_PRODUCER_VERSION, version.encode()),
            field(_MODEL_DESCRIPTION, description.encode()),
            *(field(_METADATA, pair) for pair in pairs),
        ]
    )


def _mentions(graph: bytes, name: str) -> bool:
    """Whether a node takes the name as input: field 1 of a NodeProto, with its length."""
    return field(1, name.encode()) in graph


def _tensor(name: str, array: AnyArray) -> bytes:
    # ONNX stores raw data in little-endian order.
    stored = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return b"".join(
        [
            *(number_field(_DIMS, size) for size in array.shape),
            number_field(_DATA_TYPE, _DATA_TYPES[array.dtype.name]),
            field(_NAME, name.encode()),
            field(_RAW_DATA, stored.tobytes()),
        ]
    )
