"""Stand-ins for the network, whose results are known."""

from collections.abc import Callable
from typing import cast

from torch import Tensor, nn

from gifnet.inference import Fuser
from gifnet.model import GIFNet


class _Network(nn.Module):
    def __init__(self, rule: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.rule = rule

    def forward(self, source_a: Tensor, source_b: Tensor) -> Tensor:
        return self.rule(source_a, source_b)


def fuser_with(rule: Callable[[Tensor, Tensor], Tensor]) -> Fuser:
    """A fuser whose network computes a rule of both sources' luma."""
    return Fuser.from_model(cast(GIFNet, _Network(rule)), device="cpu")


def first_fuser() -> Fuser:
    """Takes the first source's luma, so that a result shows what came first."""
    return fuser_with(lambda first, _: first)


def mean_fuser() -> Fuser:
    """Takes the mean of the sources' luma."""
    return fuser_with(lambda first, second: (first + second) / 2)
