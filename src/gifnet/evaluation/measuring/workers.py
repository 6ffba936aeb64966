"""Work in parallel processes, of which any may die without stopping the others.

The standard library's pool gives up when a worker dies, and cannot say at which piece of work it
did; here each worker has a pipe of its own.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from gifnet.errors import EvaluationError

Item = TypeVar("Item")
Result = TypeVar("Result")

_READY = "ready"
# As many threads as cores in each of as many processes as cores would get in each other's way.
# Libraries read these when they are loaded.
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)


@dataclass(frozen=True)
class Failure:
    """In place of a result: why there is none.

    Attributes:
        message: what happened.
    """

    message: str


def default_workers() -> int:
    """Count the processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_in_processes(
    function: Callable[[Item], Result], items: Iterable[Item], *, workers: int
) -> Generator[tuple[Item, Result | Failure], None, None]:
    """Call a function for every item, in several processes.

    Args:
        function: Of a module that can be imported; each call's result must be picklable.
        items: Picklable; taken as workers become free.
        workers: How many processes, positive.

    Yields:
        Item and result, in the order in which they are done. An item whose worker died is tried
        a second time alone, after all the others: a lack of memory may end then.

    Raises:
        EvaluationError: A worker process could not even start.
    """
    died: list[Item] = []
    with closing(_run(function, items, workers)) as answers:
        for item, result in answers:
            if isinstance(result, _Death):
                died.append(item)
            else:
                yield item, result
    with closing(_run(function, died, 1)) as answers:
        for item, result in answers:
            yield item, Failure(_died(result.reason)) if isinstance(result, _Death) else result


@dataclass(frozen=True)
class _Death:
    reason: str


@contextmanager
def _undisturbed_start() -> Iterator[None]:
    """Keep Ctrl-C from a process that starts: until it ignores it, it would print a traceback.

    A new process inherits which signals are blocked; here the signal comes a moment later.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker(Generic[Item]):
    """A process and what it is working on."""

    def __init__(self, function: Callable[[Item], Any], item: Item) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other_end = context.Pipe()
        self.process = context.Process(target=_serve, args=(other_end, function), daemon=True)
        self.started = False
        with _one_thread(), _undisturbed_start():
            self.process.start()
        # Without a second copy of its end here, the death of the worker closes the pipe.
        other_end.close()
        self.give(item)

    def give(self, item: Item) -> None:
        """Give it work; if it is dead already, that shows when the answer is received."""
        self.item = item
        with suppress(OSError):
            self.connection.send(item)

    def receive(self) -> Any:
        """What the worker sent, or how it died."""
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            code = self.process.exitcode or 0
            return _Death(f"signal {-code}" if code < 0 else f"exit code {code}")

    def stop(self) -> None:
        """End the process at once."""
        self.process.terminate()
        self.process.join()
        self.connection.close()


def _run(
    function: Callable[[Item], Result], items: Iterable[Item], count: int
) -> Generator[tuple[Item, Result | Failure | _Death], None, None]:
    source = iter(items)
    crew: dict[Any, _Worker[Item]] = {}

    def employ(worker: _Worker[Item] | None) -> None:
        """Give the next item to a worker, to a new one if None; let it go if there is none."""
        for item in islice(source, 1):
            if worker is None:
                worker = _Worker(function, item)
                crew[worker.connection] = worker
            else:
                worker.give(item)
            return
        if worker is not None:
            crew.pop(worker.connection).stop()

    try:
        for _ in range(count):
            employ(None)
        while crew:
            for connection in wait(list(crew)):
                worker = crew[connection]
                answer, done = worker.receive(), worker.item
                if isinstance(answer, _Death):
                    crew.pop(connection).stop()
                    if not worker.started:
                        raise EvaluationError(_cannot_start(answer.reason))
                    employ(None)
                elif not worker.started:
                    worker.started = True  # its first message says no more
                    continue
                else:
                    employ(worker)  # before the answer goes on, so that it is busy meanwhile
                yield done, answer
    finally:
        for worker in crew.values():
            worker.stop()


def _died(reason: str) -> str:
    return (
        f"the process that measured it died ({reason}), perhaps of too little memory; try fewer "
        "workers or smaller pictures"
    )


def _cannot_start(reason: str) -> str:
    return (
        f"a worker process ended before it began ({reason}): a script that evaluates needs "
        "`if __name__ == '__main__':` around it; or set workers to 1"
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes that are started here use one thread each."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _serve(connection: Connection, function: Callable[[Any], Any]) -> None:
    """What a worker does until the other end of its pipe is closed."""
    # Ctrl-C reaches every process of the terminal: the parent decides what becomes of them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        connection.send(_READY)
        while True:
            item = connection.recv()
            try:
                result = function(item)
            except Exception as error:
                result = Failure(f"unforeseen {type(error).__name__}: {error}")
            connection.send(result)
