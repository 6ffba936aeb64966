"""What goes into the exported graphs and what comes out: shapes, ranges, meaning."""

from dataclasses import dataclass

from gifnet.engine.folding import CHANNELS
from gifnet.model.config import MINIMUM_SIZE


@dataclass(frozen=True)
class Port:
    """An input or an output, float32.

    Attributes:
        name: of the tensor.
        shape: numbers are fixed; names stand for sizes that may change from call to call.
        meaning: what it holds, in which range.
    """

    name: str
    shape: tuple[int | str, ...]
    meaning: str

    def __str__(self) -> str:
        """One line for people."""
        return f"({', '.join(map(str, self.shape))}) float32: {self.meaning}"


@dataclass(frozen=True)
class Ports:
    """All ports of a graph, and what it computes."""

    summary: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


_PAIR = Port(
    "pair",
    (1, 2, "height", "width"),
    "luma of the first and of the second source, 0 black to 1 white; height and width at least "
    f"{MINIMUM_SIZE}",
)
_FUSED = Port("fused", (1, 1, "height", "width"), "luma of the result, 0 black to 1 white")
_AUXILIARY_WEIGHT = Port(
    "auxiliary_weight",
    (1,),
    "the auxiliary branch's influence, the paper's lambda; the trained value is in the metadata",
)


def _features(name: str, meaning: str) -> Port:
    return Port(name, (1, "rows", "columns", CHANNELS), meaning)


def _around(name: str, meaning: str) -> Port:
    shape = (1, "rows_around", "columns_around", CHANNELS)
    return Port(name, shape, f"{meaning}: whole windows and 2 pixels around them")


def _sums(name: str) -> tuple[Port, Port]:
    return (
        Port(f"{name}_sums", (1, "rows", "columns"), f"sum of {name} over the channels"),
        Port(
            f"{name}_norms",
            (1, "rows", "columns"),
            f"root of the sum of squares of {name} over the channels",
        ),
    )


PORTS = {
    "whole": Ports(
        "The whole network.",
        (_PAIR, _AUXILIARY_WEIGHT),
        (_FUSED,),
    ),
    "embed": Ports(
        "First stage: shared encoder and embeddings.",
        (_PAIR,),
        (
            _features("dp", "main features; height and width rounded up to multiples of 4"),
            *_sums("dp"),
            _features("mm", "auxiliary features of the same size"),
            *_sums("mm"),
        ),
    ),
    "interact": Ports(
        "Second stage: the unshifted block of both branches.",
        (
            _around("dp", "main features"),
            _around("mm", "auxiliary features"),
            Port("moments", (4,), "mean and deviation of all dp, then of all mm"),
            _AUXILIARY_WEIGHT,
        ),
        (
            _features("features", "main features, without the 2 pixels"),
            *_sums("features"),
        ),
    ),
    "shift": Ports(
        "Third stage: the shifted block of the main branch.",
        (
            _around("features", "what interact gave"),
            Port("moments", (2,), "mean and deviation of all features"),
        ),
        (_features("shifted", "main features, without the 2 pixels"),),
    ),
    "decode": Ports(
        "Last stage: gate and decoder.",
        (_PAIR, _features("shifted", "what shift gave, at least height x width")),
        (_FUSED,),
    ),
}
"""By the names of the graphs."""
