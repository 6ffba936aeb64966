"""One graph of the whole network, run by the plain runtimes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import openvino
import pytest
from numpy.typing import NDArray

import gifnet
from gifnet.checkpoints import load_arrays
from gifnet.engine import fold
from gifnet.export.ports import PORTS

Array = NDArray[np.float32]
Forward = Callable[..., Array]

# The bound; sums in another order differ by some 1e-6.
TOLERANCE = 1e-4
# None of them is among those that an export compares.
SIZES = [(5, 5), (43, 131), (9, 64), (90, 47)]


def pair_of(height: int, width: int) -> Array:
    return np.random.default_rng(height).random((1, 2, height, width), dtype=np.float32)


@pytest.mark.parametrize("shape", SIZES, ids=str)
def test_a_file_for_onnx_runtime_is_the_network(
    shape: tuple[int, int], exported: Path, forward: Forward
) -> None:
    session = onnxruntime.InferenceSession(exported / "gifnet.onnx")
    trained = session.get_modelmeta().custom_metadata_map["gifnet.auxiliary_weight"]
    pair = pair_of(*shape)
    inputs = {"pair": pair, "auxiliary_weight": np.array([float(trained)], np.float32)}
    (fused,) = session.run(["fused"], inputs)
    assert np.abs(fused[0, 0] - forward(pair)).max() < TOLERANCE


@pytest.mark.parametrize("shape", SIZES, ids=str)
def test_files_for_openvino_are_the_network(
    shape: tuple[int, int], exported: Path, forward: Forward
) -> None:
    core = openvino.Core()
    model = core.read_model(exported / "gifnet.xml")
    trained = model.get_rt_info(["gifnet", "auxiliary_weight"]).astype(float)
    network = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    pair = pair_of(*shape)
    inputs = {"pair": pair, "auxiliary_weight": np.array([trained], np.float32)}
    assert np.abs(network(inputs)["fused"][0, 0] - forward(pair)).max() < TOLERANCE


def test_the_onnx_file_is_whole_and_says_what_it_is(exported: Path) -> None:
    model = onnx.load(exported / "gifnet.onnx", load_external_data=False)
    onnx.checker.check_model(model, full_check=True)
    assert (model.producer_name, model.producer_version) == ("gifnet", gifnet.__version__)
    weights = load_arrays()
    said = {entry.key: entry.value for entry in model.metadata_props}
    assert said["gifnet.weights"] == "default"
    assert said["gifnet.weights_sha256"] == weights.sha256
    assert said["gifnet.version"] == gifnet.__version__
    assert said["gifnet.licence"] == weights.header.licence
    assert np.float32(said["gifnet.auxiliary_weight"]) == fold(weights.arrays)["auxiliary_weight"]
    assert said["gifnet.graph"] == "whole"
    assert "(1, 2, height, width) float32" in said["input.pair"]
    assert "0 black to 1 white" in said["input.pair"]
    assert {"input.auxiliary_weight", "output.fused"} <= said.keys()
    assert {port.name for port in model.graph.input} == {"pair", "auxiliary_weight"}


def test_the_openvino_files_keep_float32_and_say_what_they_are(exported: Path) -> None:
    model = openvino.Core().read_model(exported / "gifnet.xml")
    assert model.get_rt_info(["gifnet", "weights_sha256"]).astype(str) == load_arrays().sha256
    assert model.get_rt_info(["gifnet", "graph"]).astype(str) == "whole"
    assert "height and width at least 5" in model.get_rt_info(["gifnet", "input", "pair"]).astype(
        str
    )
    kinds = {op.get_element_type() for op in model.get_ops() if op.get_type_name() == "Constant"}
    assert openvino.Type.f16 not in kinds
    assert openvino.Type.f32 in kinds


def test_the_graph_of_an_onnx_file_is_one_message(exported: Path) -> None:
    """Readers in JavaScript keep the last part of a message that comes in several."""
    content = (exported / "gifnet.onnx").read_bytes()
    assert _numbers(content).count(7) == 1


def _numbers(message: bytes) -> list[int]:
    """Numbers of the fields of a message, written apart from what writes them."""
    numbers, place = [], 0

    def varint() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = message[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(message):
        key = varint()
        numbers.append(key >> 3)
        value = varint()
        place += value if key & 7 == 2 else 0
    assert place == len(message)
    return numbers


@pytest.mark.parametrize("name", sorted(PORTS))
def test_ports_are_described_as_the_graphs_have_them(name: str) -> None:
    from gifnet.engine.graph_bytes import graph

    model = onnx.load_from_string(graph(name))
    for described, found in (
        (PORTS[name].inputs, model.graph.input),
        (PORTS[name].outputs, model.graph.output),
    ):
        shapes = {
            port.name: tuple(
                size.dim_param or size.dim_value for size in port.type.tensor_type.shape.dim
            )
            for port in found
        }
        assert {port.name: port.shape for port in described} == shapes
