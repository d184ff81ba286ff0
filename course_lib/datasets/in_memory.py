"""Data sets whose samples are rows of tensors: what can be taken many rows at a time."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Subset, TensorDataset

from course_lib.datasets.table import Table


def _plain(dataset: Any, kind: Any) -> bool:
    # a subclass may change its samples on the way out, and the loader would not see that
    return isinstance(dataset, kind) and type(dataset).__getitem__ is kind.__getitem__


def _unwrap(dataset: Any) -> tuple[Any, Tensor | None]:
    """What lies under the subsets, and which of its rows they choose, in order; None for all."""
    if not _plain(dataset, Subset):
        return dataset, None
    whole, rows = _unwrap(dataset.dataset)
    chosen = torch.as_tensor(dataset.indices, dtype=torch.int64, device="cpu")
    size = len(dataset.dataset)
    if chosen.numel() and not -size <= int(chosen.min()) <= int(chosen.max()) < size:
        raise ValueError(f"the indices of a Subset should be below {size}, its data set's length")
    chosen = chosen.remainder(size)  # -1 is the last one
    return whole, chosen if rows is None else rows[chosen]


def _tensors(dataset: Any) -> tuple[Tensor, ...]:
    if isinstance(dataset, Table):
        return dataset.x, dataset.y
    if _plain(dataset, TensorDataset):
        return tuple(dataset.tensors)
    if isinstance(dataset, Tensor):
        return (dataset,)
    if isinstance(dataset, tuple | list) and dataset and all(isinstance(item, Tensor) for item in dataset):
        return tuple(dataset)
    raise TypeError(
        "dataset should be a Table, a TensorDataset, a tensor, a tuple of tensors, or a Subset of these, got "
        f"{type(dataset).__name__}; for samples that are made one by one take torch.utils.data.DataLoader"
    )


def tensors_of(dataset: Any) -> tuple[tuple[Tensor, ...], Tensor | None, bool]:
    """The tensors behind a data set, the rows of them that belong to it, and whether it is a single tensor.

    Args:
        dataset: a Table, a TensorDataset, a tensor, a tuple of tensors (N, ...), or a Subset of one of these.

    Returns:
        The tensors, all with as many rows and on one device; int64 row numbers on the CPU, or None for all rows in
        order; True if a sample is a tensor, False if it is a tuple of them.

    Raises:
        TypeError: the samples are not in tensors.
        ValueError: the tensors do not fit each other, a Subset's index is out of range, or there are no samples.

    >>> tensors_of(Subset(torch.zeros(3), [0, -1]))
    ((tensor([0., 0., 0.]),), tensor([0, 2]), True)
    """
    whole, rows = _unwrap(dataset)
    tensors = _tensors(whole)
    if any(tensor.ndim == 0 for tensor in tensors) or len({len(tensor) for tensor in tensors}) != 1:
        shapes = ", ".join(str(tuple(tensor.shape)) for tensor in tensors)
        raise ValueError(f"the tensors should have as many rows each (first axis), got shapes {shapes}")
    if len({tensor.device for tensor in tensors}) != 1:
        devices = ", ".join(str(tensor.device) for tensor in tensors)
        raise ValueError(f"the tensors should be on one device, got {devices}: move them with course_lib.devices.to")
    if (len(tensors[0]) if rows is None else len(rows)) == 0:
        raise ValueError("dataset should hold at least one sample, it is empty")
    return tensors, rows, isinstance(whole, Tensor)
