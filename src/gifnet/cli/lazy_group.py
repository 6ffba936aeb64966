"""A group of commands whose files are imported only when one of them is run."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
import typer.core
import typer.main


@dataclass(frozen=True)
class LazyCommand:
    """Where a command lives, and the line that the list of commands shows for it."""

    name: str
    module: str
    summary: str

    def load(self) -> Any:
        """Import the command's file and build the command.

        Returns:
            The command as typer runs it: of the file's group ``app`` if there is one, else of its
            function ``command``, whose help ends with the file's ``EXAMPLE``, and which is of
            the file's class ``Command`` if there is one.
        """
        module = import_module(self.module)
        group: typer.Typer | None = getattr(module, "app", None)
        if group is not None:
            group.rich_markup_mode = None
            return typer.main.get_group(group)
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        kind: type[typer.core.TyperCommand] = getattr(module, "Command", typer.core.TyperCommand)
        epilog = f"\b\nExample:\n  {module.EXAMPLE}"
        single.command(self.name, cls=kind, epilog=epilog)(module.command)
        return typer.main.get_command(single)


class LazyGroup(typer.core.TyperGroup):
    """A group that lists its commands without importing them; subclass with ``entries``."""

    entries: ClassVar[dict[str, LazyCommand]] = {}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that the arguments name, and import its file."""
        name, listed, remaining = super().resolve_command(ctx, args)
        if name in self.entries:
            return name, self.entries[name].load(), remaining
        return name, listed, remaining


def add_lazy_commands(application: typer.Typer, commands: Iterable[LazyCommand]) -> None:
    """Let a typer application list the commands, and import one when it is run.

    Args:
        application: the application; its group class is set here.
        commands: what to register, in the order of the list of commands.
    """

    class Group(LazyGroup):
        entries: ClassVar[dict[str, LazyCommand]] = {command.name: command for command in commands}

    application.info.cls = Group
    for command in Group.entries.values():
        application.command(command.name, help=command.summary, short_help=command.summary)(
            _listed_only
        )


def _listed_only() -> None:
    """Stand in for a command in the list of commands; never run."""
