"""The processes that train one network together, as ``torchrun`` starts them."""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch import Tensor
from torch import distributed as group

from gifnet.errors import ConfigError, GIFNetError
from gifnet.training.config import OptimiserConfig
from gifnet.training.devices import choose_device

# While the main process validates and saves, the others wait for it; nothing of a run takes as
# long as this. Processes that died are noticed by torchrun, and not by waiting for them.
_PATIENCE = timedelta(days=1)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Processes:
    """One process among those that train together; by default it is alone.

    Each works on its share of every batch, and all of them hold the same weights. The main one
    writes files, logs and validates.
    """

    rank: int = 0
    count: int = 1
    local_rank: int = 0
    """The number among the processes of this machine, and that of its GPU."""

    @property
    def alone(self) -> bool:
        """Whether there are no others."""
        return self.count == 1

    @property
    def is_main(self) -> bool:
        """Whether this is the process that writes, logs and validates."""
        return self.rank == 0

    def require_shares(self, config: OptimiserConfig) -> None:
        """Refuse a batch that cannot be shared out.

        Args:
            config: The whole batch, and in how many parts each process works through its share.

        Raises:
            ConfigError: The shares, or the parts of a share, would be unequal.
        """
        if config.batch % self.count:
            raise ConfigError(
                f"optimiser.batch: expected a multiple of the {self.count} processes that train "
                f"together, got {config.batch}: start another number of them (--nproc-per-node)"
            )
        share = config.batch // self.count
        if share % config.accumulate:
            raise ConfigError(
                f"optimiser.accumulate: expected a divisor of {share}, the patches of a batch that "
                f"each process works on, got {config.accumulate}"
            )

    def device(self, name: str) -> torch.device:
        """Choose the device of this process.

        Args:
            name: As for ``choose_device``; "auto" is CUDA, else the CPU, where there are others.

        Raises:
            ConfigError: The device is not there, or processes cannot train together on it.
        """
        if self.alone:
            return choose_device(name)
        if name == "mps":
            raise ConfigError(
                "optimiser.device: several processes train together on CUDA or on the CPU, got "
                f"{name!r}: start one process, without torchrun"
            )
        if name == "auto":
            name = "cuda" if torch.cuda.is_available() else "cpu"
        device = choose_device(name)
        return torch.device("cuda", self.local_rank) if device.type == "cuda" else device

    def share(self, total: int) -> slice:
        """Tell which part of a batch is this process's own.

        Args:
            total: Size of the whole batch, a multiple of ``count``.
        """
        size = total // self.count
        return slice(self.rank * size, (self.rank + 1) * size)

    def gather(self, share: Tensor) -> Tensor:
        """Put the shares of all processes together, in the order of their patches.

        Args:
            share: (B / count, ...), of one shape everywhere.

        Returns:
            (B, ...), the same everywhere; without gradient, unless this process is alone.
        """
        if self.alone:
            return share
        share = share.detach().contiguous()
        shares = [torch.empty_like(share) for _ in range(self.count)]
        group.all_gather(shares, share)
        return torch.cat(shares)

    def mean(self, value: Tensor) -> Tensor:
        """Take the mean of a value over all processes.

        Args:
            value: Of one shape everywhere; without gradient.
        """
        if self.alone:
            return value
        total = value.clone()
        group.all_reduce(total)
        return total / self.count

    def any(self, flag: bool) -> bool:
        """Tell whether a flag is set in any process; all must ask."""
        if self.alone:
            return flag
        flags = torch.tensor([int(flag)])  # on the CPU, which has a backend in every group
        group.all_reduce(flags, op=group.ReduceOp.MAX)
        return bool(flags.item())

    def require_same(self, what: str, value: str) -> None:
        """Refuse to train together on different things; all must ask.

        Args:
            what: What is compared, in words.
            value: What this process has of it.

        Raises:
            ConfigError: The processes do not all have the same; in every process.
        """
        if self.alone:
            return
        values: list[str] = [""] * self.count
        group.all_gather_object(values, value)
        others = [rank for rank, other in enumerate(values) if other != values[0]]
        if others:
            raise ConfigError(
                f"expected the same {what} in all processes, got another one in process "
                f"{', '.join(map(str, others))} of {self.count} than in process 0: give every "
                "machine the same files and options"
            )

    @contextmanager
    def together(self) -> Iterator[None]:
        """Fail together: an error in one process's block ends the block in all of them.

        What the block does must not wait for other processes.

        Raises:
            GIFNetError: This process's own error; else the first one of another process.
        """
        if self.alone:
            yield
            return
        own: Exception | None = None
        try:
            yield
        except (GIFNetError, OSError) as error:
            own = error
        if not self.any(own is not None):
            return
        messages: list[str | None] = [None] * self.count
        group.all_gather_object(messages, None if own is None else str(own))
        if own is not None:
            raise own
        rank, message = next((r, m) for r, m in enumerate(messages) if m is not None)
        raise GIFNetError(f"process {rank} of {self.count}: {message}")

    def from_main(self, action: Callable[[], Result]) -> Result:
        """Let the main process do something, and give its result to all.

        Args:
            action: Returns something that can be pickled.

        Raises:
            GIFNetError: The action raised it; in every process.
        """
        results: list[Result | None] = [None]
        with self.together():
            if self.is_main:
                results = [action()]
        if not self.alone:
            group.broadcast_object_list(results)
        return results[0]  # type: ignore[return-value]


ALONE = Processes()


@contextmanager
def join_processes(device: str) -> Iterator[Processes]:
    """Join the other processes where ``torchrun`` started some.

    Args:
        device: The recipe's ``optimiser.device``; all processes have one kind of device.

    Yields:
        This process among the others; ``ALONE`` where ``WORLD_SIZE`` is not above 1.

    Raises:
        ConfigError: There are fewer GPUs than processes on this machine, or the environment is
            not what torchrun makes it.
    """
    count = os.environ.get("WORLD_SIZE", "1")
    if count in {"", "0", "1"}:
        yield ALONE
        return
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    on_gpus = device == "cuda" or (device == "auto" and torch.cuda.is_available())
    if on_gpus:
        _require_gpus(int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
        torch.cuda.set_device(local_rank)
    try:
        group.init_process_group("cpu:gloo,cuda:nccl" if on_gpus else "gloo", timeout=_PATIENCE)
    except (ValueError, RuntimeError) as error:
        raise ConfigError(
            f"expected the environment of torchrun, as WORLD_SIZE is {count}, but the processes "
            f"do not find each other ({error}): start with torchrun, or without WORLD_SIZE"
        ) from error
    # DistributedDataParallel would be a little faster were these equal, which it tells each user.
    warnings.filterwarnings("ignore", message="Grad strides do not match bucket view strides")
    try:
        yield Processes(group.get_rank(), group.get_world_size(), local_rank)
    finally:
        group.destroy_process_group()


def _require_gpus(processes: int) -> None:
    gpus = torch.cuda.device_count()
    if processes > gpus:
        raise ConfigError(
            f"expected a GPU for each of the {processes} processes of this machine, found {gpus}: "
            'start fewer (--nproc-per-node), or set optimiser.device to "cpu"'
        )
