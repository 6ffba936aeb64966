"""Make the graphs of the package: the network in four stages and as a whole, without weights.

Writes src/gifnet/engine/graphs/*.onnx. The weights' names are those of gifnet.engine.folding, which
computes them from a file of weights when one is loaded; gifnet.engine.graph_bytes joins the two.
Features are (1, rows, columns, 98) where stages meet, so that tiles are cut in whole rows.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from gifnet.engine.folding import CHANNELS, HEADS, MARGIN, WINDOW
from gifnet.engine.graph_bytes import QUANTISED, STAGES, WHOLE, file_name
from gifnet.engine.quantising import LAYERS, STEP

FOLDER = Path(__file__).resolve().parent.parent / "src" / "gifnet" / "engine" / "graphs"
OPSET = 18
_LAST = [0, 2, 3, 1]
_FIRST = [0, 3, 1, 2]
# A multiple of 8 that is larger than any side, and that float32 does not round.
_LARGE = 2**20


class Graph:
    """Nodes in the order of computing; values are their names."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self._activations: set[str] = set()

    def op(self, kind: str, *inputs: str, to: str = "", **attributes: object) -> str:
        output = to or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], output, **attributes))
        return output

    def integers(self, *values: int) -> str:
        name = "int_" + "_".join(str(value).replace("-", "m") for value in values)
        self.constants[name] = numpy_helper.from_array(np.array(values, np.int64), name)
        return name

    def number(self, value: float) -> str:
        name = f"float_{value}"
        self.constants[name] = numpy_helper.from_array(np.array(value, np.float32), name)
        return name

    # Shapes

    def length(self, maps: str, axis: int) -> str:
        """The length of an axis, as a list of one."""
        shape = self.op("Shape", maps)
        return self.op("Slice", shape, self.integers(axis), self.integers(axis + 1))

    def size(self, maps: str, axes: tuple[int, int]) -> str:
        """The lengths of two axes, as a list of two."""
        return self.op("Concat", *(self.length(maps, axis) for axis in axes), axis=0)

    def pad(self, maps: str, pixels: int) -> str:
        """Reflect so many pixels on each side of channels-first maps."""
        pads = self.integers(0, 0, pixels, pixels, 0, 0, pixels, pixels)
        return self.op("Pad", maps, pads, mode="reflect")

    def pad_to_fours(self, maps: str) -> str:
        """Reflect channels-first maps on the right and bottom up to a multiple of 4 (D12)."""
        missing = [
            self.op("Mod", self.op("Sub", self.integers(_LARGE), length), self.integers(4))
            for length in (self.length(maps, axis) for axis in (2, 3))
        ]
        pads = self.op("Concat", self.integers(0, 0, 0, 0, 0, 0), *missing, axis=0)
        return self.op("Pad", maps, pads, mode="reflect")

    def pad_to_windows(self, features: str, *, shifted: bool) -> str:
        """Reflect a whole picture's channels-last features to whole windows with their margin."""
        start = WINDOW // 2 if shifted else 0
        ends = []
        for axis in (1, 2):
            missing = self.op("Sub", self.integers(_LARGE - start), self.length(features, axis))
            missing = self.op("Mod", missing, self.integers(WINDOW))
            ends.append(self.op("Add", missing, self.integers(MARGIN)))
        before = self.integers(0, start + MARGIN, start + MARGIN, 0, 0)
        pads = self.op("Concat", before, *ends, self.integers(0), axis=0)
        return self.op("Pad", features, pads, mode="reflect")

    def crop_windows(self, features: str, model: str, *, shifted: bool) -> str:
        """Crop whole windows to the size of the features that they were made of."""
        start = self.integers(*[WINDOW // 2 if shifted else 0] * 2)
        end = self.op("Add", start, self.size(model, (1, 2)))
        return self.op("Slice", features, start, end, self.integers(1, 2))

    def crop_margin(self, features: str) -> str:
        """Take the pixels away that only the depthwise convolution sees."""
        start, end = self.integers(MARGIN, MARGIN), self.integers(-MARGIN, -MARGIN)
        return self.op("Slice", features, start, end, self.integers(1, 2))

    # Layers

    def activation(self, values: str, name: str) -> str:
        """The input of layers that int8 graphs compute with integers, under its name."""
        return self.op("Identity", values, to=self._new(name))

    def _new(self, name: str) -> str:
        """The name, if it is not taken: the whole graph encodes twice."""
        taken = name in self._activations
        self._activations.add(name)
        return "" if taken else name

    def convolve(
        self, maps: str, name: str, *, bias: bool = True, then: str = "", group: int = 1
    ) -> str:
        """A convolution of channels-first maps that are padded already."""
        weights = [self.weight(name, "kernel")] + ([f"{name}.bias"] if bias else [])
        maps = self.op("Conv", self.input(maps, name), *weights, group=group)
        return self.op(then, maps) if then else maps

    def multiply(self, pixels: str, name: str, *, then: str = "") -> str:
        """A 1x1 convolution of channels-last maps or windows."""
        pixels = self.op("MatMul", self.input(pixels, name), self.weight(name, "matrix"))
        pixels = self.op("Add", pixels, f"{name}.bias")
        return self.op(then, pixels) if then else pixels

    def input(self, values: str, layer: str) -> str:  # noqa: ARG002 - quantised graphs ask
        """What a layer multiplies with its weights."""
        return values

    def weight(self, layer: str, kind: str) -> str:
        """What a layer multiplies its input with."""
        return f"{layer}.{kind}"

    def encode(self, pair: str) -> str:
        """The shared features, channels first, padded by one pixel."""
        whole = self.pad(pair, 1)
        features = self.activation(whole, "encoded_pair")
        for index in range(3):
            new = self.convolve(features if index else whole, f"encoder{index}", then="Relu")
            new = self.activation(new, f"encoded{index}")
            features = self.op("Concat", features, self.pad(new, 1), axis=1)
        return features

    def unpad(self, maps: str) -> str:
        """Take the pixel of ``encode``'s padding away."""
        start, end = self.integers(1, 1), self.integers(-1, -1)
        return self.op("Slice", maps, start, end, self.integers(2, 3))

    def embed(self, pair: str) -> dict[str, str]:
        """Both branches' embeddings, channels first."""
        padded = self.pad(self.pad_to_fours(self.unpad(self.encode(pair))), 1)
        return {name: self.convolve(padded, f"embed_{name}") for name in ("dp", "mm")}

    def sums(self, features: str, name: str, channel_axis: int) -> tuple[str, str]:
        """What the moments are made of: sum and root of the sum of squares of each pixel."""
        axis = self.integers(channel_axis)
        return (
            self.op("ReduceSum", features, axis, to=f"{name}_sums", keepdims=0),
            self.op("ReduceL2", features, axis, to=f"{name}_norms", keepdims=0),
        )

    def cut_windows(self, features: str) -> tuple[str, tuple[str, str]]:
        """Channels-last features into windows (N, 64, 98), and how many are down and across."""
        side = self.integers(WINDOW)
        down, across = (self.op("Div", self.length(features, axis), side) for axis in (1, 2))
        shape = self.op("Concat", down, side, across, self.integers(WINDOW, CHANNELS), axis=0)
        # (rows, 8, columns, 8, 98) -> (rows, columns, 8, 8, 98)
        maps = self.op("Transpose", self.op("Reshape", features, shape), perm=[0, 2, 1, 3, 4])
        return self.op("Reshape", maps, self.integers(-1, WINDOW**2, CHANNELS)), (down, across)

    def join_windows(self, windows: str, count: tuple[str, str]) -> str:
        """The inverse of ``cut_windows``, but for the shape: (rows, 8, columns, 8, 98)."""
        shape = self.op("Concat", *count, self.integers(WINDOW, WINDOW, CHANNELS), axis=0)
        return self.op("Transpose", self.op("Reshape", windows, shape), perm=[0, 2, 1, 3, 4])

    def flat(self, features: str) -> str:
        """All pixels of channels-last features in a row."""
        return self.op("Reshape", features, self.integers(1, -1, CHANNELS))

    def map_shape(self, count: tuple[str, str]) -> str:
        """The shape of the map of so many windows."""
        size = (self.op("Mul", number, self.integers(WINDOW)) for number in count)
        return self.op("Concat", self.integers(1), *size, self.integers(CHANNELS), axis=0)

    def heads(self, windows: str, order: Sequence[int]) -> str:
        """(N, 64, 98) -> (N, 64, 2, 49), transposed."""
        shape = self.integers(-1, WINDOW**2, HEADS, CHANNELS // HEADS)
        return self.op("Transpose", self.op("Reshape", windows, shape), perm=list(order))

    def branch(
        self, name: str, features: str, moments: tuple[str, str], *, query: str = ""
    ) -> tuple[str, str, str]:
        """One branch's side of a block: the new features, their shape, the query that was used.

        The features are whole windows, and come with a margin that goes. The new ones are flat,
        (1, pixels, 98), as is all that is computed pixel by pixel: runtimes then keep one order in
        memory, and copy nothing between layers.
        """
        mean, deviation = moments
        factor = self.op("Div", self.number(1), deviation)
        shift = self.op("Neg", self.op("Mul", mean, factor))
        normalised = self.op("Add", self.op("Mul", features, factor), shift)
        windows, count = self.cut_windows(self.crop_margin(normalised))
        query = query or self.multiply(windows, f"{name}.query")
        key = self.heads(self.multiply(windows, f"{name}.key"), [0, 2, 3, 1])
        logits = self.op("MatMul", self.heads(query, [0, 2, 1, 3]), key)
        logits = self.op("Add", logits, f"position_bias{name[-1]}")
        # The value of windows and that of the map are computed twice: cheaper than moving it.
        value = self.heads(self.multiply(windows, f"{name}.value"), [0, 2, 1, 3])
        attended = self.op("MatMul", self.op("Softmax", logits, axis=-1), value)
        attended = self.op("Transpose", attended, perm=[0, 2, 1, 3])
        value = self.op("Transpose", self.multiply(normalised, f"{name}.value"), perm=_FIRST)
        value = self.convolve(value, f"{name}.depthwise", group=CHANNELS)
        value = self.flat(self.op("Transpose", value, perm=_LAST))
        output = self.op("Add", value, self.flat(self.join_windows(attended, count)))
        output = self.multiply(output, f"{name}.projection")
        rescale = self.op("Mul", f"{name}.rescale_weight", deviation)
        rescale = self.op("Add", rescale, f"{name}.rescale_bias")
        rebias = self.op("Mul", f"{name}.rebias_weight", mean)
        rebias = self.op("Add", rebias, f"{name}.rebias_bias")
        output = self.op("Add", self.op("Mul", output, rescale), rebias)
        features = self.op("Add", self.flat(self.crop_margin(features)), output)
        hidden = self.multiply(features, f"{name}.expand", then="Relu")
        features = self.op("Add", features, self.multiply(hidden, f"{name}.reduce"))
        return features, self.map_shape(count), query

    def interact(
        self, features: dict[str, str], moments: dict[str, tuple[str, str]], to: str = ""
    ) -> str:
        """The unshifted block of both branches, and the auxiliary's influence (Eq. 4)."""
        main, shape, query = self.branch("dp0", features["dp"], moments["dp"])
        auxiliary, _, _ = self.branch("mm0", features["mm"], moments["mm"], query=query)
        both = self.op("Add", main, self.op("Mul", auxiliary, "auxiliary_weight"))
        return self.op("Reshape", both, shape, to=to)

    def shift(self, features: str, moments: tuple[str, str], to: str = "") -> str:
        """The main branch of the shifted block."""
        shifted, shape, _ = self.branch("dp1", features, moments)
        return self.op("Reshape", shifted, shape, to=to)

    def decode(self, features: str, pair: str) -> str:
        """Un-embedding, gate and decoder; features padded to fours, channels last."""
        pads = self.integers(0, 1, 1, 0, 0, 1, 1, 0)
        features = self.op("Pad", features, pads, mode="reflect")
        gated = self.convolve(self.op("Transpose", features, perm=_FIRST), "gate_main")
        end = self.size(pair, (2, 3))
        gated = self.op("Slice", gated, self.integers(0, 0), end, self.integers(2, 3))
        shared = self.convolve(self.unpad(self.encode(pair)), "gate_shared", bias=False)
        maps = self.op("Relu", self.op("Add", gated, shared))
        for index in range(3):
            maps = self.convolve(self.pad(maps, 1), f"decoder{index}")
            maps = self.op("Relu", maps, to=f"decoded{index}")
        maps = self.convolve(self.pad(maps, 1), "decoder3", then="Tanh")
        half = self.number(0.5)
        return self.op("Add", self.op("Mul", maps, half), half, to="fused")

    def moments(self, sums: str, norms: str) -> tuple[str, str]:
        """Mean and deviation of a whole picture, in float32."""
        mean = self.op("Div", self._mean(sums), self.number(CHANNELS))
        square = self.op("Div", self._mean(self.op("Mul", norms, norms)), self.number(CHANNELS))
        variance = self.op("Sub", square, self.op("Mul", mean, mean))
        return mean, self.op("Sqrt", self.op("Add", variance, self.number(1e-5)))

    def _mean(self, maps: str) -> str:
        """Of all pixels: of rows first, which keeps the digits of large pictures."""
        rows = self.op("ReduceMean", maps, self.integers(2), keepdims=1)
        mean = self.op("ReduceMean", rows, self.integers(1), keepdims=1)
        return self.op("Reshape", mean, self.integers(1))

    def scalars(self, vector: str, count: int) -> list[str]:
        """The single numbers of a vector, as lists of one."""
        return [
            self.op("Slice", vector, self.integers(index), self.integers(index + 1))
            for index in range(count)
        ]

    def model(
        self, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[onnx.ValueInfoProto]
    ) -> onnx.ModelProto:
        constants = list(self.constants.values())
        graph = helper.make_graph(self.nodes, "gifnet", list(inputs), list(outputs), constants)
        return helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=9,
            producer_name="gifnet",
        )


class QuantisedGraph(Graph):
    """The same, with integers of 8 bits in the layers that gifnet.engine.quantising knows.

    Activations are quantised with a scale and a zero point for each channel, once for all layers
    that read them, and move as integers. The layers' weights and biases make up for both.
    """

    def activation(self, values: str, name: str) -> str:
        parameters = f"{name}.scale", f"{name}.zero"
        return self.op("QuantizeLinear", values, *parameters, to=self._new(name), axis=1)

    def input(self, values: str, layer: str) -> str:
        if layer not in LAYERS:
            return values
        return self.op("DequantizeLinear", values, self.number(STEP))

    def weight(self, layer: str, kind: str) -> str:
        name = super().weight(layer, kind)
        if layer not in LAYERS:
            return name
        return self.op("DequantizeLinear", f"{name}_int8", f"{name}_scale", axis=0)


def _value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


_PAIR = _value("pair", 1, 2, "height", "width")
_FUSED = _value("fused", 1, 1, "height", "width")
_AUXILIARY_WEIGHT = _value("auxiliary_weight", 1)


def _features(name: str) -> onnx.ValueInfoProto:
    return _value(name, 1, "rows", "columns", CHANNELS)


def _around(name: str) -> onnx.ValueInfoProto:
    """Features with a margin."""
    return _value(name, 1, "rows_around", "columns_around", CHANNELS)


def _sums(name: str) -> list[onnx.ValueInfoProto]:
    return [_value(f"{name}_{kind}", 1, "rows", "columns") for kind in ("sums", "norms")]


def make_embed(graph: Graph) -> onnx.ModelProto:
    outputs = []
    for name, features in graph.embed("pair").items():
        graph.op("Transpose", features, to=name, perm=_LAST)
        graph.sums(features, name, channel_axis=1)
        outputs += [_features(name), *_sums(name)]
    return graph.model([_PAIR], outputs)


def make_interact(graph: Graph) -> onnx.ModelProto:
    dp_mean, dp_deviation, mm_mean, mm_deviation = graph.scalars("moments", 4)
    moments = {"dp": (dp_mean, dp_deviation), "mm": (mm_mean, mm_deviation)}
    graph.interact({"dp": "dp", "mm": "mm"}, moments, to="features")
    graph.sums("features", "features", channel_axis=3)
    return graph.model(
        [_around("dp"), _around("mm"), _value("moments", 4), _AUXILIARY_WEIGHT],
        [_features("features"), *_sums("features")],
    )


def make_shift(graph: Graph) -> onnx.ModelProto:
    mean, deviation = graph.scalars("moments", 2)
    graph.shift("features", (mean, deviation), to="shifted")
    return graph.model([_around("features"), _value("moments", 2)], [_features("shifted")])


def make_decode(graph: Graph) -> onnx.ModelProto:
    graph.decode("shifted", "pair")
    return graph.model([_PAIR, _features("shifted")], [_FUSED])


def make_whole(graph: Graph) -> onnx.ModelProto:
    embedded = graph.embed("pair")
    moments = {
        name: graph.moments(*graph.sums(features, name, channel_axis=1))
        for name, features in embedded.items()
    }
    last = {
        name: graph.op("Transpose", features, perm=_LAST) for name, features in embedded.items()
    }
    around = {name: graph.pad_to_windows(maps, shifted=False) for name, maps in last.items()}
    features = graph.interact(around, moments)
    features = graph.crop_windows(features, last["dp"], shifted=False)
    after = graph.moments(*graph.sums(features, "features", channel_axis=3))
    shifted = graph.shift(graph.pad_to_windows(features, shifted=True), after)
    graph.decode(graph.crop_windows(shifted, features, shifted=True), "pair")
    return graph.model([_PAIR, _AUXILIARY_WEIGHT], [_FUSED])


_MAKERS = {
    "embed": make_embed,
    "interact": make_interact,
    "shift": make_shift,
    "decode": make_decode,
    "whole": make_whole,
}


def make_graph(name: str, *, quantised: bool) -> onnx.ModelProto:
    return _MAKERS[name](QuantisedGraph() if quantised else Graph())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=FOLDER)
    folder = parser.parse_args().output
    names = [*((name, False) for name in (*STAGES, WHOLE)), *((name, True) for name in QUANTISED)]
    for name, quantised in names:
        file = folder / file_name(name, quantised=quantised)
        data = make_graph(name, quantised=quantised).SerializeToString(deterministic=True)
        file.write_bytes(data)
        print(f"{file}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
