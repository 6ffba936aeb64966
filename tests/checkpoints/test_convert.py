"""The published pickle becomes our format, and a pickle that runs code does not."""

import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from gifnet.checkpoints import (
    convert_published,
    describe_weights,
    load_checkpoint,
    load_model,
    read_header,
)
from gifnet.checkpoints.published import (
    DERIVABLE_KEYS,
    PUBLISHED_KEYS,
    from_published,
    to_published,
)
from gifnet.checkpoints.weights_file import sha256_of
from gifnet.errors import CheckpointError
from gifnet.model import GIFNet, build_gifnet

PUBLISHED_SHA256 = "bfc1dfef0d5b386b0c04f172daf8f6af52ba395f26dc3dd5757425fd32eb1038"


def test_a_converted_file_holds_the_weights_and_their_origin(
    published_file: Path, network: GIFNet, tmp_path: Path
) -> None:
    output = tmp_path / "published.safetensors"
    written = convert_published(published_file, output)
    loaded, header = load_checkpoint(output)
    assert header == written
    assert header.step is None
    assert header.recipe_name == "published"
    assert header.licence.startswith("none: the authors published")
    assert header.information == {"measure": "densenet", "kind": "softmax"}
    assert header.origin == {"file": "Final.model", "sha256": sha256_of(published_file)}
    for key, value in loaded.state_dict().items():
        assert torch.equal(value, network.state_dict()[key]), key


@pytest.mark.shared
def test_the_published_checkpoint_converts(shared: Path, tmp_path: Path) -> None:
    file = shared / "weights" / "official" / "Final.model"
    convert_published(file, tmp_path / "published.safetensors")
    assert read_header(tmp_path / "published.safetensors").origin["sha256"] == PUBLISHED_SHA256
    # Back again: every published weight survives the round trip bit for bit.
    back = to_published(load_model(tmp_path / "published.safetensors").state_dict())
    original = torch.load(file, weights_only=True)
    assert back.keys() == original.keys() - DERIVABLE_KEYS
    assert all(torch.equal(back[key], original[key]) for key in back)


def test_the_table_covers_every_weight_once(network: GIFNet) -> None:
    assert sorted(PUBLISHED_KEYS.values()) == sorted(network.state_dict())
    assert len(set(PUBLISHED_KEYS.values())) == len(PUBLISHED_KEYS) == 114


def test_the_table_is_invertible(network: GIFNet) -> None:
    state = network.state_dict()
    back = from_published(to_published(state), state)
    assert back.keys() == state.keys()
    assert all(torch.equal(back[key], state[key]) for key in state)


def test_the_entries_that_are_no_weights_may_be_absent(network: GIFNet, tmp_path: Path) -> None:
    torch.save(to_published(network.state_dict()), tmp_path / "bare.model")
    convert_published(tmp_path / "bare.model", tmp_path / "out")
    assert load_model(tmp_path / "out").unembedding.weight.equal(network.unembedding.weight)


def test_a_pickle_in_the_old_layout_converts_too(network: GIFNet, tmp_path: Path) -> None:
    file = tmp_path / "old.model"
    torch.save(to_published(network.state_dict()), file, _use_new_zipfile_serialization=False)
    convert_published(file, tmp_path / "out")
    assert load_model(tmp_path / "out").unembedding.weight.equal(network.unembedding.weight)


