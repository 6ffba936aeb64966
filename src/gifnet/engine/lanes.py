"""Tiles one after the other, or side by side in threads."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from itertools import islice
from typing import TypeVar

from gifnet.engine.regions import Region

LANES = 2
"""Threads of a pool: one puts inputs together and outputs away while the other computes."""

_Result = TypeVar("_Result")


def in_turn(
    step: Callable[[Region], _Result], tiles: Sequence[Region], pool: Executor | None
) -> Iterator[tuple[Region, _Result]]:
    """Compute tiles, and give each with what came of it, in their order.

    Args:
        step: computes a tile; is called in the threads of the pool if there is one.
        tiles: the tiles.
        pool: of ``LANES`` threads, or None.

    Yields:
        Each tile and its result. The tile after it may be under way already.
    """
    if pool is None or len(tiles) == 1:
        for tile in tiles:
            yield tile, step(tile)
        return
    coming: deque[tuple[Region, Future[_Result]]] = deque()
    waiting = iter(tiles)
    try:
        coming.extend((tile, pool.submit(step, tile)) for tile in islice(waiting, LANES))
        while coming:
            tile, future = coming.popleft()
            result = future.result()
            coming.extend((new, pool.submit(step, new)) for new in islice(waiting, 1))
            yield tile, result
    finally:
        # Where somebody interrupts: what is under way is finished, nothing else is begun.
        wait([future for _, future in coming if not future.cancel()])
