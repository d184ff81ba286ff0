"""Samples with what is known of them: names, units, source, licence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Samples with what is known of them.

    Attributes:
        x: features, shape (N, d), float32.
        y: target, shape (N,): int64 class numbers, or float32 numbers to regress.
        feature_names: names of the d columns of x.
        target_name: what y is.
        units: the unit of each feature and of the target, by name; "" where there is none, "not stated" where the
            source does not tell it.
        source: who measured it, and where it was published.
        licence: on what terms it may be used.
        class_names: name of each class number; empty for a regression.

    Raises:
        ValueError: the parts do not fit each other.
        TypeError: x or y is no tensor.

    >>> table = Table(torch.tensor([[3.0], [4.0]]), torch.tensor([9.0, 16.0]), ("side",), "area",
    ...               {"side": "m", "area": "m²"}, source="a ruler", licence="CC0")
    >>> table
    Table(2 samples, 1 feature, target: area in m²)
    """

    x: Tensor
    y: Tensor
    feature_names: tuple[str, ...]
    target_name: str
    units: Mapping[str, str]
    source: str
    licence: str
    class_names: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for name, value in (("x", self.x), ("y", self.y)):
            if not isinstance(value, Tensor):
                raise TypeError(f"{name} should be a tensor, got {type(value).__name__}")
        if self.x.ndim != 2 or self.y.shape != self.x.shape[:1]:
            shapes = f"x {tuple(self.x.shape)} and y {tuple(self.y.shape)}"
            raise ValueError(f"x should have shape (N, d) and y shape (N,), got {shapes}")
        if len(self.feature_names) != self.x.shape[1]:
            raise ValueError(f"x has {self.x.shape[1]} columns, but feature_names has {len(self.feature_names)}")
        missing = {*self.feature_names, self.target_name} - set(self.units)
        if missing:
            raise ValueError(f"units should name the unit of each column, missing: {', '.join(sorted(missing))}")

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Sample `index`, as `DataLoader` asks for it: its features (d,) and its target ()."""
        return self.x[index], self.y[index]

    def take(self, rows: Tensor) -> Table:
        """The table of some samples: `rows` are their numbers, int64, or one bool for each sample."""
        if not isinstance(rows, Tensor) or rows.dtype not in (torch.int64, torch.bool):
            raise TypeError(f"rows should be a tensor of int64 or bool, got {getattr(rows, 'dtype', rows)!r}")
        size, flags = len(self), rows.dtype == torch.bool
        if rows.ndim != 1 or (flags and len(rows) != size):
            raise ValueError(f"rows should have shape (n,), or ({size},) if bool, got {tuple(rows.shape)}")
        if not flags and len(rows) and not -size <= int(rows.min()) <= int(rows.max()) < size:
            raise ValueError(f"rows should be below {size}, the number of samples, got {int(rows.max())}")
        rows = rows.to(self.x.device)
        return replace(self, x=self.x[rows], y=self.y[rows])

    def __repr__(self) -> str:
        features = f"{len(self.feature_names)} feature{'s' if len(self.feature_names) != 1 else ''}"
        if self.class_names:
            kind = f", {len(self.class_names)} classes"
        else:
            kind = f" in {self.units[self.target_name]}" if self.units[self.target_name] else ""
        return f"Table({len(self)} samples, {features}, target: {self.target_name}{kind})"
