"""``gifnet complexity`` as its users run it, and its counters against sums made by hand."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from made_pairs import gifnet
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from torch import nn

from gifnet import load_model
from gifnet.checkpoints import load_arrays
from gifnet.engine import fold
from gifnet.errors import EvaluationError
from gifnet.experiments.complexity.engine_counting import count_engine
from gifnet.experiments.complexity.graph_counting import (
    count_graph,
    count_parameters,
    read_graph,
    too_low,
)
from gifnet.experiments.complexity.graph_inputs import graph_inputs
from gifnet.experiments.complexity.torch_counting import count_forward, count_module
from gifnet.export.models import Source, model_bytes
from gifnet.export.settings import Precision

FORMS = ["trained, in full", "trained, forward", "folded, one graph", "folded, in tiles"]


def model_of(
    nodes: list[Any],
    inputs: dict[str, list[int | str]],
    weights: Mapping[str, tuple[int, ...]] | None = None,
) -> bytes:
    """A graph of nodes; the last one gives ``out``."""
    generator = np.random.default_rng(0)
    constants = [
        numpy_helper.from_array(generator.random(shape, np.float32), name)
        for name, shape in (weights or {}).items()
    ]
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        constants,
    )
    opset = [helper.make_opsetid("", 18)]
    made: bytes = helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString()
    return made


def counted(model: bytes, **shapes: tuple[int, ...]) -> dict[str, int]:
    return count_graph(read_graph(model, "test"), shapes, "test").by_operator


def test_a_small_network_is_counted_as_by_hand() -> None:
    """3x3 from 2 to 8 channels, stride 2, depthwise 5x5, 1x1 to 4, transposed 2x2, two products."""
    network = nn.Sequential(
        nn.Conv2d(2, 8, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 8, 5, padding=2, groups=8),
        nn.Conv2d(8, 4, 1),
        nn.ConvTranspose2d(4, 3, 2, stride=2),
    )
    by_hand = 10 * 15 * (8 * 2 * 9 + 8 * 25 + 4 * 8) + 10 * 15 * 4 * 3 * 4
    assert count_module(network, torch.zeros(1, 2, 20, 30)).total == by_hand

    def conv(source: str, weight: str, to: str, kind: str = "Conv", **more: Any) -> Any:
        return helper.make_node(kind, [source, weight], [to], **more)

    nodes = [
        conv("in", "w1", "a", strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        conv("b", "w2", "c", group=8, pads=[2, 2, 2, 2]),
        conv("c", "w3", "d"),
        conv("d", "w4", "out", "ConvTranspose", strides=[2, 2]),
    ]
    shapes = {"w1": (8, 2, 3, 3), "w2": (8, 1, 5, 5), "w3": (4, 8, 1, 1), "w4": (4, 3, 2, 2)}
    model = model_of(nodes, {"in": [1, 2, "height", "width"]}, shapes)
    found = counted(model, **{"in": (1, 2, 20, 30)})
    assert found == {
        "Convolution": 10 * 15 * (8 * 2 * 9 + 4 * 8),
        "GroupConvolution": 10 * 15 * 8 * 25,
        "ConvolutionBackpropData": 10 * 15 * 4 * 3 * 4,
    }
    assert sum(counted(model, **{"in": (1, 2, 40, 30)}).values()) == 2 * by_hand
    parameters = sum(int(np.prod(shape)) for shape in shapes.values())
    assert count_parameters(read_graph(model, "test")) == parameters


def test_an_attention_is_counted_as_by_hand() -> None:
    """16 windows, 2 heads, 64 pixels, heads 49 wide."""
    query = torch.zeros(16, 2, 64, 49)

    class Attention(nn.Module):
        def forward(self, query: torch.Tensor) -> torch.Tensor:
            return nn.functional.scaled_dot_product_attention(query, query, query)

    by_hand = 16 * 2 * 64 * 64 * 49 * 2
    assert count_module(Attention(), query).total == by_hand
    nodes = [
        helper.make_node("Transpose", ["in"], ["key"], perm=[0, 1, 3, 2]),
        helper.make_node("MatMul", ["in", "key"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["shares"], axis=-1),
        helper.make_node("MatMul", ["shares", "in"], ["out"]),
    ]
    model = model_of(nodes, {"in": ["n", 2, 64, 49]})
    assert counted(model, **{"in": (16, 2, 64, 49)}) == {"MatMul": by_hand}


@pytest.mark.parametrize(
    ("node", "weights", "shape", "by_hand"),
    [
        (
            helper.make_node("Gemm", ["in", "w", "b"], ["out"], transA=1, transB=1),
            {"w": (7, 5), "b": (7,)},
            (5, 6),
            6 * 5 * 7,
        ),
        (
            helper.make_node("Einsum", ["in", "w"], ["out"], equation="bij,jk->bik"),
            {"w": (5, 7)},
            (3, 4, 5),
            3 * 4 * 5 * 7,
        ),
        (
            helper.make_node("Conv", ["in", "w"], ["out"], group=2),
            {"w": (6, 2, 3, 3)},
            (2, 4, 8, 9),
            2 * 6 * 6 * 7 * 2 * 9,
        ),
    ],
    ids=["Gemm", "Einsum", "Conv in groups"],
)
def test_other_products_are_counted_as_by_hand(
    node: Any, weights: dict[str, tuple[int, ...]], shape: tuple[int, ...], by_hand: int
) -> None:
    names: list[int | str] = [*shape]
    found = counted(model_of([node], {"in": names}, weights), **{"in": shape})
    assert sum(found.values()) == by_hand


def test_layers_of_integers_are_counted_like_others() -> None:
    """The int8 form of the folded graph has the float form's multiply-accumulates."""
    from gifnet.checkpoints.int8_ranges import load_ranges
    from gifnet.engine.quantising import ACTIVATIONS

    weights = load_arrays()
    ranges = load_ranges(None, weights.sha256, ACTIVATIONS)
    forms = {
        Precision.FLOAT32: Source(weights),
        Precision.INT8: Source(weights, ranges, "pictures"),
    }
    shapes = {"pair": (1, 2, 24, 24), "auxiliary_weight": (1,)}
    totals = {
        precision: sum(counted(model_bytes("whole", source, precision), **shapes).values())
        for precision, source in forms.items()
    }
    assert totals[Precision.INT8] == pytest.approx(totals[Precision.FLOAT32], rel=0.05)


