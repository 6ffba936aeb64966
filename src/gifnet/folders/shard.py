"""A share of the work, for several processes or machines that fill one folder."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from gifnet.errors import FolderError

Piece = TypeVar("Piece")


@dataclass(frozen=True)
class Shard:
    """One of several equal shares.

    Attributes:
        number: from 1.
        count: how many there are.
    """

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Read a share such as ``2/5``.

        Raises:
            FolderError: it is none.
        """
        match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text.strip())
        if not match or not 1 <= int(match[1]) <= int(match[2]):
            raise FolderError(
                f"expected a share such as 1/4, the first of four equal ones, got {text!r}"
            )
        return cls(int(match[1]), int(match[2]))

    def of(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Take this share: every so-manyth piece."""
        return list(pieces[self.number - 1 :: self.count])

    @property
    def is_whole(self) -> bool:
        """Whether it is all there is."""
        return self.count == 1
