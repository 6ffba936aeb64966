"""Weights as arrays: the same numbers as those of the network, and the same refusals."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from gifnet.checkpoints import (
    CheckpointHeader,
    bundled_names,
    load_arrays,
    load_checkpoint,
    load_model,
    read_header,
    save_checkpoint,
)
from gifnet.checkpoints.weights_file import sha256_of
from gifnet.errors import CheckpointError
from gifnet.model import GIFNet

KEY = "unembedding.bias"


@pytest.fixture
def file(small_network: GIFNet, header: CheckpointHeader, tmp_path: Path) -> Path:
    file = tmp_path / "weights.safetensors"
    save_checkpoint(small_network, file, header)
    return file


def _rewrite(file: Path, values: torch.Tensor) -> None:
    """Write a checkpoint again with other values of one weight and the same header."""
    save_file(load_file(file) | {KEY: values}, file, metadata=read_header(file).to_metadata())


def test_arrays_are_the_weights_of_the_network(
    file: Path, small_network: GIFNet, header: CheckpointHeader
) -> None:
    weights = load_arrays(file)
    assert weights.header == header
    assert weights.sha256 == sha256_of(file)
    assert weights.name == str(file)
    state = small_network.state_dict()
    assert list(weights.arrays) == list(state)
    for key, array in weights.arrays.items():
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
        assert array.flags.writeable
        assert np.array_equal(array, state[key].numpy()), key
        assert array.shape == tuple(state[key].shape)


@pytest.mark.parametrize("name", bundled_names())
def test_weights_of_the_package_are_read_by_name(name: str) -> None:
    weights = load_arrays(name)
    assert weights.name == name
    state = load_model(name).state_dict()
    assert all(np.array_equal(weights.arrays[key], state[key].numpy()) for key in state)
    if name == "default":
        assert load_arrays().name == name
        assert load_arrays().sha256 == weights.sha256


def test_a_network_does_not_share_its_weights_with_the_next_one(file: Path) -> None:
    first, second = load_model(file), load_model(file)
    with torch.no_grad():
        first.unembedding.weight.fill_(0)
    assert bool(second.unembedding.weight.any())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_floating_point_formats_become_float32(file: Path, dtype: torch.dtype) -> None:
    # Values of which none of the formats can hold all bits, and the least of the half ones.
    values = torch.tensor([1 / 3, -2.5, 0.0, 65504.0, 6e-8, -1e-3] + [0.1] * 8, dtype=dtype)
    _rewrite(file, values)
    assert np.array_equal(load_arrays(file).arrays[KEY], values.float().numpy())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (torch.zeros(14, dtype=torch.int64), "floating-point tensors, got something else for 1"),
        (torch.zeros(14, dtype=torch.bool), "floating-point tensors, got something else for 1"),
        (torch.full((14,), torch.nan), "expected finite weights, got NaN or infinity in 1"),
        (torch.full((14,), -torch.inf), "expected finite weights, got NaN or infinity in 1"),
        # Finite as stored, but not as float32.
        (torch.full((14,), 1e300, dtype=torch.float64), "expected finite weights"),
        (torch.full((14,), torch.nan, dtype=torch.bfloat16), "expected finite weights"),
        (torch.zeros(14, 1), rf"expected '{KEY}' with \(14,\), got \(14, 1\)"),
    ],
)
def test_weights_that_cannot_be_used_are_named(
    file: Path, values: torch.Tensor, message: str
) -> None:
    _rewrite(file, values)
    with pytest.raises(CheckpointError, match=message) as caught:
        load_arrays(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert KEY in str(caught.value)


def test_arrays_and_networks_are_refused_alike(
    file: Path, published_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "damaged").write_bytes(file.read_bytes()[:-5])
    (tmp_path / "empty").touch()
    save_file({"x": torch.zeros(1)}, tmp_path / "keys", metadata=read_header(file).to_metadata())
    save_file({"x": torch.zeros(1)}, tmp_path / "foreign")
    metadata = replace(read_header(file), step=1).to_metadata() | {"step": "-1"}
    save_file({"x": torch.zeros(1)}, tmp_path / "header", metadata=metadata)
    for name in ("damaged", "empty", "keys", "foreign", "header", "absent", "."):
        assert _refusal(load_arrays, tmp_path / name) == _refusal(load_checkpoint, tmp_path / name)
    assert "gifnet weights convert" in _refusal(load_arrays, published_file)
    assert "neither" in _refusal(load_arrays, "defalt")


def _refusal(load: object, weights: object) -> str:
    assert callable(load)
    with pytest.raises(CheckpointError) as caught:
        load(weights)
    return str(caught.value)


def test_weights_header_and_digest_are_of_one_file_though_it_is_written_anew_meanwhile(
    file: Path, small_network: GIFNet, header: CheckpointHeader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_and_replace(path: Path) -> CheckpointHeader:
        found = read_header(path)
        save_checkpoint(small_network, file, replace(header, step=121))
        return found

    monkeypatch.setattr("gifnet.checkpoints.weight_arrays.read_header", look_and_replace)
    weights = load_arrays(file)
    assert weights.header.step == 121
    assert weights.sha256 == sha256_of(file)
