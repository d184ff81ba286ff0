"""Batches of tensors that are already in memory, as `DataLoader` gives them, without its cost for each sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from course_lib.arguments import whole_number
from course_lib.datasets.in_memory import tensors_of


class TensorLoader:
    """The batches of `torch.utils.data.DataLoader`, many times faster, for tensors that are in memory.

    `DataLoader` fetches sample by sample and stacks them; this loader takes a batch's rows at once (`index_select`).
    The order is the same: it draws the same numbers from the same generator, so one can stand for the other in the
    middle of an experiment. The data may be on a GPU; then no batch has to be copied there.

    Args:
        dataset: a Table, a TensorDataset, a tensor, a tuple of tensors (N, ...), or a Subset of one of these.
        batch_size: samples in a batch; the last batch is smaller when N is no multiple of it.
        shuffle: a new order each epoch.
        drop_last: leave the smaller last batch out.
        generator: of random numbers, on the CPU, for the order; None takes torch's global one.

    Attributes:
        dataset, batch_size, shuffle, drop_last, generator: as given.

    Iterating gives a batch as `DataLoader` does: a list of tensors, or a tensor where the data set is one. A batch is a
    copy: changing it leaves the data as they are.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: there are no samples, the tensors do not fit each other, or batch_size is less than 1.

    Source: https://pytorch.org/docs/stable/data.html

    >>> x = torch.arange(5)
    >>> [batch.tolist() for batch in TensorLoader(x, 2)]
    [[0, 1], [2, 3], [4]]
    >>> loader = TensorLoader((x, x * x), 2, shuffle=True, generator=torch.Generator().manual_seed(0))
    >>> next(iter(loader))
    [tensor([3, 1]), tensor([9, 1])]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        drop_last: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        self._tensors, self._rows, self._single = tensors_of(dataset)
        self._samples = len(self._tensors[0]) if self._rows is None else len(self._rows)
        whole_number("batch_size", batch_size, 1)
        for name, value in (("shuffle", shuffle), ("drop_last", drop_last)):
            if not isinstance(value, bool):
                raise TypeError(f"{name} should be True or False, got {value!r}")
        if generator is not None and not isinstance(generator, torch.Generator):
            raise TypeError(f"generator should be a torch.Generator, got {generator!r}")
        if generator is not None and generator.device.type != "cpu":
            raise ValueError(f"generator should be on the CPU, got one on {generator.device}: torch.Generator()")
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.generator = generator

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return (self._samples if self.drop_last else self._samples + self.batch_size - 1) // self.batch_size

    def __iter__(self) -> Iterator[Any]:
        return self.iterate()

    def iterate(self, start: int = 0) -> Iterator[Any]:
        """An epoch from batch `start` on, as if those before it had been taken: to go on with a stopped training.

        Nothing is loaded for the batches left out, and the generator ends where it would have ended.

        Args:
            start: 0 to len(self).

        Raises:
            TypeError, ValueError: `start` is no whole number, or out of range.

        >>> generator = torch.Generator()
        >>> loader = TensorLoader(torch.arange(6), 2, shuffle=True, generator=generator)
        >>> _ = generator.manual_seed(3)
        >>> [batch.tolist() for batch in loader]
        [[1, 3], [2, 0], [4, 5]]
        >>> _ = generator.manual_seed(3)
        >>> [batch.tolist() for batch in loader.iterate(start=1)]
        [[2, 0], [4, 5]]
        """
        whole_number("start", start, 0, len(self), ", the number of batches")
        # DataLoader draws a seed for its worker processes here, even when it has none
        torch.empty((), dtype=torch.int64, device="cpu").random_(generator=self.generator)
        return self._batches(start)

    def _batches(self, start: int) -> Iterator[Any]:
        order, generator = self._rows, self.generator
        if self.shuffle:
            if generator is None:
                seed = int(torch.empty((), dtype=torch.int64, device="cpu").random_())
                generator = torch.Generator().manual_seed(seed)
            shuffled = torch.randperm(self._samples, generator=generator, device="cpu")
            order = shuffled if order is None else order[shuffled]
        size = min(self.batch_size, self._samples)  # a batch_size beyond int64 too is just one batch
        chunks = None if order is None else torch.split(order.to(self._tensors[0].device), size)
        full = self._samples // self.batch_size
        for batch in range(start, full):
            yield self._take(batch, chunks)
        if self.shuffle:
            # RandomSampler draws one order more before it ends; leaving it out would change the next epoch
            torch.randperm(self._samples, generator=generator, device="cpu")
        if max(start, full) < len(self):
            yield self._take(full, chunks)

    def _take(self, batch: int, chunks: tuple[Tensor, ...] | None) -> Any:
        if chunks is None:
            start = batch * self.batch_size
            rows = [tensor[start : start + self.batch_size].clone() for tensor in self._tensors]
        else:
            rows = [tensor.index_select(0, chunks[batch]) for tensor in self._tensors]
        return rows[0] if self._single else rows
