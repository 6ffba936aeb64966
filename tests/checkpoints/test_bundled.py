"""The weights that come with the package, and how they are named."""

import os
from pathlib import Path

import numpy as np
import pytest

from gifnet import Fuser
from gifnet.checkpoints import (
    CheckpointHeader,
    bundled,
    bundled_names,
    describe_weights,
    load_model,
    save_checkpoint,
)
from gifnet.errors import CheckpointError
from gifnet.evaluation.fusing.methods import make_method
from gifnet.model import GIFNet, build_gifnet

KEY = "gating.reduce.weight"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for that of the package's weights, with nothing in it."""
    folder = tmp_path / "package"
    folder.mkdir()
    monkeypatch.setattr(bundled, "files", {"gifnet.weights": folder}.__getitem__)
    return folder


@pytest.fixture
def both(package: Path, small_network: GIFNet, header: CheckpointHeader) -> tuple[GIFNet, GIFNet]:
    """The default and the paper's weights in that folder, told apart by their numbers."""
    paper = build_gifnet(header.model, seed=6).eval()
    save_checkpoint(small_network, package / "default.safetensors", header)
    save_checkpoint(paper, package / "paper.safetensors", header)
    return small_network, paper


def _is(network: GIFNet, expected: GIFNet) -> bool:
    return bool(network.state_dict()[KEY].equal(expected.state_dict()[KEY]))


def test_weights_of_the_package_are_loaded_by_name(both: tuple[GIFNet, GIFNet]) -> None:
    default, paper = both
    assert bundled_names() == ("default", "paper")
    assert not _is(default, paper)
    assert _is(load_model(), default)
    assert _is(load_model("default"), default)
    assert _is(load_model("paper"), paper)
    picture = np.random.default_rng(0).random((16, 24), dtype=np.float32)
    fused = Fuser("paper", device="cpu").fuse(picture, picture[::-1])
    expected = Fuser.from_model(paper, device="cpu").fuse(picture, picture[::-1])
    np.testing.assert_allclose(fused, expected, atol=1e-4)
    assert describe_weights("paper").file.name == "paper.safetensors"


def test_methods_of_an_evaluation_take_the_names(both: tuple[GIFNet, GIFNet]) -> None:
    default, named, paper = (
        make_method(text) for text in ("gifnet", "gifnet:default", "gifnet:paper")
    )
    assert [m.name for m in (default, named, paper)] == ["gifnet", "gifnet-default", "gifnet-paper"]
    assert default.digest == named.digest != paper.digest
    with pytest.raises(CheckpointError, match="'papr', which is neither"):
        make_method("gifnet:papr")


def test_a_name_is_never_a_file_and_a_path_always_is(
    both: tuple[GIFNet, GIFNet],
    header: CheckpointHeader,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    mine = build_gifnet(header.model, seed=7).eval()
    save_checkpoint(mine, Path("paper"), header)
    save_checkpoint(mine, Path("mine"), header)
    assert _is(load_model("paper"), both[1])
    for file in (f".{os.sep}paper", Path("paper"), "mine"):
        assert _is(load_model(file), mine), file


def test_naming_weights_that_the_package_lacks_says_which_it_has(
    package: Path, small_network: GIFNet, header: CheckpointHeader
) -> None:
    with pytest.raises(
        CheckpointError, match=r"weights/default\.safetensors, found none; .* reins"
    ):
        load_model()
    save_checkpoint(small_network, package / "default.safetensors", header)
    assert bundled_names() == ("default",)
    with pytest.raises(CheckpointError) as caught:
        load_model("paper")
    assert str(caught.value) == (
        "expected the weights 'paper' of the package in gifnet/weights/paper.safetensors, found "
        "none; this package has default: choose from these, or give a file of weights (./paper if "
        "it is called so)"
    )


@pytest.mark.parametrize("name", ["papr", "Final"])
def test_what_is_neither_a_name_nor_a_file_is_told_both(
    both: tuple[GIFNet, GIFNet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError, match=rf"got '{name}', which is neither; this package has"):
        load_model(name)
    with pytest.raises(CheckpointError, match=rf"expected weights in {name}\.pt, found no such"):
        load_model(f"{name}.pt")


def test_the_package_has_its_default_weights() -> None:
    assert "default" in bundled_names()
