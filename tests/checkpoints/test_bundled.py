"""The weights that come with the package."""

import types
from pathlib import Path

import pytest

from gifnet.checkpoints import CheckpointHeader, bundled, load_model, save_checkpoint
from gifnet.errors import CheckpointError
from gifnet.model import GIFNet


def test_without_a_file_the_weights_of_the_package_are_loaded(
    small_network: GIFNet,
    header: CheckpointHeader,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save_checkpoint(small_network, tmp_path / bundled.BUNDLED, header)
    monkeypatch.setattr(bundled, "files", {"gifnet.weights": tmp_path}.__getitem__)
    assert load_model().gating.reduce.weight.equal(small_network.gating.reduce.weight)


def test_a_package_without_weights_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "files", types.MappingProxyType({"gifnet.weights": tmp_path}).get)
    with pytest.raises(CheckpointError, match=r"weights/gifnet\.safetensors, found none"):
        load_model()
