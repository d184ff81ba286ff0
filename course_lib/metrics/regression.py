"""Metrics for numbers: the mean absolute error, and the share of the variance that is explained."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lib.metrics.metric import Metric, wide


def _same_shape(outputs: Tensor, targets: Tensor) -> None:
    if outputs.shape != targets.shape:
        shapes = f"outputs {tuple(outputs.shape)} and targets {tuple(targets.shape)}"
        raise ValueError(
            f"outputs and targets should have the same shape, got {shapes}; (N, 1) loses its 1 by squeeze(1)"
        )


class MeanAbsoluteError(Metric):
    """Mean of |ŷ - y|, in the unit of y.

    >>> MeanAbsoluteError()(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 5.0]))
    tensor(1.5000, dtype=torch.float64)
    """

    def sums_of(self, outputs: Tensor, targets: Tensor) -> Tensor:
        _same_shape(outputs, targets)
        return (wide(outputs) - wide(targets)).abs().sum()

    def value(self, sums: Tensor, count: int) -> Tensor:
        return sums / count


class R2(Metric):
    """Coefficient of determination, R² = 1 - Σ(ŷ - y)² / Σ(y - ȳ)²: 1 is perfect, 0 no better than the mean ȳ.

    Σ(y - ȳ)² = Σy² - (Σy)² / N, summed in float64. NaN or -inf where all targets are the same.

    >>> R2()(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.0, 4.0])).round(decimals=4)
    tensor(0.7857, dtype=torch.float64)
    """

    def sums_of(self, outputs: Tensor, targets: Tensor) -> Tensor:
        _same_shape(outputs, targets)
        y = wide(targets)
        return torch.stack((((wide(outputs) - y) ** 2).sum(), y.sum(), (y**2).sum()))

    def value(self, sums: Tensor, count: int) -> Tensor:
        errors, total, squares = sums
        score: Tensor = 1 - errors / (squares - total**2 / count)
        return score
