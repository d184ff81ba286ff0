"""What every metric is: sums over samples, and the value that follows from them."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor


class Metric(ABC):
    """A number, or several, that follows from sums over samples. A metric of your own defines the two methods below.

    Attributes:
        sums: sums over the samples so far, of any shape; None before the first batch.
        count: number of targets so far.

    Raises:
        TypeError: `update` gets something other than tensors.
        ValueError: a batch is empty or its shapes do not fit; `compute` comes before any `update`.

    >>> class MeanSquaredError(Metric):
    ...     def sums_of(self, outputs, targets):
    ...         return ((outputs - targets) ** 2).sum()
    ...     def value(self, sums, count):
    ...         return sums / count
    >>> metric = MeanSquaredError()
    >>> metric.update(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    >>> metric.update(torch.tensor([5.0]), torch.tensor([6.0]))
    >>> metric.compute()  # (0 + 4 + 1) / 3
    tensor(1.6667)
    """

    def __init__(self) -> None:
        self.reset()

    @abstractmethod
    def sums_of(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Sums over the samples of one batch, always of the same shape."""

    @abstractmethod
    def value(self, sums: Tensor, count: int) -> Tensor:
        """The metric, from the sums over all batches and the number of targets."""

    def reset(self) -> None:
        """Forget every batch."""
        self.sums: Tensor | None = None
        self.count = 0

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        """Add one batch: outputs of the model, and the targets."""
        check_tensors(outputs=outputs, targets=targets)
        if targets.numel() == 0:
            raise ValueError(f"targets is an empty batch, of shape {tuple(targets.shape)}: nothing to count")
        sums = self.sums_of(outputs.detach(), targets.detach())
        self.sums = sums if self.sums is None else self.sums + sums
        self.count += targets.numel()

    def compute(self) -> Tensor:
        """The metric over all batches since the last reset."""
        if self.sums is None:
            raise ValueError(f"{type(self).__name__} has seen no batch: call update(outputs, targets) before compute()")
        return self.value(self.sums, self.count)

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        before = self.sums, self.count
        self.reset()
        try:
            self.update(outputs, targets)
            return self.compute()
        finally:
            self.sums, self.count = before


def check_tensors(**arguments: object) -> None:
    """Raise TypeError for the first argument that is no tensor.

    >>> check_tensors(outputs=[1.0])
    Traceback (most recent call last):
    TypeError: outputs should be a tensor, got list; torch.as_tensor(outputs) is one
    """
    for name, given in arguments.items():
        if not isinstance(given, Tensor):
            raise TypeError(f"{name} should be a tensor, got {type(given).__name__}; torch.as_tensor({name}) is one")


def wide(values: Tensor) -> Tensor:
    """The same numbers in float64: float32 stops counting at 2²⁴. Apple's GPUs know nothing wider.

    >>> wide(torch.tensor([1, 2]))
    tensor([1., 2.], dtype=torch.float64)
    """
    return values.to(torch.float32 if values.device.type == "mps" else torch.float64)
