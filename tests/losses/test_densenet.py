"""The DenseNet-121 extractor: its layout, its features, and the files it can be loaded from."""

import hashlib
import json
import math
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import safetensors.torch
import torch
from torch import Tensor

from gifnet.errors import CheckpointError, ImageSizeError, ImageValueError
from gifnet.losses.densenet import DenseNetFeatures, load_densenet
from gifnet.losses.information_measure import gradient_energy

GOLDEN = json.loads((Path(__file__).parent / "golden_densenet.json").read_text())


def seeded_extractor(seed: int) -> DenseNetFeatures:
    """Draw every weight from one generator; convolutions keep the size of their input."""
    generator = torch.Generator().manual_seed(seed)
    extractor = DenseNetFeatures()
    for key, value in extractor.state_dict().items():
        if not value.is_floating_point():
            continue
        uniform = torch.rand(value.shape, generator=generator)
        if value.ndim == 4:
            value.copy_((2 * uniform - 1) * math.sqrt(6 / value[0].numel()))
        elif key.endswith((".bias", ".running_mean")):
            value.copy_(0.2 * uniform - 0.1)
        else:
            value.copy_(0.5 + uniform)
    return extractor


def formula_picture(height: int, width: int) -> Tensor:
    """(1, 1, height, width) in [0, 1]: two crossing waves and a step."""
    rows = torch.arange(height, dtype=torch.float64)[:, None]
    columns = torch.arange(width, dtype=torch.float64)[None, :]
    waves = 0.5 + 0.2 * torch.sin(rows / 3) + 0.2 * torch.cos((rows + 2 * columns) / 7)
    step = 0.1 * (columns > width // 2)
    return (waves + step).clamp(0, 1).float()[None, None]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Many small layers are slower on several threads, by far so on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def extractor() -> DenseNetFeatures:
    return seeded_extractor(2017)


def old_names(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename as in the file published before 2018, which has no batch counters either."""
    renamed = {}
    for key, value in state.items():
        name = key
        if "denselayer" in key:
            for part in ("norm", "conv"):
                name = name.replace(f".{part}1.", f".{part}.1.").replace(
                    f".{part}2.", f".{part}.2."
                )
        if not key.endswith("num_batches_tracked"):
            renamed[name] = value
    return renamed


def whole_state(extractor: DenseNetFeatures) -> dict[str, Tensor]:
    """Add the head, which a whole DenseNet-121 has and the extractor ignores."""
    head = {
        "features.norm5.weight": torch.ones(1024),
        "features.norm5.bias": torch.zeros(1024),
        "features.norm5.running_mean": torch.zeros(1024),
        "features.norm5.running_var": torch.ones(1024),
        "classifier.weight": torch.zeros(1000, 1024),
        "classifier.bias": torch.zeros(1000),
    }
    return extractor.state_dict() | head


def assert_same_weights(loaded: DenseNetFeatures, original: DenseNetFeatures) -> None:
    state = loaded.state_dict()
    assert all(torch.equal(state[key], value) for key, value in original.state_dict().items())


def test_it_has_the_parameters_of_densenet_121(extractor: DenseNetFeatures) -> None:
    final_norm = 2 * 1024  # weight and bias of norm5, which the extractor leaves out
    count = sum(parameter.numel() for parameter in extractor.parameters())
    assert count + final_norm == 6_953_856


def test_names_and_shapes_are_those_of_torchvision(extractor: DenseNetFeatures) -> None:
    # The digest was taken over the state dict of torchvision 0.29's densenet121 without
    # features.norm5 and classifier.
    layout = sorted(f"{key} {tuple(value.shape)}" for key, value in extractor.state_dict().items())
    assert len(layout) == 720
    digest = hashlib.sha256("\n".join(layout).encode()).hexdigest()
    assert digest == GOLDEN["layout_sha256"]


@pytest.mark.parametrize(("height", "width"), [(29, 29), (61, 93), (64, 64)])
def test_features_have_five_depths_at_any_size(
    extractor: DenseNetFeatures, height: int, width: int
) -> None:
    depths = extractor(torch.rand(2, 3, height, width))
    sides = [(math.ceil(math.ceil(height / 2) / 2), math.ceil(math.ceil(width / 2) / 2))]
    for _ in range(3):
        sides.append((sides[-1][0] // 2, sides[-1][1] // 2))
    sides.append(sides[-1])
    channels = (64, 128, 256, 512, 1024)
    assert [tuple(features.shape) for features in depths] == [
        (2, count, *side) for count, side in zip(channels, sides, strict=True)
    ]


def test_gradient_energies_match_the_golden_values(extractor: DenseNetFeatures) -> None:
    # A relative 1e-4 leaves room for the summation order of other processors; a wrong layer,
    # stride or padding changes the first digits.
    picture = formula_picture(GOLDEN["height"], GOLDEN["width"])
    depths = extractor(picture.expand(-1, 3, -1, -1))
    energies = [float(gradient_energy(features)) for features in depths]
    assert energies == pytest.approx(GOLDEN["gradient_energies"], rel=1e-4)


def test_it_is_frozen_and_stays_in_evaluation_mode(extractor: DenseNetFeatures) -> None:
    extractor.train()
    assert not any(module.training for module in extractor.modules())
    assert not any(parameter.requires_grad for parameter in extractor.parameters())
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    assert not any(features.requires_grad for features in extractor(picture))


def test_grey_pictures_are_refused(extractor: DenseNetFeatures) -> None:
    with pytest.raises(ImageValueError, match=r"\(B, 3, H, W\), got \(1, 1, 64, 64\): repeat"):
        extractor(torch.zeros(1, 1, 64, 64))


def test_tiny_pictures_are_refused(extractor: DenseNetFeatures) -> None:
    with pytest.raises(ImageSizeError, match="at least 29x29 pixels, got 28x64"):
        extractor(torch.zeros(1, 3, 28, 64))


def test_a_safetensors_file_loads(extractor: DenseNetFeatures, tmp_path: Path) -> None:
    file = tmp_path / "densenet.safetensors"
    safetensors.torch.save_file(whole_state(extractor), file)
    assert_same_weights(load_densenet(file), extractor)


def test_the_names_of_the_published_file_load(extractor: DenseNetFeatures, tmp_path: Path) -> None:
    file = tmp_path / "densenet121-a639ec97.pth"
    renamed = old_names(whole_state(extractor))
    assert "features.denseblock1.denselayer1.norm.1.weight" in renamed
    assert "features.transition1.norm.weight" in renamed
    torch.save(renamed, file, _use_new_zipfile_serialization=False)
    assert_same_weights(load_densenet(str(file)), extractor)


def test_missing_and_unexpected_keys_are_listed(
    extractor: DenseNetFeatures, tmp_path: Path
) -> None:
    state = dict(extractor.state_dict())
    state["features.conv9.weight"] = state.pop("features.conv0.weight")
    state["features.norm0.bias"] = torch.zeros(3)
    torch.save(state, tmp_path / "other.pth")
    with pytest.raises(CheckpointError, match="do not fit torchvision's densenet121") as caught:
        load_densenet(tmp_path / "other.pth")
    message = str(caught.value)
    assert "1 missing: features.conv0.weight;" in message
    assert "1 unexpected: features.conv9.weight;" in message
    assert "1 wrong shape: features.norm0.bias (3,) instead of (64,)" in message


def test_the_list_of_keys_stays_readable(tmp_path: Path) -> None:
    torch.save({"layer.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(CheckpointError, match=r"\d+ missing: .*, \.\.\.; 1 unexpected") as caught:
        load_densenet(tmp_path / "other.pth")
    assert len(str(caught.value)) < 1000


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"absent\.pth: there is no such file"):
        load_densenet(tmp_path / "absent.pth")


class RunsCode:
    """Unpickling an instance would write a file."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[Path, str]]:
        return Path.write_text, (self.target, "code ran")


def test_a_pickle_that_would_run_code_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "written"
    (tmp_path / "plain.pth").write_bytes(pickle.dumps({"weight": RunsCode(target)}, 2))
    torch.save({"weight": RunsCode(target)}, tmp_path / "zipped.pth")
    for name in ("plain.pth", "zipped.pth"):
        with pytest.raises(CheckpointError, match="could run code and is never allowed"):
            load_densenet(tmp_path / name)
    assert not target.exists()


@pytest.mark.parametrize("ending", [".pth", ".safetensors"])
@pytest.mark.parametrize("content", ["empty", "text", "truncated"])
def test_damaged_files_are_refused(tmp_path: Path, ending: str, content: str) -> None:
    file = tmp_path / f"damaged{ending}"
    state = {"features.conv0.weight": torch.zeros(64, 3, 7, 7)}
    if ending == ".pth":
        torch.save(state, file)
    else:
        safetensors.torch.save_file(state, file)
    whole = file.read_bytes()
    parts = {"empty": b"", "text": b"not weights at all\n", "truncated": whole[: len(whole) // 2]}
    file.write_bytes(parts[content])
    with pytest.raises(CheckpointError, match=f"damaged{ending}: .*damaged"):
        load_densenet(file)


def test_a_file_without_a_state_dict_is_refused(tmp_path: Path) -> None:
    torch.save([torch.zeros(3)], tmp_path / "list.pth")
    with pytest.raises(CheckpointError, match="expected a dict from names to tensors, got list"):
        load_densenet(tmp_path / "list.pth")


def test_a_missing_torchvision_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setitem(sys.modules, "torchvision.models", None)
    with pytest.raises(CheckpointError, match="pip install torchvision  or give the path"):
        load_densenet("torchvision")


def stand_in_torchvision(monkeypatch: pytest.MonkeyPatch, outcome: object) -> None:
    """Install a torchvision whose ``densenet121`` gives ``outcome`` or raises it."""

    class Weights:
        IMAGENET1K_V1 = "ImageNet"

    def densenet121(*, weights: str) -> object:
        assert weights == "ImageNet"
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    models = ModuleType("torchvision.models")
    models.__dict__.update(DenseNet121_Weights=Weights, densenet121=densenet121)
    monkeypatch.setitem(sys.modules, "torchvision", ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)


def test_an_installed_torchvision_gives_the_weights(
    extractor: DenseNetFeatures, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in_torchvision(monkeypatch, extractor)
    assert_same_weights(load_densenet("torchvision"), extractor)


def test_a_failed_download_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in_torchvision(monkeypatch, OSError("no network"))
    with pytest.raises(CheckpointError, match=r"\(no network\): download them yourself"):
        load_densenet("torchvision")
