"""Tiles one after the other, or side by side in threads."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from gifnet.engine.regions import Region

_Result = TypeVar("_Result")


def in_turn(
    step: Callable[[Region], _Result], tiles: Sequence[Region], lanes: int
) -> Iterator[tuple[Region, _Result]]:
    """Compute tiles, and give each with what came of it, in their order.

    Args:
        step: computes a tile; is called in several threads if there are several lanes.
        tiles: the tiles.
        lanes: so many are under way at a time.

    Yields:
        Each tile and its result. The tiles after it that are under way have been started already.
    """
    if lanes == 1 or len(tiles) == 1:
        for tile in tiles:
            yield tile, step(tile)
        return
    pool = ThreadPoolExecutor(lanes, thread_name_prefix="gifnet-lane")
    try:
        coming: deque[tuple[Region, Future[_Result]]] = deque()
        waiting = iter(tiles)
        coming.extend((tile, pool.submit(step, tile)) for tile in islice(waiting, lanes))
        while coming:
            tile, future = coming.popleft()
            result = future.result()
            coming.extend((new, pool.submit(step, new)) for new in islice(waiting, 1))
            yield tile, result
    finally:
        # Also where somebody interrupts: what is under way is finished, nothing else is begun.
        pool.shutdown(cancel_futures=True)
