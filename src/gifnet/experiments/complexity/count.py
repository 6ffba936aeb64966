"""What a counter found."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Count:
    """Multiply-accumulates of one run: a multiplication and the addition to a sum are one.

    Attributes:
        by_operator: of each kind of operator that is counted.
        not_counted: how often operators come that are not: element-wise ones and those that move
            or choose numbers, and those whose size cannot be told.
    """

    by_operator: dict[str, int]
    not_counted: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All multiply-accumulates."""
        return sum(self.by_operator.values())
