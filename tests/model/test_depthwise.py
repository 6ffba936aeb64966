"""The depthwise convolution with a backward pass of its own, against PyTorch's."""

import pytest
import torch
from torch import Tensor, nn

from gifnet.model.depthwise import DepthwiseConvolution


def _twins(channels: int, size: int, dtype: torch.dtype) -> tuple[nn.Conv2d, nn.Conv2d]:
    ours = DepthwiseConvolution(channels, size).to(dtype)
    with torch.random.fork_rng():
        theirs = nn.Conv2d(
            channels,
            channels,
            size,
            padding=size // 2,
            groups=channels,
            padding_mode="reflect",
            dtype=dtype,
        )
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(("size", "height", "width"), [(5, 8, 12), (3, 2, 7), (5, 3, 3)])
def test_result_and_gradients_are_those_of_pytorch(
    size: int, height: int, width: int, memory_format: torch.memory_format
) -> None:
    generator = torch.Generator().manual_seed(0)
    maps = torch.randn(2, 6, height, width, generator=generator, dtype=torch.float64)
    maps = maps.contiguous(memory_format=memory_format)
    direction = torch.randn(maps.shape, generator=generator, dtype=torch.float64)
    found: list[list[Tensor]] = []
    for layer in _twins(6, size, torch.float64):
        given = maps.clone().requires_grad_()
        result = layer(given)
        gradients = torch.autograd.grad((result * direction).sum(), [given, *layer.parameters()])
        found.append([result, *gradients])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_the_path_with_a_gradient_computes_what_the_path_without_computes() -> None:
    layer = DepthwiseConvolution(4, 5)
    maps = torch.randn(1, 4, 9, 8, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        without = layer(maps)
    torch.testing.assert_close(layer(maps).detach(), without, rtol=0, atol=1e-6)


def test_autocast_computes_in_bfloat16_and_keeps_float32_gradients() -> None:
    layer = DepthwiseConvolution(4, 5)
    maps = torch.randn(1, 4, 9, 8, generator=torch.Generator().manual_seed(1))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        result = layer(maps.requires_grad_())
    assert result.dtype is torch.bfloat16
    result.float().sum().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.dtype is torch.float32
    assert layer.bias is not None
    assert layer.bias.grad is not None
    assert layer.bias.grad.allclose(torch.full((4,), 72.0))


def test_a_frozen_layer_still_hands_gradients_on() -> None:
    layer = DepthwiseConvolution(4, 5).requires_grad_(requires_grad=False)
    maps = torch.randn(1, 4, 9, 8, generator=torch.Generator().manual_seed(1)).requires_grad_()
    layer(maps).sum().backward()
    assert maps.grad is not None
    assert bool(maps.grad.any())
    assert layer.weight.grad is None
