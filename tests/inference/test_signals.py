"""Signals arrive in processes that fused: Ctrl-C is not a crash."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

# Networks that come and go in an order that is not the reverse of their making.
SCRIPT = """
    import os, signal
    import numpy as np
    from gifnet import Fuser

    picture = np.zeros((16, 16), np.uint8)
    first = Fuser()
    first.fuse(picture, picture)
    second = Fuser()
    second.fuse(picture, picture)
    del first
    third = Fuser()
    third.fuse(picture, picture)
    del second, third
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_an_interrupt_after_networks_came_and_went_is_an_exception() -> None:
    # Where the parent ignores SIGINT, so would the child.
    script = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    run = subprocess.run(
        [sys.executable, "-c", script + textwrap.dedent(SCRIPT)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert run.returncode != -signal.SIGSEGV, "the signal found no stack"
    assert (run.returncode, run.stdout) == (0, "interrupted\n"), run.stderr
