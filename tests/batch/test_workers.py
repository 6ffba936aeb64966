"""Parallel processes of which any may die."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gifnet.batch.workers import Failure, default_workers, run_in_processes
from gifnet.errors import WorkerError


def double_or_die(number: int) -> int:
    """Runs in the workers."""
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 5:
        raise ZeroDivisionError("five")
    return 2 * number


def die_the_first_time(mark: str) -> str:
    """Runs in the workers; the file tells that it was tried."""
    if not Path(mark).exists():
        Path(mark).write_text("tried", encoding="utf-8")
        os._exit(9)
    return "done"


def threads(_: int) -> tuple[str, int]:
    """Runs in the workers."""
    import cv2

    return os.environ["OMP_NUM_THREADS"], cv2.getNumThreads()


def test_a_dead_worker_and_an_exception_stop_nothing_else() -> None:
    results = dict(run_in_processes(double_or_die, range(8), workers=2))
    assert {n: results[n] for n in (0, 1, 2, 4, 6, 7)} == {0: 0, 1: 2, 2: 4, 4: 8, 6: 12, 7: 14}
    dead, raised = results[3], results[5]
    assert isinstance(dead, Failure)
    assert "died (signal 9), perhaps of too little memory; try fewer workers" in dead.message
    assert raised == Failure("unforeseen ZeroDivisionError: five")
    assert not multiprocessing.active_children()


def test_what_a_worker_died_of_is_tried_again_at_the_end(tmp_path: Path) -> None:
    items = [str(tmp_path / "a")]
    assert list(run_in_processes(die_the_first_time, items, workers=1)) == [(items[0], "done")]


def test_each_worker_has_one_thread_and_the_caller_as_many_as_before() -> None:
    before = dict(os.environ)
    [(_, counted)] = run_in_processes(threads, [0], workers=4)
    assert counted == ("1", 1)
    assert dict(os.environ) == before


def test_nothing_to_do_starts_nothing() -> None:
    assert not list(run_in_processes(threads, [], workers=2))
    assert default_workers() >= 1


def test_stopping_early_ends_the_workers() -> None:
    results = run_in_processes(double_or_die, iter([0, 1, 2]), workers=2)
    next(results)
    results.close()
    assert not multiprocessing.active_children()


SCRIPT = """
import os, sys, time
from pathlib import Path
from gifnet.batch.workers import run_in_processes

def slow(item):
    Path(sys.argv[1], str(os.getpid())).touch()
    time.sleep(0.2)
    return item

{guard}list(run_in_processes(slow, range(1000), workers=2))
"""


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(guard="if __name__ == '__main__': "), encoding="utf-8")
    marks = tmp_path / "marks"
    marks.mkdir()
    with subprocess.Popen([sys.executable, str(script), str(marks)]) as parent:
        wait_until(lambda: len(list(marks.iterdir())) == 2)
        parent.kill()
    processes = [int(mark.name) for mark in marks.iterdir()]
    wait_until(lambda: not any(is_running(process) for process in processes))


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(guard=""), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "a worker process ended before it began (exit code 1)" in last
    assert "needs `if __name__ == '__main__':` around it; or set workers to 1" in last
    assert WorkerError.__name__ in last


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return False
    return state[0] != "Z"


if not Path("/proc/self/stat").exists():
    pytest.skip("asks /proc which processes run", allow_module_level=True)


def note_how_many_are_at_work(folder: str) -> int:
    """Runs in the workers."""
    mark = Path(folder, str(os.getpid()))
    mark.touch()
    time.sleep(0.05)
    at_work = len(list(Path(folder).iterdir()))
    mark.unlink()
    return at_work


def test_work_that_costs_more_than_the_limit_is_done_alone(tmp_path: Path) -> None:
    def at_once(cost: float) -> set[int]:
        results = run_in_processes(
            note_how_many_are_at_work,
            [str(tmp_path)] * 12,
            workers=3,
            cost=lambda _: cost,
            limit=10.0,
        )
        return {result for _, result in results if isinstance(result, int)}

    assert at_once(11.0) == {1}
    assert max(at_once(6.0)) == 1
    assert max(at_once(1.0)) > 1
