"""What the command line says on stderr: errors, and the library's log."""

import logging

import typer

_LOGGER = logging.getLogger("gifnet")


class _StderrHandler(logging.Handler):
    """Prints a log record as ``warning: ...``; plain information has no such word before it."""

    def emit(self, record: logging.LogRecord) -> None:
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        typer.echo(f"{level}{record.getMessage()}", err=True)


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
