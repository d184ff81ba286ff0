"""Training, validation and test part; and every part in turn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Subset, TensorDataset

from course_lib.arguments import seeded, whole_number
from course_lib.datasets.table import Table

LARGEST = 100_000_000  # samples; their numbers alone take 0.8 GB


def _size(data: Any) -> int:
    if isinstance(data, int) and not isinstance(data, bool):
        size = data
    elif hasattr(data, "__len__") and hasattr(data, "__getitem__") and not isinstance(data, str | dict):
        size = len(data)
    else:
        raise TypeError(f"data should be a number of samples, or a data set with a length, got {type(data).__name__}")
    return whole_number("data", size, 2, LARGEST, " samples, to be split")


def _part(data: Any, rows: Tensor) -> Any:
    if isinstance(data, int):
        return rows
    if isinstance(data, Table):
        return data.take(rows)
    if isinstance(data, Tensor):
        return data[rows.to(data.device)]
    if type(data) is TensorDataset:
        return TensorDataset(*(tensor[rows.to(tensor.device)] for tensor in data.tensors))
    return Subset(data, rows.tolist())


def _order(size: int, seed: int | None) -> Tensor:
    if seed is None:
        return torch.arange(size)
    return torch.randperm(size, generator=seeded(seed))


def _labels(data: Any, stratify: Any, size: int) -> Tensor:
    if stratify is True:
        if not isinstance(data, Table | TensorDataset):
            raise TypeError(
                f"stratify=True needs a Table or a TensorDataset, got {type(data).__name__}: give the labels"
            )
        stratify = data.y if isinstance(data, Table) else data.tensors[-1]
    if not isinstance(stratify, Tensor) or stratify.is_floating_point() or tuple(stratify.shape) != (size,):
        got = f"{stratify.dtype} {tuple(stratify.shape)}" if isinstance(stratify, Tensor) else repr(stratify)
        raise ValueError(f"stratify should be True, or class numbers, whole and of shape ({size},), got {got}")
    return stratify.cpu()


def _cut(group: Tensor, share: float) -> int:
    return math.floor(len(group) * share + 0.5)  # round() would go to the even neighbour


def split(data: Any, fractions: Sequence[float], seed: int | None = 0, stratify: Any = None) -> tuple[Any, ...]:
    """Cut data into parts, such as training, validation and test: each sample is in exactly one.

    Args:
        data: a Table, a tensor (N, ...), a TensorDataset, another data set with a length, or a number N of samples.
        fractions: the share of each part, above 0, together 1: (0.8, 0.1, 0.1).
        seed: who is in which part is drawn with it, the same each time. None cuts the data in the order they have,
            which is right for series in time: the last part is the latest.
        stratify: True for as large a share of each class in each part, to one sample, by the target of a Table or the
            last tensor of a TensorDataset; or the class numbers themselves (N,). It keeps a rare class from missing.

    Returns:
        The parts, of the data's kind: Table, tensor, TensorDataset; a Subset of another data set; for a number, int64
        tensors of sample numbers. Within a part the samples keep their order.

    Raises:
        ValueError: the fractions are not positive or not 1 together, a part would be empty, or the labels do not fit.
        TypeError: an argument is of the wrong kind.

    >>> split(10, (0.6, 0.2, 0.2), seed=1)
    (tensor([0, 1, 2, 5, 6, 8]), tensor([3, 9]), tensor([4, 7]))
    >>> split(10, (0.8, 0.2), seed=None)[1]
    tensor([8, 9])
    """
    size = _size(data)
    if not isinstance(fractions, Sequence) or not all(
        isinstance(share, int | float) and not isinstance(share, bool) for share in fractions
    ):
        raise TypeError(f"fractions should be numbers such as (0.8, 0.2), got {fractions!r}")
    if not all(share > 0 for share in fractions) or not math.isclose(sum(fractions), 1, abs_tol=1e-6):
        raise ValueError(f"fractions should each be above 0 and be 1 together, got {tuple(fractions)}")
    order = _order(size, seed)
    if stratify is None or stratify is False:
        groups = [order]
    else:
        labels = _labels(data, stratify, size)[order]
        groups = [order[labels == label] for label in sorted(set(labels.tolist()))]
    ends = [0.0, *(sum(fractions[:part]) for part in range(1, len(fractions))), 1.0]
    parts = []
    for share, start, end in zip(fractions, ends, ends[1:], strict=False):
        rows = torch.cat([group[_cut(group, start) : _cut(group, end)] for group in groups])
        if len(rows) == 0:
            raise ValueError(f"a share of {share} of {size} samples is none: give it more, or gather more data")
        parts.append(_part(data, rows.sort().values))
    return tuple(parts)


def k_fold(data: Any, k: int, seed: int | None = 0) -> list[tuple[Any, Any]]:
    """Each k-th of the data once as the validation part, with the rest to train on.

    The k validation scores together say more than one: each sample is in one validation part, and their spread shows
    how much of a score is chance.

    Args:
        data: as in `split`.
        k: number of parts, 2 to N; they differ by one sample at most.
        seed: as in `split`.

    Returns:
        k pairs (training, validation), each of the data's kind, as `split` gives them.

    Raises:
        ValueError: `k` is out of range.
        TypeError: an argument is of the wrong kind.

    >>> for training, validation in k_fold(5, k=2, seed=0):
    ...     print(training.tolist(), validation.tolist())
    [2, 3] [0, 1, 4]
    [0, 1, 4] [2, 3]
    """
    size = _size(data)
    whole_number("k", k, 2, size, ", the number of samples")
    folds = torch.tensor_split(_order(size, seed), k)
    pairs = []
    for fold, chosen in enumerate(folds):
        rest = torch.cat([*folds[:fold], *folds[fold + 1 :]])
        pairs.append((_part(data, rest.sort().values), _part(data, chosen.sort().values)))
    return pairs