class Touches:
    """Unpickling it makes a file: the simplest proof that code ran."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (str(self.file),)


def _bare(state: object, file: Path) -> None:
    file.write_bytes(pickle.dumps(state))


def _zipped(state: object, file: Path) -> None:
    torch.save(state, file)


def _old(state: object, file: Path) -> None:
    torch.save(state, file, _use_new_zipfile_serialization=False)


@pytest.mark.parametrize("write", [_bare, _zipped, _old])
def test_a_pickle_that_would_run_code_is_refused_and_runs_nothing(
    tmp_path: Path, write: Callable[[object, Path], None]
) -> None:
    proof, file = tmp_path / "proof", tmp_path / "evil.model"
    write({"decoder_rec.decoder.1.weight": Touches(proof)}, file)
    for read in (describe_weights, lambda file: convert_published(file, tmp_path / "out")):
        with pytest.raises(CheckpointError, match=r"asks for '\w+\.mkdir'.*so it was not opened"):
            read(file)
    assert not proof.exists()
    assert not (tmp_path / "out").exists()
    # The same file does run code where it is read carelessly: the test tests something.
    if write is _bare:
        pickle.loads(file.read_bytes())
    else:
        torch.load(file, weights_only=False)
    assert proof.is_dir()


def test_code_hidden_in_the_real_file_is_refused(published_file: Path, tmp_path: Path) -> None:
    evil, proof = tmp_path / "evil.model", tmp_path / "proof"
    with zipfile.ZipFile(published_file) as source, zipfile.ZipFile(evil, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("data.pkl"):
                content = pickle.dumps(Touches(proof), protocol=2)
            target.writestr(name, content)
    with pytest.raises(CheckpointError, match="could run any code"):
        convert_published(evil, tmp_path / "out")
    assert not proof.exists()


@pytest.mark.parametrize("share", [0.0005, 0.01, 0.5, 0.99, 0.99999])
def test_a_truncated_file_is_called_damaged(
    published_file: Path, tmp_path: Path, share: float
) -> None:
    content = published_file.read_bytes()
    published_file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CheckpointError, match=r"Final\.model, got a damaged or truncated file"):
        convert_published(published_file, tmp_path / "out")


@pytest.mark.parametrize("kept", [1, 2, 60, 1000, 200_000])
def test_a_truncated_file_in_the_old_layout_is_called_damaged(
    network: GIFNet, tmp_path: Path, kept: int
) -> None:
    file = tmp_path / "old.model"
    _old(to_published(network.state_dict()), file)
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(CheckpointError, match="damaged"):
        convert_published(file, tmp_path / "out")


def test_a_file_of_another_network_lists_the_keys(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 3).state_dict(), tmp_path / "linear.pth")
    with pytest.raises(
        CheckpointError,
        match=r"published GIFNet checkpoint \(114\), got 2: missing 114 \(cnnDecoder\..*"
        r"and 106 more\); unknown 2 \(bias, weight\)",
    ):
        convert_published(tmp_path / "linear.pth", tmp_path / "out")


def test_a_network_with_batch_norm_is_told_by_its_keys(tmp_path: Path) -> None:
    torch.save(torch.nn.BatchNorm2d(2).state_dict(), tmp_path / "norm.pth")
    with pytest.raises(CheckpointError, match=r"norm\.pth: .*unknown 5 \(bias, num_batches"):
        convert_published(tmp_path / "norm.pth", tmp_path / "out")


def test_a_network_of_another_size_names_the_weight(network: GIFNet, tmp_path: Path) -> None:
    state = to_published(network.state_dict())
    key = "cnnDecoder.fuseComplementFeatures.mlp.2.weight"
    state[key] = state[key][:64]
    torch.save(state, tmp_path / "small.model")
    with pytest.raises(
        CheckpointError, match=rf"'{key}' with \(128, 98, 1, 1\), got \(64, 98, 1, 1\)"
    ):
        convert_published(tmp_path / "small.model", tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([torch.zeros(1)], "got a list"),
        ({"state_dict": {}, "epoch": 3}, "other things for state_dict, epoch"),
        ({"weight": "text"}, "other things for weight"),
    ],
)
def test_a_pickle_of_something_else_says_what_it_is(
    tmp_path: Path, content: object, message: str
) -> None:
    torch.save(content, tmp_path / "other.pth")
    with pytest.raises(CheckpointError, match=message):
        convert_published(tmp_path / "other.pth", tmp_path / "out")


@pytest.mark.parametrize("content", [b"x", b"P", b"\x89PNG\r\n\x1a\n", b"hello, world\n" * 50])
def test_a_file_that_is_no_pickle_is_called_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "text").write_bytes(content)
    with pytest.raises(CheckpointError, match="expected a PyTorch pickle"):
        convert_published(tmp_path / "text", tmp_path / "out")


def test_a_zip_archive_of_other_things_is_called_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("notes.txt", "hello")
    with pytest.raises(CheckpointError, match="expected a PyTorch pickle"):
        convert_published(tmp_path / "a.zip", tmp_path / "out")


def test_a_torchscript_archive_is_refused(tmp_path: Path) -> None:
    # Such an archive is told by this one entry; PyTorch warns of it, which shall not be seen.
    torch.save({"a": torch.zeros(1)}, tmp_path / "script.pt")
    with zipfile.ZipFile(tmp_path / "script.pt", "a") as archive:
        archive.writestr("script/constants.pkl", b"")
    with pytest.raises(CheckpointError, match="expected a PyTorch pickle"):
        convert_published(tmp_path / "script.pt", tmp_path / "out")


def test_our_own_format_needs_no_conversion(published_file: Path, tmp_path: Path) -> None:
    convert_published(published_file, tmp_path / "a.safetensors")
    with pytest.raises(CheckpointError, match="it needs no conversion"):
        convert_published(tmp_path / "a.safetensors", tmp_path / "b.safetensors")


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_weights_that_are_not_finite_are_named(
    network: GIFNet, tmp_path: Path, value: float
) -> None:
    state = to_published({key: tensor.clone() for key, tensor in network.state_dict().items()})
    state["decoder_rec.decoder.10.bias"][0] = value
    torch.save(state, tmp_path / "nan.model")
    with pytest.raises(
        CheckpointError,
        match=r"nan\.model: .*: expected finite weights.*1 \(decoder_rec\.decoder\.10\.bias\)",
    ):
        convert_published(tmp_path / "nan.model", tmp_path / "out")


@pytest.mark.parametrize("change", ["int", "sparse", "meta"])
def test_tensors_that_are_not_plain_are_named(network: GIFNet, tmp_path: Path, change: str) -> None:
    state = to_published(network.state_dict())
    key = "decoder_rec.decoder.10.weight"
    changed = {
        "int": state[key].int(),
        "sparse": state[key].to_sparse(),
        "meta": state[key].to("meta"),
    }
    torch.save(state | {key: changed[change]}, tmp_path / "odd.model")
    with pytest.raises(CheckpointError, match=r"odd\.model"):
        convert_published(tmp_path / "odd.model", tmp_path / "out")


def test_a_missing_file_an_empty_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for name, message in [
        ("nowhere", "found no such file"),
        ("empty", "got an empty file"),
        (".", "got the folder"),
    ]:
        with pytest.raises(CheckpointError, match=message):
            convert_published(tmp_path / name, tmp_path / "out")
    assert [item.name for item in tmp_path.iterdir()] == ["empty"]


@pytest.mark.parametrize("link", ["same", "symbolic", "hard"])
def test_the_output_may_not_be_the_published_file_itself(
    published_file: Path, tmp_path: Path, link: str
) -> None:
    before = published_file.read_bytes()
    output = tmp_path / "link.safetensors"
    if link == "same":
        output = published_file
    elif link == "symbolic":
        output.symlink_to(published_file)
    else:
        output.hardlink_to(published_file)
    with pytest.raises(CheckpointError, match="which is the published checkpoint itself"):
        convert_published(published_file, output)
    assert published_file.read_bytes() == before


def test_an_output_that_is_there_is_replaced_only_by_success(
    published_file: Path, tmp_path: Path
) -> None:
    output, damaged = tmp_path / "out.safetensors", tmp_path / "damaged.model"
    output.write_bytes(b"precious")
    shutil.copy(published_file, damaged)
    os.truncate(damaged, 1_000_000)
    with pytest.raises(CheckpointError):
        convert_published(damaged, output)
    assert output.read_bytes() == b"precious"
    convert_published(published_file, output)
    assert load_checkpoint(output)[1].recipe_name == "published"
    assert sorted(item.name for item in tmp_path.iterdir()) == [
        "Final.model",
        "damaged.model",
        "out.safetensors",
    ]


def test_an_output_that_cannot_be_written_is_named(published_file: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"there is no folder .*missing"):
        convert_published(published_file, tmp_path / "missing" / "out.safetensors")
    with pytest.raises(CheckpointError, match="got the folder"):
        convert_published(published_file, tmp_path)


def test_a_description_of_the_published_file_has_no_header(published_file: Path) -> None:
    found = describe_weights(published_file)
    assert found.format == "published pickle"
    assert found.header is None
    assert found.parameters == 822_780
    assert found.sha256 == sha256_of(published_file)


def test_conversion_leaves_the_global_random_generator_alone(
    published_file: Path, tmp_path: Path
) -> None:
    before = torch.get_rng_state()
    convert_published(published_file, tmp_path / "out")
    assert torch.equal(torch.get_rng_state(), before)
    assert build_gifnet().training
