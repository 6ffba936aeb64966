"""The graphs of the package, and the weights that are put into them."""

from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

import make_graphs
from gifnet.checkpoints import load_arrays
from gifnet.engine import fold
from gifnet.engine.graph_bytes import QUANTISED, STAGES, WHOLE, graph, with_weights
from gifnet.errors import CheckpointError

Array = NDArray[np.float32]


@pytest.mark.parametrize("name", [*STAGES, WHOLE])
def test_a_graph_is_what_its_script_makes_and_has_no_weights(name: str) -> None:
    found = onnx.load_from_string(graph(name))
    assert found == make_graphs.make_graph(name, quantised=False)
    # Numbers of shapes, not of the network.
    assert all(np.prod(constant.dims) <= 8 for constant in found.graph.initializer)


@pytest.mark.parametrize("name", QUANTISED)
def test_an_int8_graph_is_what_its_script_makes(name: str) -> None:
    found = onnx.load_from_string(graph(name, quantised=True))
    assert found == make_graphs.make_graph(name, quantised=True)


@pytest.mark.parametrize("name", [*STAGES, WHOLE])
def test_a_graph_with_weights_is_a_complete_model(name: str, folded: dict[str, Array]) -> None:
    weights = {key: array for key, array in folded.items() if key != "auxiliary_weight"}
    model = onnx.load_from_string(with_weights(graph(name), weights))
    onnx.checker.check_model(model)
    stored = {constant.name: constant for constant in model.graph.initializer}
    wanted = {name for node in model.graph.node for name in node.input}
    assert set(weights) & wanted == set(weights) & set(stored)
    for key in set(weights) & set(stored):
        np.testing.assert_array_equal(onnx.numpy_helper.to_array(stored[key]), weights[key])


def test_all_weights_are_used(folded: dict[str, Array]) -> None:
    model = onnx.load_from_string(graph(WHOLE))
    wanted = {name for node in model.graph.node for name in node.input}
    assert set(folded) <= wanted  # so the MM query, for example, is left out


def test_the_whole_graph_is_the_network(
    folded: dict[str, Array], forward: Callable[[Array, Array], Array]
) -> None:
    weights = {key: array for key, array in folded.items() if key != "auxiliary_weight"}
    session = onnxruntime.InferenceSession(with_weights(graph(WHOLE), weights))
    for shape in ((5, 5), (61, 83), (96, 128), (17, 40)):
        pair = np.random.default_rng(1).random((2, *shape), dtype=np.float32)
        inputs = {"pair": pair[None], "auxiliary_weight": folded["auxiliary_weight"]}
        (fused,) = session.run(None, inputs)
        assert np.abs(fused[0, 0] - forward(*pair)).max() < 1e-4


def test_weights_of_another_size_are_refused() -> None:
    arrays = load_arrays().arrays
    arrays["global_decoder.stack.6.weight"] = np.zeros((1, 8, 3, 3), np.float32)
    with pytest.raises(CheckpointError, match=r"published size.*\(1, 16, 3, 3\).*\(1, 8, 3, 3\)"):
        fold(arrays)
