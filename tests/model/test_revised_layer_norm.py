"""The revised layer norm, the only operation that sees the whole picture."""

import numpy as np
import torch

from gifnet.model import Moments
from gifnet.model.revised_layer_norm import RevisedLayerNorm


def _norm() -> RevisedLayerNorm:
    norm = RevisedLayerNorm(channels=5)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in norm.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return norm


def _features() -> torch.Tensor:
    scale = torch.tensor([0.3, 4.0]).view(2, 1, 1, 1)
    return torch.randn(2, 5, 9, 7, generator=torch.Generator().manual_seed(1)) * scale + 2.0


def test_the_norm_is_as_written_down() -> None:
    norm, features = _norm(), _features()
    with torch.no_grad():
        found = norm(features)
    values = {name: p.detach().double().numpy() for name, p in norm.named_parameters()}
    for index, picture in enumerate(features.double().numpy()):
        mean = picture.mean()
        deviation = np.sqrt(((picture - mean) ** 2).mean() + 1e-5)
        expected = (picture - mean) / deviation * values["weight"][:, None, None]
        expected += values["bias"][:, None, None]
        rescale = values["rescale_weight"] * deviation + values["rescale_bias"]
        rebias = values["rebias_weight"] * mean + values["rebias_bias"]
        np.testing.assert_allclose(found.features[index].numpy(), expected, rtol=0, atol=1e-5)
        np.testing.assert_allclose(found.rescale[index, :, 0, 0].numpy(), rescale, atol=1e-5)
        np.testing.assert_allclose(found.rebias[index, :, 0, 0].numpy(), rebias, atol=1e-5)


def test_moments_handed_in_give_the_result_of_moments_computed() -> None:
    norm, features = _norm(), _features()
    with torch.no_grad():
        computed, handed = norm(features), norm(features, norm.moments(features))
    for one, other in zip(computed, handed, strict=True):
        assert torch.equal(one, other)


def test_a_tile_with_the_whole_pictures_moments_is_a_tile_of_the_whole_result() -> None:
    norm, features = _norm(), _features()
    with torch.no_grad():
        whole = norm(features)
        tile = norm(features[..., 2:6, 1:4], norm.moments(features))
    torch.testing.assert_close(tile.features, whole.features[..., 2:6, 1:4], rtol=0, atol=1e-6)
    assert torch.equal(tile.rescale, whole.rescale)
    assert torch.equal(tile.rebias, whole.rebias)


def test_moments_are_one_float32_pair_for_each_picture() -> None:
    moments = _norm().moments(_features().bfloat16())
    assert isinstance(moments, Moments)
    for value in moments:
        assert value.shape == (2, 1, 1, 1)
        assert value.dtype is torch.float32
    assert moments.deviation[1] > 5 * moments.deviation[0] > 0


def test_flat_features_do_not_divide_by_zero() -> None:
    with torch.no_grad():
        found = _norm()(torch.full((1, 5, 4, 4), 0.7))
    assert all(bool(value.isfinite().all()) for value in found)
