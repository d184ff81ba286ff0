"""The batches of an epoch in an order that its number alone decides, and every process's part of them."""

from __future__ import annotations

import hashlib
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, DistributedSampler, IterableDataset

from course_lib.distributed import Ranks


def check(name: str, loader: Any) -> None:
    """Whether `loader` gives batches, again in every epoch.

    Args:
        name: of the argument, for the error.
        loader: a DataLoader, a TensorLoader, a list of batches.

    Raises:
        TypeError: a data set or tensors where a loader of batches is meant, or an iterator.
        ValueError: it has no batches, or a DistributedSampler of its own.

    >>> check("data", iter([]))
    Traceback (most recent call last):
    TypeError: data can be gone through only once, and each epoch does it again: give a loader, such as DataLoader
    """
    if isinstance(loader, Tensor | Dataset | tuple) or not isinstance(loader, Iterable):
        raise TypeError(
            f"{name} should give batches (inputs, targets), got {type(loader).__name__}: "
            f"DataLoader({name}, batch_size=32, shuffle=True) makes them from a data set, TensorLoader from tensors"
        )
    if isinstance(loader, Iterator):
        raise TypeError(
            f"{name} can be gone through only once, and each epoch does it again: give a loader, such as DataLoader"
        )
    if isinstance(getattr(loader, "sampler", None), DistributedSampler):
        raise ValueError(
            f"{name} has a DistributedSampler, which pads the epoch with samples that come twice; give an ordinary "
            "loader with the whole batch size, and fit shares every batch out"
        )
    if count(loader) == 0:
        raise ValueError(
            f"{name} gives no batches: the data set is empty, or smaller than batch_size with drop_last=True"
        )


def count(loader: Any) -> int | None:
    """How many batches an epoch has; None where the loader cannot tell.

    >>> count([1, 2, 3]), count(range(3)), count(object())
    (3, 3, None)
    """
    try:
        return len(loader)
    except TypeError:
        return None


def seed_order(loader: Any, seed: int, epoch: int) -> None:
    """Make the order of an epoch's samples depend on nothing but the seed and the number of the epoch.

    A loader without a generator of its own gets one: taking the order from torch's global generator, it would change
    with every dropout before it, and dropout with it.

    Args:
        loader: as for `batches`; one that is not shuffled, or no loader of torch or of this library, stays as it is.
        seed: of the run.
        epoch: its number.

    >>> loader = DataLoader(torch.arange(5), shuffle=True)
    >>> seed_order(loader, 0, epoch=3)
    >>> first = torch.cat(list(loader))
    >>> seed_order(loader, 0, epoch=3)
    >>> torch.equal(torch.cat(list(loader)), first)
    True
    """
    generator = getattr(loader, "generator", None) or torch.Generator()
    parts: list[Any] = [loader, getattr(loader, "sampler", None), getattr(loader, "batch_sampler", None)]
    for part in parts:
        if hasattr(part, "generator"):
            part.generator = part.generator or generator
            # a hash: seed 0 in epoch 1 is not seed 1 in epoch 0
            digest = hashlib.blake2b(f"{seed} {epoch}".encode(), digest_size=6).digest()
            part.generator.manual_seed(int.from_bytes(digest))


class _Parts:
    """Of every batch of a batch sampler the samples of one process, or one that does not count where it has none."""

    def __init__(self, whole: Iterable[list[int]], ranks: Ranks) -> None:
        self.whole, self.ranks = whole, ranks
        self.sizes: deque[tuple[int, int]] = deque()  # the loader may be some batches ahead

    def __iter__(self) -> Iterator[list[int]]:
        for batch in self.whole:
            part = batch[self.ranks.rank :: self.ranks.size]
            self.sizes.append((len(part), len(batch)))
            yield part or batch[:1]


def _part(value: Any, ranks: Ranks) -> Any:
    if isinstance(value, Tensor):
        return value[ranks.rank :: ranks.size] if len(value) > ranks.rank else value[:1]
    if isinstance(value, dict):
        return {key: _part(inner, ranks) for key, inner in value.items()}
    return [_part(inner, ranks) for inner in value]


def samples(batch: Any) -> int:
    """How many samples a batch has: the length of its first tensor.

    Raises:
        TypeError: there is no tensor in it.

    >>> samples([{"pixels": torch.zeros(8, 3)}, torch.zeros(8)])
    8
    """
    while not isinstance(batch, Tensor):
        inner = list(batch.values()) if isinstance(batch, dict) else batch
        if not isinstance(inner, list | tuple) or not inner:
            raise TypeError(f"a batch should hold tensors, got {type(batch).__name__}")
        batch = inner[0]
    return len(batch)


def _nothing() -> None:
    pass


def _from(loader: Any, start: int, ready: Callable[[], None]) -> Iterator[Any]:
    if hasattr(loader, "iterate"):
        later = loader.iterate(start)
    else:
        later = iter(loader)
        for _ in range(start):
            next(later, None)
    ready()
    yield from later


def batches(
    loader: Any, ranks: Ranks, start: int = 0, ready: Callable[[], None] = _nothing
) -> Iterator[tuple[Any, int, int]]:
    """The batches of an epoch, or of every batch the part that is this process's, from batch `start` on.

    Together the parts are the batch, each sample once: DistributedSampler would give some samples twice to fill up.

    Args:
        loader: of whole batches.
        ranks: who shares them.
        start: batches before it are gone through as well where the loader cannot leave them out, because the data set
            may draw random numbers for them.
        ready: called when those are gone through, before batch `start` is fetched.

    Yields:
        (batch, its samples that count, samples of the whole batch). Where a batch is smaller than the number of
        processes, some get a sample of another one, which counts 0: all have to take the step together.

    >>> loader = [(torch.arange(5), torch.arange(5))]
    >>> [next(batches(loader, Ranks(rank, 2)))[0][0].tolist() for rank in (0, 1)]
    [[0, 2, 4], [1, 3]]
    """
    if ranks.size == 1:
        for batch in _from(loader, start, ready):
            size = samples(batch)
            yield batch, size, size
    elif isinstance(loader, DataLoader) and not isinstance(loader.dataset, IterableDataset) and loader.batch_sampler:
        # each process reads its own samples only
        parts = _Parts(loader.batch_sampler, ranks)
        mine: DataLoader[Any] = DataLoader(
            loader.dataset,
            batch_sampler=parts,
            num_workers=loader.num_workers,
            collate_fn=loader.collate_fn,
            pin_memory=loader.pin_memory,
            timeout=loader.timeout,
            worker_init_fn=loader.worker_init_fn,
            multiprocessing_context=loader.multiprocessing_context,
            generator=loader.generator,
            prefetch_factor=loader.prefetch_factor,
        )

        def forget() -> None:
            for _ in range(start):
                parts.sizes.popleft()
            ready()

        for batch in _from(mine, start, forget):
            yield batch, *parts.sizes.popleft()
    else:
        for batch, whole, _ in batches(loader, Ranks(), start, ready):
            yield _part(batch, ranks), len(range(ranks.rank, whole, ranks.size)), whole


def grouped(parts: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """So many at a time; the last group may be smaller.

    >>> list(grouped(iter("abc"), 2))
    [['a', 'b'], ['c']]
    """
    while group := list(islice(parts, min(size, sys.maxsize))):
        yield group
