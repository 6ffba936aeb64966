"""What the command line says on stderr: errors, and the library's log."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import typer

_LOGGER = logging.getLogger("gifnet")
_OTHERS_LEAVE_WITHIN = 5.0


class _StderrHandler(logging.Handler):
    """Prints a log record as ``warning: ...``; plain information has no such word before it."""

    def emit(self, record: logging.LogRecord) -> None:
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        typer.echo(f"{level}{record.getMessage()}", err=True)


@contextmanager
def silent_beside_others() -> Iterator[None]:
    """Say nothing where torchrun started this process beside another one on this machine.

    What all of them would say is said once. A crash is still told: Python prints it later. On an
    error the others leave last, as torchrun ends all processes when the first one has failed, and
    names that one.
    """
    if os.environ.get("WORLD_SIZE", "1") == "1" or os.environ.get("LOCAL_RANK", "0") == "0":
        yield
        return
    with (
        open(os.devnull, "w", encoding="utf-8") as nothing,  # noqa: PTH123 - not only a path
        redirect_stdout(nothing),
        redirect_stderr(nothing),
    ):
        try:
            yield
        except SystemExit as leaving:
            if leaving.code == 2:
                time.sleep(_OTHERS_LEAVE_WITHIN)
            raise


def print_error(message: str) -> None:
    """Print an error on stderr.

    Args:
        message: what was expected, what came, what to do.
    """
    typer.echo(f"error: {message}", err=True)


def show_log(*, verbose: bool) -> None:
    """Print what the library logs on stderr, from now on.

    Args:
        verbose: print information too, not only warnings and errors.
    """
    if not any(isinstance(handler, _StderrHandler) for handler in _LOGGER.handlers):
        _LOGGER.addHandler(_StderrHandler())
        _LOGGER.propagate = False
    _LOGGER.setLevel(logging.INFO if verbose else logging.WARNING)
