"""What a file gives reason to say is said when it is read first, and not when it is read again."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

_READERS = ("gifnet.imaging", "gifnet.inference.prepare")


@contextmanager
def nothing_said_again() -> Iterator[None]:
    """Let this thread read files without a word, short of errors; other threads go on speaking."""
    thread = get_ident()

    def keep(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR or record.thread != thread

    # A filter sees what its own logger is told, and nothing of the loggers below it.
    loggers = [
        logging.getLogger(name)
        for name in tuple(logging.root.manager.loggerDict)
        if name.startswith(_READERS)
    ]
    for logger in loggers:
        logger.addFilter(keep)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(keep)
