"""One process of the benchmark of fusing: loads a case, then fuses whenever it is told to.

Orders come as lines of JSON, answers go so. It imports what a user's program would, and no more,
so that its memory is the program's.
"""

import contextlib
import json
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from inference_cases import Case, load


def main() -> None:
    """Run as ``inference_worker.py CASE THREADS``, the case in JSON."""
    # Answers go where print goes; whatever else is printed goes to the errors.
    answers = sys.stdout
    case, threads = Case(**json.loads(sys.argv[1])), int(sys.argv[2])
    with contextlib.redirect_stdout(sys.stderr):
        loaded = load(case, threads)
        print(json.dumps({"choice": loaded.choice}), file=answers, flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            first, second = (np.load(file) for file in order["pair"])
            wall, processor = time.perf_counter(), time.process_time()
            fused = loaded.fuse(first, second)
            answer = {
                "seconds": time.perf_counter() - wall,
                "cpu_seconds": time.process_time() - processor,
                "gpu_bytes": _gpu_bytes(case),
            }
            if order.get("save"):
                np.save(order["save"], fused)
            print(json.dumps(answer), file=answers, flush=True)


def _gpu_bytes(case: Case, modules: Mapping[str, Any] = sys.modules) -> int:
    """Most memory that PyTorch has held on the GPU."""
    if case.device != "cuda":
        return 0
    reserved: int = modules["torch"].cuda.max_memory_reserved()
    return reserved


if __name__ == "__main__":
    main()
