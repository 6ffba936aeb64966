"""Methods in ONNX files, made here."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gifnet.errors import EvaluationError, MissingDependencyError
from gifnet.evaluation.fusing.methods import make_method

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

Shape = list[int | str]
GREY: Shape = [1, 1, "height", "width"]
COLOUR: Shape = [1, 3, "height", "width"]


def write_network(
    file: Path,
    operation: str,
    inputs: list[Shape],
    output: Shape,
    *,
    kind: int = onnx.TensorProto.FLOAT,
    **attributes: Any,
) -> Path:
    """Write a network of one operation."""
    helper = onnx.helper
    names = [f"source_{index}" for index in range(len(inputs))]
    graph = helper.make_graph(
        [helper.make_node(operation, names, ["fused"], **attributes)],
        "fusion",
        [
            helper.make_tensor_value_info(name, kind, shape)
            for name, shape in zip(names, inputs, strict=True)
        ],
        [helper.make_tensor_value_info("fused", kind, output)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(file))
    return file


def picture(seed: int, *shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def test_a_network_for_grey_pairs_is_a_baseline_like_any_other(tmp_path: Path) -> None:
    file = write_network(tmp_path / "mean.onnx", "Mean", [GREY, GREY], GREY)
    method = make_method(f"onnx:{file}")
    assert method.name == "mean"
    for shapes in [((8, 9), (8, 9)), ((8, 9), (8, 9, 3)), ((8, 9, 3), (8, 9, 3))]:
        sources = [picture(seed, *shape) for seed, shape in enumerate(shapes)]
        fused = method.fuse(sources).astype(int)
        expected = make_method("average").fuse(sources).astype(int)
        assert np.abs(fused - expected).max() <= 1  # a half may be rounded either way


def test_a_network_for_colour_sees_rgb(tmp_path: Path) -> None:
    file = write_network(tmp_path / "max.onnx", "Max", [COLOUR, COLOUR], COLOUR)
    method = make_method(f"lighter=onnx:{file}")
    grey, colour = picture(1, 6, 7), picture(2, 6, 7, 3)
    np.testing.assert_array_equal(method.fuse([grey, colour]), np.maximum(grey[..., None], colour))
    other = picture(3, 6, 7)
    fused = method.fuse([grey, other]).astype(int)
    assert np.abs(fused - np.maximum(grey, other)).max() <= 1  # the luma of three equal channels


def test_a_network_with_both_pictures_in_one_input(tmp_path: Path) -> None:
    file = write_network(
        tmp_path / "stack.onnx", "ReduceMax", [[1, 2, "h", "w"]], [1, 1, "h", "w"], axes=[1]
    )
    first, second = picture(1, 6, 7), picture(2, 6, 7)
    np.testing.assert_array_equal(
        make_method(f"onnx:{file}").fuse([first, second]), np.maximum(first, second)
    )


def test_three_pictures_are_fused_one_after_the_other(tmp_path: Path) -> None:
    file = write_network(tmp_path / "max.onnx", "Max", [GREY, GREY], GREY)
    sources = [picture(seed, 6, 7) for seed in range(3)]
    np.testing.assert_array_equal(make_method(f"onnx:{file}").fuse(sources), np.max(sources, 0))


def test_a_fixed_size_fits_or_is_named(tmp_path: Path) -> None:
    fixed: Shape = [1, 1, 6, 7]
    method = make_method(f"onnx:{write_network(tmp_path / 'm.onnx', 'Max', [fixed, fixed], fixed)}")
    assert method.fuse([picture(1, 6, 7), picture(2, 6, 7)]).shape == (6, 7)
    with pytest.raises(EvaluationError, match=r"pictures of 7 x 6 pixels, .*, got 9 x 8; export"):
        method.fuse([picture(1, 8, 9), picture(2, 8, 9)])


@pytest.mark.parametrize(
    ("inputs", "kind"),
    [
        ([GREY], onnx.TensorProto.FLOAT),
        ([GREY, GREY, GREY], onnx.TensorProto.FLOAT),
        ([[2, 1, "h", "w"], [2, 1, "h", "w"]], onnx.TensorProto.FLOAT),
        ([["h", "w"], ["h", "w"]], onnx.TensorProto.FLOAT),
        ([GREY, GREY], onnx.TensorProto.DOUBLE),
    ],
)
def test_other_inputs_are_refused_at_once(tmp_path: Path, inputs: list[Shape], kind: int) -> None:
    file = write_network(tmp_path / "odd.onnx", "Max", inputs, inputs[0], kind=kind)
    with pytest.raises(EvaluationError, match=r"expected two inputs .* the network has the inputs"):
        make_method(f"onnx:{file}")


def test_results_that_are_no_picture_are_refused(tmp_path: Path) -> None:
    log = write_network(tmp_path / "nan.onnx", "Div", [GREY, GREY], GREY)
    black = np.zeros((4, 4), np.uint8)
    with pytest.raises(EvaluationError, match="nan: expected finite values, got 16"):
        make_method(f"onnx:{log}").fuse([black, black])
    small = write_network(
        tmp_path / "small.onnx",
        "ReduceMax",
        [[1, 2, "h", "w"]],
        [1, 1, 1, "w"],
        axes=[1, 2],
    )
    with pytest.raises(EvaluationError, match=r"small: expected a picture of shape \(1, 1, 4, 4\)"):
        make_method(f"onnx:{small}").fuse([black, black])


def test_a_missing_or_damaged_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"expected an ONNX file at .*absent\.onnx"):
        make_method(f"onnx:{tmp_path / 'absent.onnx'}")
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"\x08\x01 no network")
    with pytest.raises(EvaluationError, match="damaged: expected a network in ONNX format"):
        make_method(f"onnx:{damaged}")


def test_without_onnxruntime_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_network(tmp_path / "mean.onnx", "Mean", [GREY, GREY], GREY)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingDependencyError, match=r"gifnet\[onnx\]"):
        make_method(f"onnx:{file}")


def test_a_digest_changes_with_the_weights_beside_the_file(tmp_path: Path) -> None:
    file = write_network(tmp_path / "mean.onnx", "Mean", [GREY, GREY], GREY)
    first = make_method(f"onnx:{file}").digest
    (tmp_path / "mean.onnx.data").write_bytes(b"weights")
    assert make_method(f"onnx:{file}").digest != first
