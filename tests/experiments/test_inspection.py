"""``gifnet inspect`` as its users run it, and what it takes out of the network."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from made_pairs import focus_pair, gifnet
from PIL import Image
from torch import Tensor

from gifnet import load_model
from gifnet.experiments.inspection.attention import take_attention
from gifnet.experiments.inspection.energy import channel_energies, energy_shares, strongest
from gifnet.experiments.inspection.features import Place, as_tensor, hooked, take_features
from gifnet.experiments.inspection.pair import Point, reduced
from gifnet.tasks import Task

PLACES = [str(place) for place in Place]


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A folder with near.png and far.png, 36 x 28."""
    pictures = focus_pair(28, 36, seed=0)
    for name in ("near", "far"):
        Image.fromarray(pictures[name]).save(tmp_path / f"{name}.png")
    return tmp_path


def lumas(height: int, width: int) -> list[Any]:
    generator = np.random.default_rng(3)
    return [generator.random((height, width), np.float32) for _ in range(2)]


def numbers_of(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def test_a_figure_and_its_numbers_are_written(pair: Path) -> None:
    done = gifnet("inspect", "near.png", "far.png", "-o", "figure.png", "--at", "35,0", folder=pair)
    assert done.returncode == 0, done.stderr
    # Nothing but progress, which a slow machine sees.
    assert all(line.startswith("looking: ") for line in done.stderr.splitlines())
    with Image.open(pair / "figure.png") as figure:
        assert figure.width > 1300
        assert len(figure.resize((40, 60)).getcolors(2400) or ()) > 100
    found = numbers_of(pair / "figure.json")
    assert found["sources"] == ["near.png", "far.png"]
    assert list(found["features"]) == PLACES
    for place in found["features"].values():
        assert len(place["energies"]) == 98
        assert sum(place["shares"]) == pytest.approx(1)
        assert len(place["shown"]) == 6
    # The two sources are channels of the shared features, and shown already.
    shared = found["features"]["shared_encoder"]
    best = np.argsort(shared["energies"][2:])[::-1][:6] + 2
    assert shared["shown"] == best.tolist()
    for branch in ("multi_modal", "digital_photography"):
        before, after = (found["features"][f"{branch}_{when}"] for when in ("before", "after"))
        assert before["shown"] == after["shown"]
    maps = found["attention"]["maps"]
    assert len(maps) == 12
    assert all(np.sum(one["shares"]) == pytest.approx(1, abs=1e-5) for one in maps)
    shifted = [one for one in maps if one["shifted"]]
    assert {(one["window_left"], one["window_top"]) for one in shifted} == {(28, -4)}
    assert f"shared_encoder: channels {', '.join(map(str, shared['shown']))}\n" in done.stdout


def test_other_weights_and_another_pixel_give_another_result(pair: Path) -> None:
    variants = {
        "one": ("--at", "9,9"),
        "weights": ("--at", "9,9", "--weights", "paper"),
        "pixel": ("--at", "14,9", "--channels", "2"),
    }
    found = {}
    for name, options in variants.items():
        done = gifnet("inspect", "near.png", "far.png", "-o", f"{name}.png", *options, folder=pair)
        assert done.returncode == 0, done.stderr
        found[name] = numbers_of(pair / f"{name}.json")
    one, weights, pixel = found["one"], found["weights"], found["pixel"]
    assert one["features"] != weights["features"]
    assert one["attention"]["maps"] != weights["attention"]["maps"]
    for place in PLACES:
        assert one["features"][place]["energies"] == pixel["features"][place]["energies"]
        assert pixel["features"][place]["shown"] == one["features"][place]["shown"][:2]
    # One window of the unshifted block, another query.
    first, second = (found[name]["attention"]["maps"][0] for name in ("one", "pixel"))
    assert (first["window_left"], second["window_left"]) == (8, 8)
    assert first["shares"] != second["shares"]


def test_large_pictures_are_reduced_and_it_is_said(pair: Path) -> None:
    done = gifnet(
        *("inspect", "near.png", "far.png", "-o", "f.png", "--limit", "18", "--at", "35,27"),
        folder=pair,
    )
    assert done.returncode == 0, done.stderr
    assert "warning: the pictures of 36 x 28 are reduced to 18 x 14" in done.stderr
    found = numbers_of(pair / "f.json")
    assert (found["height"], found["reduced_height"]) == (28, 14)
    attention = found["attention"]
    assert (attention["x"], attention["reduced_x"], attention["reduced_y"]) == (35, 17, 13)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["near.png", "far.png", "-o", "f.png", "--at", "36,0"], "x 0 to 35 and y 0 to 27"),
        (["near.png", "far.png", "-o", "f.png", "--at", "3"], "expected X,Y in pixels"),
        (["near.png", "far.png", "-o", "f.json"], "expected the name of a picture"),
        (["near.png", "far.png", "-o", "near.png"], "sources are never overwritten"),
        (["near.png", "other.png", "-o", "f.png"], "expected two pictures of the same size"),
        (["near.png", "nowhere.png", "-o", "f.png"], "nowhere.png: no such file"),
        (["near.png", "far.png", "-o", "f.png", "--weights", "papre"], "default and paper"),
    ],
)
def test_bad_requests_say_what_was_expected(pair: Path, arguments: list[str], message: str) -> None:
    Image.new("L", (40, 28)).save(pair / "other.png")
    before = (pair / "near.png").read_bytes()
    done = gifnet("inspect", *arguments, folder=pair)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
    assert {file.name for file in pair.iterdir()} == {"near.png", "far.png", "other.png"}
    assert (pair / "near.png").read_bytes() == before