def test_what_cannot_be_counted_is_told() -> None:
    nodes = [
        helper.make_node("NonZero", ["in"], ["places"]),
        helper.make_node("Cast", ["places"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["w", "numbers"], ["out"]),
    ]
    model = model_of(nodes, {"in": [4, 4]}, {"w": (3, 2)})
    count = count_graph(read_graph(model, "test"), {"in": (4, 4)}, "test")
    assert count.total == 0
    assert too_low(count) == {"MatMul of unknown size": 1}


def test_the_network_has_the_specified_count_and_leaves_out_what_nothing_reads() -> None:
    """786 k a pixel in full (rounded, of some size); 92 k of a shifted branch, 9.6 k of a query."""
    forward, in_full = count_forward(load_model(), 64, 64)
    # Reflection adds half a window on each side of the shifted grid: 81 windows for 64.
    shifted = 64 * 64 * (3 * 98**2 + 25 * 98 + 98**2 + 4 * 98**2) + 81 * 2 * 64**2 * 49 * 2
    assert in_full.total - forward.total == shifted + 64 * 64 * 98**2
    large = in_full.total - (81 - 64) * 2 * 2 * 64**2 * 49 * 2
    position_bias = 2 * (64**2 * 2 * 256 + 64**2 * 256 * 2)
    assert (large - position_bias) / 64**2 == pytest.approx(786_000, rel=0.0025)


def test_tiles_compute_their_margins_too() -> None:
    weights = load_arrays()
    folded = fold(weights.arrays)
    model = read_graph(model_bytes("whole", Source(weights), Precision.FLOAT32), "whole")
    whole = count_graph(model, {"pair": (1, 2, 80, 80), "auxiliary_weight": (1,)}, "whole").total
    one_tile, four_tiles = (count_engine(folded, side, side).total for side in (80, 160))
    # The stages compute the shared encoder twice; in one graph that is merged.
    encoder = 9 * 32 * (2 + 34 + 66) * 80**2
    assert one_tile == pytest.approx(whole + encoder, rel=0.05)
    assert four_tiles > 4.1 * one_tile


def test_table_and_picture_are_written(tmp_path: Path) -> None:
    done = gifnet("complexity", "--size", "20x28", "--rounds", "1", "-o", "c.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(line.startswith("measuring: ") for line in done.stderr.splitlines())
    with (tmp_path / "c.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["form"] for row in rows] == FORMS
    assert [int(row["parameters"]) for row in rows[:2]] == [822_780] * 2
    assert all(600_000 < int(row["parameters"]) < 640_000 for row in rows[2:])
    assert rows[0]["median_seconds"] == ""
    for row in rows[1:]:
        assert float(row["median_seconds"]) > 0
        assert float(row["peak_bytes"]) > 5e7
    with Image.open(tmp_path / "c.png") as picture:
        assert picture.width > 1000
    assert done.stdout.splitlines()[0].split()[:2] == ["form", "parameters"]
    assert "k of the specification" in done.stdout
    assert done.stdout.splitlines()[-2:] == ["c.csv", "c.png"]


def test_another_size_and_another_network_give_another_result(tmp_path: Path) -> None:
    node = helper.make_node("Conv", ["a", "w"], ["c"], pads=[1, 1, 1, 1])
    last = helper.make_node("Add", ["c", "b"], ["out"])
    sizes: dict[str, list[int | str]] = {"a": [1, 1, "h", "w"], "b": [1, 1, "h", "w"]}
    (tmp_path / "open.onnx").write_bytes(model_of([node, last], sizes, {"w": (1, 1, 3, 3)}))
    sizes = {"a": [1, 1, 16, 24], "b": [1, 1, 16, 24]}
    (tmp_path / "fixed.onnx").write_bytes(model_of([node, last], sizes, {"w": (1, 1, 3, 3)}))
    done = gifnet(
        *("complexity", "--size", "32x40", "--rounds", "1", "-o", "c.json"),
        *("--onnx", "open.onnx", "--onnx", "fixed.onnx"),
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    forms = {form["form"]: form for form in found["forms"]}
    assert list(forms) == [*FORMS, "open.onnx", "fixed.onnx"]
    assert forms["open.onnx"]["macs"] == 32 * 40 * 9
    assert forms["open.onnx"]["not_counted"] == {"Add": 1}
    assert forms["fixed.onnx"]["macs"] == 16 * 24 * 9
    assert (forms["fixed.onnx"]["height"], forms["fixed.onnx"]["width"]) == (16, 24)
    assert len(forms["open.onnx"]["seconds"]) == 1
    assert "fixed.onnx is made for 16x24 (height x width)" in done.stdout
    # Of the size before this one: the same counters, other numbers.
    smaller, _ = count_forward(load_model(), 20, 28)
    assert forms["trained, forward"]["macs"] > 1.5 * smaller.total


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--size", "640"], "expected HEIGHTxWIDTH"),
        (["--size", "4x40"], "a size of at least 5x5"),
        (["-o", "c.txt"], "expected a table called .md, .csv or .json"),
        (["-o", "no/c.md"], "the folder no does not exist"),
        (["--onnx", "nowhere.onnx"], "expected an ONNX file at nowhere.onnx"),
        (["--onnx", "text.onnx"], "that OpenVINO"),
        (["--weights", "papre"], "default and paper"),
    ],
)
def test_bad_requests_say_what_was_expected(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "text.onnx").write_text("not a network")
    done = gifnet("complexity", "--size", "20x20", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["text.onnx"]


def test_inputs_are_pictures_of_the_wanted_size_whatever_their_order() -> None:
    shapes: dict[str, list[int | str]] = {
        "first": [1, 1, "h", "w"],
        "last": ["n", "h", "w", 3],
        "plane": ["h", "w"],
        "number": [1],
    }
    nodes = [
        helper.make_node("Add", ["first", "plane"], ["sum"]),
        helper.make_node("Transpose", ["last"], ["turned"], perm=[0, 3, 1, 2]),
        helper.make_node("Add", ["turned", "sum"], ["all"]),
        helper.make_node("Mul", ["all", "number"], ["out"]),
    ]
    found = graph_inputs(read_graph(model_of(nodes, shapes), "test"), 10, 12, "test")
    assert found.shapes == {
        "first": (1, 1, 10, 12),
        "last": (1, 10, 12, 3),
        "plane": (10, 12),
        "number": (1,),
    }
    assert (found.height, found.width, found.notes) == (10, 12, ())
    none = model_of([helper.make_node("Neg", ["in"], ["out"])], {"in": [3]})
    with pytest.raises(EvaluationError, match=r"expected inputs that are pictures of one size"):
        graph_inputs(read_graph(none, "test"), 10, 12, "test")
