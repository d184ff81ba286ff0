"""Several processes that train one model: each on its own GPU, each with its own part of every batch.

`torchrun --nproc-per-node 2 train.py` starts the script twice and tells each process its number, its rank.
"""

from __future__ import annotations

import atexit
import os
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist

from course_lib.devices import pick


@dataclass(frozen=True)
class Ranks:
    """The processes that share the work; alone by default.

    Attributes:
        rank: this process's number, from 0; rank 0 writes the files and speaks.
        size: how many there are.
        group: carries numbers on the CPU, beside the gradients of the GPUs, so that nothing waits for a GPU.

    >>> alone = Ranks()
    >>> alone.sum([1.0, 2.0]), alone.collect("here"), alone.broadcast("this")
    ([1.0, 2.0], ['here'], 'this')
    """

    rank: int = 0
    size: int = 1
    group: Any = None

    def sum(self, values: list[float]) -> list[float]:
        """Add up over the processes, place by place; all of them call it, with lists of one length.

        >>> Ranks().sum([0.5])
        [0.5]
        """
        if self.size == 1:
            return values
        total = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(total, group=self.group)
        result: list[float] = total.tolist()
        return result

    def collect(self, value: Any) -> list[Any]:
        """Every process's value, in the order of the ranks.

        >>> Ranks().collect(7)
        [7]
        """
        if self.size == 1:
            return [value]
        values = [None] * self.size
        dist.all_gather_object(values, value, group=self.group)
        return values

    def broadcast(self, value: Any) -> Any:
        """Rank 0's value, for all.

        >>> Ranks().broadcast(7)
        7
        """
        if self.size == 1:
            return value
        values = [value]
        dist.broadcast_object_list(values, src=0, group=self.group)
        return values[0]


def _leave() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()


def join(device: str | torch.device | None = None) -> tuple[Ranks, torch.device]:
    """Join the other processes that torchrun started; without torchrun there are none.

    Args:
        device: as for `devices.pick`; "cuda" becomes this process's own GPU.

    Returns:
        Who is there, and the device of this process.

    Raises:
        RuntimeError, ValueError, TypeError: as `devices.pick`.

    Source: https://docs.pytorch.org/docs/stable/elastic/run.html

    >>> join("cpu")
    (Ranks(rank=0, size=1, group=None), device(type='cpu'))
    """
    chosen = pick(device)
    there = dist.is_available() and dist.is_initialized()
    if not there and int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Ranks(), chosen
    if chosen.type == "cuda" and chosen.index is None:
        chosen = pick(f"cuda:{os.environ.get('LOCAL_RANK', '0')}")  # an error if there are more processes than GPUs
        torch.cuda.set_device(chosen)
    if not there:
        dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
        # left open: a second fit in the same script finds it; the neighbours hear of the end
        atexit.register(_leave)
    gloo = dist.get_backend() == "gloo"
    group = dist.group.WORLD if gloo else dist.new_group(backend="gloo")
    return Ranks(dist.get_rank(), dist.get_world_size(), group), chosen
