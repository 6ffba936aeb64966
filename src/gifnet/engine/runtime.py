"""What the tiling asks of a runtime: the four stages, and arrays to keep features in."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Features = Any
"""(1, rows, columns, 98), an array of the runtime's own that is sliced as NumPy's are."""


class Sums(NamedTuple):
    """What the moments are made of, pixel by pixel, (1, rows, columns) each."""

    sums: FloatArray
    """Sum over the channels."""
    norms: FloatArray
    """Root of the sum of squares over the channels."""


class Embedded(NamedTuple):
    """Both branches' features before the first block."""

    dp: Features
    mm: Features
    dp_sums: Sums
    mm_sums: Sums


class Padding(NamedTuple):
    """Pixels to reflect at the sides of features."""

    top: int
    bottom: int
    left: int
    right: int


class Runtime(Protocol):
    """The network in four stages, on one library.

    What a stage returns is valid until the same thread calls the same stage again. Features that go
    into the two blocks are whole windows and a margin of two pixels around them; they come out
    without it.
    """

    name: str
    """As ``--runtime`` calls it."""
    precision: str
    """``float32``, ``bfloat16`` or ``int8``."""
    bytes_per_feature: int
    """Of one number in kept features."""
    working_bytes: int
    """Memory of a pass, for each pixel of its regions (measured)."""
    fixed_bytes: float
    """Memory that it keeps once it has computed a picture (measured)."""
    best_tile: int
    """Longest side of the tiles that are computed fastest (measured)."""

    def embed(self, pair: FloatArray) -> Embedded:
        """Compute the shared encoder and the embeddings.

        Args:
            pair: both sources, (1, 2, height, width) in [0, 1].

        Returns:
            Features of a size padded to multiples of 4.
        """
        ...

    def interact(
        self, dp: Features, mm: Features, moments: FloatArray, auxiliary_weight: FloatArray
    ) -> tuple[Features, Sums]:
        """Compute the unshifted block of both branches, and the auxiliary's influence.

        Args:
            dp: main features with margin.
            mm: auxiliary features with margin.
            moments: mean and deviation of dp, then of mm, over the whole picture; (4,).
            auxiliary_weight: the paper's lambda, (1,).

        Returns:
            Main features, and what their moments are made of.
        """
        ...

    def shift(self, features: Features, moments: FloatArray) -> Features:
        """Compute the main branch of the shifted block.

        Args:
            features: what ``interact`` returned, with margin.
            moments: mean and deviation of the features over the whole picture, (2,).

        Returns:
            Main features.
        """
        ...

    def decode(self, pair: FloatArray, shifted: Features) -> FloatArray:
        """Compute un-embedding, gate and decoder.

        Args:
            pair: both sources, (1, 2, height, width).
            shifted: what ``shift`` returned, at least as large.

        Returns:
            The fused luma, (1, 1, height, width) in [0, 1].
        """
        ...

    def allocate(self, rows: int, columns: int) -> Features:
        """Make an array to keep features in, (1, rows, columns, 98), uninitialised."""
        ...

    def assemble(self, parts: Sequence[Features], padding: Padding) -> Features:
        """Put parts one below the other, and reflect pixels at the sides."""
        ...

    def expect(self, stage: str, times: int) -> None:
        """Hear how often a stage will be called from here on, mostly with one size.

        Args:
            stage: its name.
            times: so often.
        """
        ...

    def release(self) -> None:
        """Give back the memory of stages that will not be called for a while."""
        ...
