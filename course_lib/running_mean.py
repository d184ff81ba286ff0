"""The mean of numbers that stay on their device until somebody has to know."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from course_lib.distributed import Ranks


class RunningMean:
    """A mean over samples, from means over batches: a last, smaller batch counts for less.

    Reading a number from a GPU waits until the GPU has computed it. So `add` keeps tensors, and `read` fetches many at
    once.

    Args:
        ranks: the processes that share the work; they all call `read` and `mean` together.

    Attributes:
        pending: how many wait to be read.

    >>> mean = RunningMean()
    >>> mean.add(torch.tensor(1.0), 30)
    >>> mean.add(torch.tensor(4.0), 10)
    >>> mean.read(), mean.mean()
    ([1.0, 4.0], 1.75)
    """

    def __init__(self, ranks: Ranks | None = None) -> None:
        self._ranks = ranks or Ranks()
        self.reset()

    def reset(self) -> None:
        """Forget everything.

        >>> RunningMean().reset()
        """
        self._sum, self._weight = 0.0, 0.0
        self._values: list[Tensor] = []
        self._samples: list[float] = []
        self.pending = 0

    def add(self, value: Tensor, samples: float) -> None:
        """Take in a mean over so many samples, a tensor of one number, without reading it.

        >>> RunningMean().add(torch.tensor(0.5), 32)
        """
        self._values.append(value)
        self._samples.append(samples)
        self.pending += 1

    def read(self) -> list[float]:
        """Fetch what was added since the last time, each the mean over all processes.

        >>> RunningMean().read()
        []
        """
        values, samples = self._values, self._samples
        self._values, self._samples, self.pending = [], [], 0
        if len(values) == 1:
            numbers: list[float] = [values[0].item()]
        else:  # one copy from the device for all of them
            numbers = torch.stack(values).tolist() if values else []
        if self._ranks.size > 1:
            parts = [number * weight for number, weight in zip(numbers, samples, strict=True)]
            both = self._ranks.sum(parts + samples)
            samples = both[len(parts) :]
            numbers = [part / weight for part, weight in zip(both, samples, strict=False)]
        for number, weight in zip(numbers, samples, strict=True):
            self._sum += number * weight
            self._weight += weight
        return numbers

    def mean(self) -> float:
        """The mean of everything added; NaN where there was nothing.

        >>> RunningMean().mean()
        nan
        """
        self.read()
        return self._sum / self._weight if self._weight else float("nan")

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint in the middle of an epoch keeps.

        >>> RunningMean().state_dict()
        {'sum': 0.0, 'weight': 0.0}
        """
        self.read()
        return {"sum": self._sum, "weight": self._weight}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave.

        >>> mean = RunningMean()
        >>> mean.load_state_dict({"sum": 6.0, "weight": 2.0})
        >>> mean.mean()
        3.0
        """
        self._sum, self._weight = state["sum"], state["weight"]
