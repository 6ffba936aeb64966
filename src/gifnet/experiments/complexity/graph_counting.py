"""A graph of operators, counted by the shapes that OpenVINO finds for a concrete size."""

import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gifnet.errors import EvaluationError
from gifnet.experiments.complexity.count import Count

Shapes = Mapping[str, tuple[int, ...]]
"""Of the inputs, by their names."""

_SILENT = {"Constant", "Parameter", "Result"}
_WEIGHTS = ("f", "bf16", "i8", "u8", "i4", "u4", "nf4")
"""Types of numbers that are learnt, or made of learnt ones: not those of sizes and places."""
_MULTIPLYING = frozenset(
    {
        "BinaryConvolution",
        "DeformableConvolution",
        "DFT",
        "GRUCell",
        "GRUSequence",
        "If",
        "LSTMCell",
        "LSTMSequence",
        "Loop",
        "RDFT",
        "RNNCell",
        "RNNSequence",
        "TensorIterator",
    }
)
"""Operators that multiply much and are not counted."""


def read_graph(model: Path | bytes, name: str) -> Any:
    """Read an ONNX model.

    Args:
        model: the file, or what it holds.
        name: what errors call it.

    Returns:
        OpenVINO's model.

    Raises:
        EvaluationError: OpenVINO cannot read it.
    """
    import openvino

    if isinstance(model, Path) and not model.is_file():
        raise EvaluationError(f"expected an ONNX file at {model}, found none; check the path")
    try:
        return openvino.Core().read_model(model if isinstance(model, bytes) else str(model))
    except RuntimeError as error:  # OpenVINO's errors have no types
        reason = " ".join(str(error).split())[-300:]
        raise EvaluationError(
            f"{name}: expected a network in ONNX format, got a file that OpenVINO "
            f"{openvino.__version__} cannot read: {reason}"
        ) from error


def too_low(count: Count) -> dict[str, int]:
    """Find operators that should have been counted, and were not.

    Args:
        count: what ``count_graph`` gave.

    Returns:
        Their kinds, and how often they come.
    """
    known = {f"{kind} of unknown size" for kind in _RULES} | _MULTIPLYING
    return {kind: number for kind, number in sorted(count.not_counted.items()) if kind in known}


def count_parameters(model: Any) -> int:
    """Count the numbers in a graph's constants, but those that say sizes and places.

    Args:
        model: what ``read_graph`` gave, before ``count_graph``.
    """
    return sum(
        math.prod(op.output(0).get_shape())
        for op in model.get_ops()
        if op.get_type_name() == "Constant"
        and op.output(0).get_element_type().get_type_name().startswith(_WEIGHTS)
    )


def count_graph(model: Any, shapes: Shapes, name: str) -> Count:
    """Count a graph at one size.

    Args:
        model: what ``read_graph`` gave; it is changed to that size.
        shapes: of all inputs.
        name: what errors call it.

    Returns:
        Multiply-accumulates of convolutions, products of matrices, attention and Einsum. What is
        computed twice of the same numbers counts once, as it is merged before it is computed.

    Raises:
        EvaluationError: the graph cannot be of that size.
    """
    try:
        model.reshape({key: list(shape) for key, shape in shapes.items()})
    except RuntimeError as error:  # OpenVINO's errors have no types
        reason = " ".join(str(error).split())[-300:]
        raise EvaluationError(
            f"{name}: expected a network that takes {dict(shapes)}, OpenVINO says it does not: "
            f"{reason}; choose another --size"
        ) from error
    counted: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for op in model.get_ordered_ops():
        kind = op.get_type_name()
        if kind in _SILENT:
            continue
        number = _multiply_accumulates(op, kind)
        if number is None:
            others[f"{kind} of unknown size" if kind in _RULES else kind] += 1
        else:
            counted[kind] += number
    return Count(dict(counted), dict(others))


def _multiply_accumulates(op: Any, kind: str) -> int | None:
    """Of one operator; None if it is not counted, or its size depends on the numbers in it."""
    if kind not in _RULES:
        return None
    ports = [*(op.input(index) for index in range(op.get_input_size())), op.output(0)]
    shapes = [port.get_partial_shape() for port in ports]
    if any(shape.is_dynamic for shape in shapes):
        return None
    *inputs, output = [tuple(shape.to_shape()) for shape in shapes]
    return _RULES[kind](op, inputs, output)


def _convolution(op: Any, inputs: list[tuple[int, ...]], output: tuple[int, ...]) -> int:  # noqa: ARG001
    # Kernel (out, in, rows, columns): each output is a sum over the last three.
    return math.prod(output) * math.prod(inputs[1][1:])


def _group_convolution(op: Any, inputs: list[tuple[int, ...]], output: tuple[int, ...]) -> int:  # noqa: ARG001
    # Kernel (groups, out, in, rows, columns)
    return math.prod(output) * math.prod(inputs[1][2:])


def _transposed(op: Any, inputs: list[tuple[int, ...]], output: tuple[int, ...]) -> int:  # noqa: ARG001
    # Kernel (in, out, rows, columns): each input goes into so many outputs.
    return math.prod(inputs[0]) * math.prod(inputs[1][1:])


def _group_transposed(op: Any, inputs: list[tuple[int, ...]], output: tuple[int, ...]) -> int:  # noqa: ARG001
    # Kernel (groups, in, out, rows, columns)
    return math.prod(inputs[0]) * math.prod(inputs[1][2:])


def _matrix_product(op: Any, inputs: list[tuple[int, ...]], output: tuple[int, ...]) -> int:
    first = inputs[0]
    transposed = len(first) > 1 and bool(op.get_attributes().get("transpose_a"))
    return math.prod(output) * first[-2 if transposed else -1]


def _attention(op: Any, inputs: list[tuple[int, ...]], output: tuple[int, ...]) -> int:  # noqa: ARG001
    # Query (..., queries, depth) and key (..., keys, depth); then the value, like the key.
    queries, depth = inputs[0][-2:]
    return math.prod(output[:-2]) * queries * inputs[1][-2] * (depth + output[-1])


def _einsum(op: Any, inputs: list[tuple[int, ...]], output: tuple[int, ...]) -> int | None:  # noqa: ARG001
    left = str(op.get_attributes().get("equation", "")).partition("->")[0].replace(" ", "")
    terms = left.split(",")
    if "." in left or len(terms) != 2 or any(map(_differ, terms, inputs)):
        return None
    sizes = {
        letter: size
        for term, shape in zip(terms, inputs, strict=False)
        for letter, size in zip(term, shape, strict=True)
    }
    return math.prod(sizes.values())


def _differ(term: str, shape: tuple[int, ...]) -> bool:
    return len(term) != len(shape)


_RULES = {
    "Convolution": _convolution,
    "GroupConvolution": _group_convolution,
    "ConvolutionBackpropData": _transposed,
    "GroupConvolutionBackpropData": _group_transposed,
    "MatMul": _matrix_product,
    "ScaledDotProductAttention": _attention,
    "Einsum": _einsum,
}
"""OpenVINO's names; ONNX's QLinearConv, ConvInteger, Gemm and the like become these."""