def test_the_fused_picture_is_that_of_the_network_and_the_maps_are_its_own() -> None:
    network = load_model()
    a, b = lumas(21, 30)
    features = take_features(network, a, b)
    with torch.inference_mode():
        fused = network(as_tensor(a), as_tensor(b))[0, 0].numpy()
        shared = network.encode(as_tensor(a), as_tensor(b))[0].numpy()
    assert np.array_equal(features.fused, np.clip(fused, 0, 1))
    assert np.array_equal(features.maps[Place.SHARED], shared)
    assert {maps.shape for maps in features.maps.values()} == {(98, 21, 30)}
    assert not network._forward_hooks
    assert not network.cross_fusion.blocks[0]._forward_hooks


def test_the_auxiliary_reaches_the_main_branch_in_what_is_shown_after() -> None:
    network = load_model()
    block: Any = network.cross_fusion.blocks[0]
    influence = block.auxiliary_weight["digital_photography"]
    weight = influence.item()
    a, b = lumas(16, 16)
    shown = take_features(network, a, b)
    with torch.no_grad():
        influence.zero_()
    alone = take_features(network, a, b)
    assert np.array_equal(shown.maps[Place.MM_AFTER], alone.maps[Place.MM_AFTER])
    assert np.array_equal(shown.maps[Place.DP_BEFORE], alone.maps[Place.DP_BEFORE])
    expected = alone.maps[Place.DP_AFTER] + weight * shown.maps[Place.MM_AFTER]
    np.testing.assert_allclose(shown.maps[Place.DP_AFTER], expected, atol=1e-5)


@pytest.mark.parametrize("point", [Point(0, 0), Point(12, 9), Point(22, 17)])
def test_the_attention_is_what_the_network_computes_with(point: Point) -> None:
    """Attention times value, as the projection gets it, from the pixel's own window."""
    network = load_model()
    a, b = lumas(18, 23)
    attention = [
        one
        for one in take_attention(network, a, b, point)
        if one.main == Task("digital_photography")
    ]
    assert [(one.block, one.branch, one.query, one.head) for one in attention] == [
        (block, branch, Task.DIGITAL_PHOTOGRAPHY, head)
        for block, branch in (
            (0, Task.DIGITAL_PHOTOGRAPHY),
            (0, Task.MULTI_MODAL),
            (1, Task.DIGITAL_PHOTOGRAPHY),
        )
        for head in (0, 1)
    ]
    seen: list[Tensor] = []
    hooks = []
    for block, task in ((0, "digital_photography"), (0, "multi_modal"), (1, "digital_photography")):
        layer: Any = network.cross_fusion.blocks[block]
        module = layer.branches[task].attention

        def note(module: Any, arguments: Any, output: Any, layer: Any = layer) -> None:
            features, _, grid, _ = arguments
            value = module.value(features)
            windows = grid.cut(value, module.heads)
            row, column = point.y + grid.left_top, point.x + grid.left_top
            number = row // 8 * ((grid.width + grid.left_top + grid.right) // 8) + column // 8
            seen.append(windows[number])  # (M, P, D)
            side = module.depthwise(value)[0, :, point.y, point.x]
            projected = output[0][0, :, point.y, point.x]
            seen.append(torch.stack([side, projected]))
            seen.append(module.projection.weight[:, :, 0, 0])
            seen.append(module.projection.bias)

        hooks.append((module, note))
    with torch.inference_mode(), hooked(hooks):
        shared = network.encode(as_tensor(a), as_tensor(b))
        network.gate(shared, shared, main=Task.DIGITAL_PHOTOGRAPHY)
    for index in range(3):
        values, (side, projected), matrix, bias = seen[4 * index : 4 * index + 4]
        heads = [torch.from_numpy(one.shares).flatten() for one in attention[2 * index :][:2]]
        attended = torch.cat([share @ value for share, value in zip(heads, values, strict=True)])
        expected = matrix @ (side + attended) + bias
        torch.testing.assert_close(projected, expected, atol=1e-5, rtol=1e-4)


def test_energy_is_the_variance_and_decides() -> None:
    maps = np.zeros((4, 3, 5), np.float32)
    maps[0] += 100  # large, but the same everywhere
    maps[1, 0, 0] = 1
    maps[3] = np.linspace(-2, 2, 15).reshape(3, 5)
    energies = channel_energies(maps)
    assert energies[[0, 2]].tolist() == [0, 0]
    assert energies[3] == pytest.approx(np.linspace(-2, 2, 15).var())
    shares = energy_shares(energies)
    assert strongest([shares], 3) == (3, 1, 0)
    assert strongest([shares, np.array([0, 0.99, 0.01, 0])], 9) == (1, 3, 2, 0)
    assert energy_shares(np.zeros(3)).tolist() == [0, 0, 0]


def test_both_sides_shrink_alike_and_nothing_grows() -> None:
    assert reduced(480, 640, 640) == (480, 640)
    assert reduced(1000, 2000, 640) == (320, 640)
    assert reduced(5, 2000, 640) == (2, 640)
