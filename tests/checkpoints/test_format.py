"""Our checkpoint format: what goes in comes out, and everything else is refused by name."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from gifnet.checkpoints import (
    CheckpointHeader,
    load_checkpoint,
    load_model,
    read_header,
    save_checkpoint,
)
from gifnet.errors import CheckpointError
from gifnet.model import GIFNet, build_gifnet


@pytest.fixture
def file(small_network: GIFNet, header: CheckpointHeader, tmp_path: Path) -> Path:
    file = tmp_path / "weights.safetensors"
    save_checkpoint(small_network, file, header)
    return file


def test_weights_and_header_come_back_unchanged(
    file: Path, small_network: GIFNet, header: CheckpointHeader
) -> None:
    network, found = load_checkpoint(file)
    assert found == header == read_header(file)
    assert not network.training
    expected = small_network.state_dict()
    assert network.state_dict().keys() == expected.keys()
    assert all(torch.equal(value, expected[key]) for key, value in network.state_dict().items())


def test_a_loaded_model_fuses_as_the_saved_one(file: Path, small_network: GIFNet) -> None:
    a, b = torch.rand(2, 1, 1, 13, 10, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(load_model(file)(a, b), small_network(a, b))
        assert torch.equal(load_model(str(file))(a, b), small_network(a, b))


def test_half_precision_and_channels_last_are_saved_as_plain_float32(
    small_network: GIFNet, header: CheckpointHeader, tmp_path: Path
) -> None:
    network = build_gifnet(header.model, seed=5)
    network = network.to(memory_format=torch.channels_last).bfloat16()  # type: ignore[call-overload]
    save_checkpoint(network, tmp_path / "half.safetensors", header)
    for key, tensor in load_file(tmp_path / "half.safetensors").items():
        assert tensor.dtype is torch.float32
        assert torch.equal(tensor, small_network.state_dict()[key].bfloat16().float())


def test_loading_leaves_the_global_random_generator_alone(file: Path) -> None:
    before = torch.get_rng_state()
    load_checkpoint(file)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_step_that_nobody_knows_is_none(
    small_network: GIFNet, header: CheckpointHeader, tmp_path: Path
) -> None:
    origin = {"file": "Final.model", "sha256": "00"}
    save_checkpoint(small_network, tmp_path / "a", replace(header, step=None, origin=origin))
    assert read_header(tmp_path / "a").step is None
    assert read_header(tmp_path / "a").origin == origin


def test_headers_of_older_files_lack_entries_that_have_defaults(header: CheckpointHeader) -> None:
    metadata = header.to_metadata()
    del metadata["origin"]
    assert CheckpointHeader.from_metadata(metadata) == header


def test_saving_replaces_the_file_and_leaves_nothing_else(
    file: Path, small_network: GIFNet, header: CheckpointHeader
) -> None:
    save_checkpoint(small_network, file, replace(header, step=121))
    assert read_header(file).step == 121
    assert [item.name for item in file.parent.iterdir()] == [file.name]


def test_saving_into_a_missing_folder_names_it(
    small_network: GIFNet, header: CheckpointHeader, tmp_path: Path
) -> None:
    with pytest.raises(CheckpointError, match=r"there is no folder .*missing; make it first"):
        save_checkpoint(small_network, tmp_path / "missing" / "weights.safetensors", header)
    with pytest.raises(CheckpointError, match="got the folder"):
        save_checkpoint(small_network, tmp_path, header)
    assert list(tmp_path.iterdir()) == []


def _rewrite(file: Path, *, drop: str = "", **changes: torch.Tensor) -> None:
    """Write a checkpoint again with other tensors and the same header."""
    metadata = read_header(file).to_metadata()
    state = load_file(file) | {key.replace("__", "."): value for key, value in changes.items()}
    state.pop(drop, None)
    save_file(state, file, metadata=metadata)


def test_missing_and_unknown_keys_are_listed(file: Path) -> None:
    _rewrite(file, drop="gating.expand.weight", head__weight=torch.zeros(2))
    with pytest.raises(
        CheckpointError,
        match=r"missing 1 \(gating\.expand\.weight\); unknown 1 \(head\.weight\)",
    ):
        load_checkpoint(file)


def test_many_keys_are_listed_in_part(file: Path) -> None:
    save_file({"x": torch.zeros(1)}, file, metadata=read_header(file).to_metadata())
    with pytest.raises(CheckpointError, match=r"missing 110 \(.* and 102 more\); unknown 1"):
        load_checkpoint(file)


def test_a_tensor_of_another_shape_is_named(file: Path) -> None:
    _rewrite(file, gating__expand__weight=torch.zeros(6, 14))
    with pytest.raises(
        CheckpointError,
        match=r"expected 'gating\.expand\.weight' with \(6, 14, 1, 1\), got \(6, 14\)",
    ):
        load_checkpoint(file)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_named(file: Path, value: float) -> None:
    weight = load_file(file)["unembedding.bias"]
    weight[3] = value
    _rewrite(file, unembedding__bias=weight)
    with pytest.raises(CheckpointError, match=r"NaN or infinity in 1 \(unembedding\.bias\)"):
        load_checkpoint(file)


def test_whole_numbers_as_weights_are_named(file: Path) -> None:
    _rewrite(file, unembedding__bias=torch.zeros(14, dtype=torch.int64))
    with pytest.raises(CheckpointError, match=r"floating-point tensors.*unembedding\.bias"):
        load_checkpoint(file)


@pytest.mark.parametrize("kept", [1, 7, 8, 300, -1])
def test_a_truncated_file_is_called_damaged(file: Path, kept: int) -> None:
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(CheckpointError, match=rf"{re.escape(str(file))}.*damaged file"):
        load_checkpoint(file)


def test_a_missing_file_an_empty_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"nowhere\.safetensors, found no such file"):
        load_checkpoint(tmp_path / "nowhere.safetensors")
    with pytest.raises(CheckpointError, match=r"got the folder .*: name the file"):
        load_model(tmp_path)
    (tmp_path / "empty").touch()
    with pytest.raises(CheckpointError, match="got an empty file"):
        read_header(tmp_path / "empty")


def test_the_published_pickle_is_sent_to_its_conversion(published_file: Path) -> None:
    with pytest.raises(CheckpointError, match=r"gifnet weights convert .*Final\.model -o"):
        load_model(published_file)


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}, {"format": "gifnet-checkpoint-2"}])
def test_a_safetensors_file_of_another_program_is_refused(
    tmp_path: Path, metadata: dict[str, str] | None
) -> None:
    save_file({"x": torch.zeros(1)}, tmp_path / "other", metadata=metadata)
    with pytest.raises(CheckpointError, match="another program's file"):
        read_header(tmp_path / "other")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("step", "many"),
        ("step", -1),
        ("step", True),
        ("licence", None),
        ("information", []),
        ("origin", "here"),
        ("model", {"windows": 8}),
        ("model", {"window": 10**6}),
        ("model", {"encoder_width": 1.5}),
        ("model", {"decoder_widths": [16, 0]}),
    ],
)
def test_a_header_that_makes_no_sense_is_refused(
    header: CheckpointHeader, tmp_path: Path, name: str, value: object
) -> None:
    metadata = header.to_metadata() | {name: json.dumps(value)}
    save_file({"x": torch.zeros(1)}, tmp_path / "file", metadata=metadata)
    with pytest.raises(CheckpointError, match="header is incomplete or damaged"):
        load_checkpoint(tmp_path / "file")


@pytest.mark.parametrize("name", ["step", "recipe_name", "recipe_digest", "licence"])
def test_a_header_without_a_needed_entry_names_it(
    header: CheckpointHeader, tmp_path: Path, name: str
) -> None:
    metadata = header.to_metadata()
    del metadata[name]
    save_file({"x": torch.zeros(1)}, tmp_path / "file", metadata=metadata)
    with pytest.raises(CheckpointError, match=f"KeyError: '{name}'"):
        read_header(tmp_path / "file")
