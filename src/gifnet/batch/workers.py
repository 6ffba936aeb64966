"""Work in parallel processes, of which any may die without stopping the others.

The standard library's pool gives up when a worker dies, and cannot say at which piece of work it
did; here each worker has a pipe of its own.
"""

import math
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from gifnet.errors import WorkerError

Item = TypeVar("Item")
Result = TypeVar("Result")

_READY = "ready"
# As many threads as cores in each of as many processes as cores would get in each other's way.
# Libraries read these when they are loaded.
_THREADS = (
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
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    workers: int,
    threads: int = 1,
    cost: Callable[[Item], float] | None = None,
    limit: float = math.inf,
) -> Generator[tuple[Item, Result | Failure], None, None]:
    """Call a function for every item, in several processes.

    Args:
        function: Picklable, so of a module that can be imported; each worker gets a copy. Each
            call's result must be picklable.
        items: Picklable; taken as workers become free.
        workers: How many processes, positive.
        threads: Of the libraries that compute, in each of them.
        cost: What an item takes while it is worked on, such as bytes; nothing if None.
        limit: Of what all together take; an item beyond it is worked on while all others rest.

    Yields:
        Item and result, in the order in which they are done. An item whose worker died is tried
        a second time alone, after all the others: a lack of memory may end then.

    Raises:
        WorkerError: A worker process could not even start.
    """
    died: list[Item] = []
    crew = _Crew(function, threads)
    with closing(_run(crew, items, workers, cost, limit)) as answers:
        for item, result in answers:
            if isinstance(result, _Death):
                died.append(item)
            else:
                yield item, result
    with closing(_run(crew, died, 1, None, limit)) as answers:
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

    def __init__(self, function: Callable[[Item], Any], threads: int, item: Item) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other_end = context.Pipe()
        self.process = context.Process(target=_serve, args=(other_end, function), daemon=True)
        self.started = False
        self.busy = False
        with _threads(threads), _undisturbed_start():
            self.process.start()
        # Without a second copy of its end here, the death of the worker closes the pipe.
        other_end.close()
        self.give(item)

    def give(self, item: Item) -> None:
        """Give it work; if it is dead already, that shows when the answer is received."""
        self.item, self.busy = item, True
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


class _Crew(Generic[Item]):
    """The workers that there are, by the pipe that each answers through."""

    def __init__(self, function: Callable[[Item], Any], threads: int) -> None:
        self._function = function
        self._threads = threads
        self.workers: dict[Any, _Worker[Item]] = {}
        self.once_started = False

    def hire(self, item: Item) -> None:
        """Start a worker with its first item."""
        worker = _Worker(self._function, self._threads, item)
        self.workers[worker.connection] = worker

    def dismiss(self, worker: _Worker[Item]) -> None:
        """End a worker."""
        self.workers.pop(worker.connection).stop()

    def disband(self) -> None:
        """End all workers."""
        for worker in list(self.workers.values()):
            self.dismiss(worker)

    @property
    def busy(self) -> list[_Worker[Item]]:
        """Those that are at work."""
        return [worker for worker in self.workers.values() if worker.busy]

    @property
    def resting(self) -> list[_Worker[Item]]:
        """Those that wait for work."""
        return [worker for worker in self.workers.values() if not worker.busy]


def _run(
    crew: _Crew[Item],
    items: Iterable[Item],
    count: int,
    cost: Callable[[Item], float] | None,
    limit: float,
) -> Generator[tuple[Item, Any], None, None]:
    waiting = _Waiting(items, cost, limit)

    def share_out() -> None:
        """Give work to all who may have some; let go whom no work is left for."""
        while waiting.may_start(crew.busy) and (crew.resting or len(crew.workers) < count):
            if crew.resting:
                crew.resting[0].give(waiting.take())
            else:
                crew.hire(waiting.take())
        if waiting.none_left:
            for worker in crew.resting:
                crew.dismiss(worker)

    try:
        share_out()
        while crew.workers:
            for connection in wait([worker.connection for worker in crew.busy]):
                worker = crew.workers[connection]
                answer, done = worker.receive(), worker.item
                if isinstance(answer, _Death):
                    crew.dismiss(worker)
                    if not worker.started and not crew.once_started:
                        raise WorkerError(_cannot_start(answer.reason))
                elif not worker.started:
                    worker.started = crew.once_started = True  # its first message says no more
                    continue
                worker.busy = False
                share_out()  # before the answer goes on, so that all are busy meanwhile
                yield done, answer
    finally:
        crew.disband()


class _Waiting(Generic[Item]):
    """Items that nobody works on yet, of which the first is looked at before it is taken."""

    def __init__(
        self, items: Iterable[Item], cost: Callable[[Item], float] | None, limit: float
    ) -> None:
        self._items = iter(items)
        self._cost = cost or (lambda _: 0.0)
        self._limit = limit
        self._next: list[Item] = []

    @property
    def none_left(self) -> bool:
        """Whether all have been taken."""
        if not self._next:
            self._next = list(islice(self._items, 1))
        return not self._next

    def may_start(self, busy: Sequence[_Worker[Item]]) -> bool:
        """Whether the first is there and may be worked on beside what is at work."""
        if self.none_left:
            return False
        together = sum(self._cost(worker.item) for worker in busy) + self._cost(self._next[0])
        return not busy or together <= self._limit

    def take(self) -> Item:
        """The first."""
        return self._next.pop()


def _died(reason: str) -> str:
    return (
        f"the process that worked on it died ({reason}), perhaps of too little memory; try fewer "
        "workers or smaller pictures"
    )


def _cannot_start(reason: str) -> str:
    return (
        f"a worker process ended before it began ({reason}): a script that starts such work needs "
        "`if __name__ == '__main__':` around it; or set workers to 1"
    )


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let processes that are started here use so many threads each."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, str(count)))
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
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        connection.send(_READY)
        while True:
            item = connection.recv()
            try:
                result = function(item)
            except Exception as error:
                result = Failure(f"unforeseen {type(error).__name__}: {error}")
            connection.send(result)


def _leave_with_parent() -> None:
    """End this process when its parent has ended, however that came, and whatever is at work."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
