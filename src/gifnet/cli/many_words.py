"""Options that take all the words up to the next option: ``--methods gifnet laplacian``."""

from collections.abc import Iterator
from typing import Any, ClassVar

import typer.core


class ManyWordsCommand(typer.core.TyperCommand):
    """A command with such options; subclass with ``many``, their names."""

    many: ClassVar[tuple[str, ...]] = ()

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Write ``--sources A B`` as ``--sources A --sources B``, then parse as usual."""
        return super().parse_args(ctx, list(self._repeat_option(args)))

    def _repeat_option(self, words: list[str]) -> Iterator[str]:
        option, values = "", 0
        for word in words:
            if word.startswith("-") and len(word) > 1:
                option, equals, _ = word.partition("=")
                values = 1 if equals else 0
            elif option in self.many:
                if values:
                    yield option
                values += 1
            yield word
