"""The residual network of He et al. and how it is trained."""

import pytest
import torch

from gifnet.errors import SettingError
from gifnet.experiments.classification.augmentation import cut_and_flip, draw_epoch
from gifnet.experiments.classification.recipe import Recipe
from gifnet.experiments.classification.residual_network import Block, build_residual_network


# He et al., Table 6: 0.27, 0.85 and 1.7 million. The exact numbers are those of convolutions
# (432 + 18 n * 16^2 + ...), two values for each of the norms' channels, and the last layer.
@pytest.mark.parametrize(
    ("depth", "classes", "weights"),
    [(20, 10, 269_722), (56, 10, 853_018), (56, 100, 858_868), (110, 10, 1_727_962)],
)
def test_it_has_the_published_number_of_weights(depth: int, classes: int, weights: int) -> None:
    network = build_residual_network(depth=depth, classes=classes, seed=0)
    assert sum(parameter.numel() for parameter in network.parameters()) == weights
    layers = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    assert len(layers) == depth


def test_shortcuts_take_every_second_pixel_and_add_zeros() -> None:
    block = Block(2, 4, stride=2).eval()
    torch.nn.init.zeros_(block.second.weight)
    features = torch.rand(1, 2, 6, 8)
    result = block(features)
    torch.testing.assert_close(result[:, :2], features[:, :, ::2, ::2])
    assert result.shape == (1, 4, 3, 4)
    assert not result[:, 2:].any()


def test_the_last_features_are_a_quarter_of_the_size() -> None:
    network = build_residual_network(depth=8, classes=3, seed=0).eval()
    features = network.blocks(network.entry(torch.rand(2, 3, 32, 32)))
    assert features.shape == (2, 64, 8, 8)
    assert network(torch.rand(2, 3, 12, 20)).shape == (2, 3)


def test_weights_depend_on_the_seed_alone() -> None:
    torch.manual_seed(7)
    first = build_residual_network(depth=8, classes=3, seed=1).state_dict()
    torch.manual_seed(8)
    again = build_residual_network(depth=8, classes=3, seed=1).state_dict()
    other = build_residual_network(depth=8, classes=3, seed=2).state_dict()
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["entry.weight"], other["entry.weight"])
    # He's variance: 2 by the number of inputs, 3 x 3 x 64 of them.
    deep = build_residual_network(depth=20, classes=3, seed=1).state_dict()
    assert deep["blocks.8.second.weight"].std().item() == pytest.approx((2 / 576) ** 0.5, rel=0.02)


def test_the_learning_rate_drops_at_half_and_three_quarters() -> None:
    recipe = Recipe(epochs=8)
    rates = [recipe.rate_of(epoch) for epoch in range(8)]
    assert rates == pytest.approx([0.1] * 4 + [0.01] * 2 + [0.001] * 2)
    assert Recipe().epochs * -(-50_000 // 128) == pytest.approx(64_000, rel=0.01)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"depth": 54}, r"expected a depth of 6 n \+ 2 .*, got 54"),
        ({"epochs": 0}, r"epochs: expected 1 at least, got 0"),
        ({"learning_rate": float("nan")}, r"learning_rate: expected 0 at least, got nan"),
        ({"precision": "int8"}, r"expected a precision out of float32, bfloat16, got 'int8'"),
    ],
)
def test_recipes_that_make_no_sense_are_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Recipe(**wrong)  # type: ignore[arg-type]


def test_an_epoch_is_drawn_of_seed_and_number_alone() -> None:
    first, again = (draw_epoch(seed=3, epoch=5, count=40, padding=4) for _ in range(2))
    assert all(torch.equal(vars(first)[name], vars(again)[name]) for name in vars(first))
    assert sorted(first.order.tolist()) == list(range(40))
    assert {int(first.rows.min()), int(first.rows.max())} == {0, 8}
    for seed, epoch in ((3, 6), (4, 5)):
        other = draw_epoch(seed=seed, epoch=epoch, count=40, padding=4)
        assert not torch.equal(first.order, other.order)


def test_pictures_are_cut_where_the_draw_says_and_flipped() -> None:
    pictures = torch.arange(1, 2 * 3 * 4 * 5 + 1).float().view(2, 3, 4, 5)
    moved = cut_and_flip(
        pictures,
        rows=torch.tensor([2, 0]),
        columns=torch.tensor([2, 3]),
        flips=torch.tensor([True, False]),
        padding=2,
    )
    torch.testing.assert_close(moved[0], pictures[0].flip(2))
    # Two rows too high and one column too far right: zeros come in from there.
    assert not moved[1, :, :2].any()
    assert not moved[1, :, :, 4].any()
    torch.testing.assert_close(moved[1, :, 2:, :4], pictures[1, :, :2, 1:])
