"""Schedules of the learning rate: functions that give, for the number of the step, a factor on the rate.

They go into `torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)`, whose `step()` is called after each step of the
optimizer (or after each epoch: then the number is the epoch's).
"""

from __future__ import annotations

import math
from collections.abc import Callable

Schedule = Callable[[int], float]


def constant() -> Schedule:
    """The rate stays: the factor is 1.

    >>> constant()(1000)
    1.0
    """

    def factor(step: int) -> float:
        _whole("step", step, at_least=0)
        return 1.0

    return factor


def step_decay(every: int, gamma: float = 0.1) -> Schedule:
    """The rate falls by a factor γ at once, after every so many steps: γ^⌊n / every⌋.

    Args:
        every: steps between two falls, ≥ 1.
        gamma: γ, > 0.

    Raises:
        TypeError, ValueError: an argument is no number or out of its range; so does the schedule if its step is.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html

    >>> [step_decay(every=2, gamma=0.5)(step) for step in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    _whole("every", every, at_least=1)
    _positive("gamma", gamma)

    def factor(step: int) -> float:
        return float(gamma ** (_whole("step", step, at_least=0) // every))

    return factor


def exponential(gamma: float) -> Schedule:
    """The rate falls by a factor γ in each step: γⁿ.

    Args:
        gamma: γ, > 0; such as 0.999.

    Raises:
        TypeError, ValueError: as `step_decay`.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html

    >>> [exponential(0.5)(step) for step in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """
    return step_decay(every=1, gamma=gamma)


def cosine(steps: int, floor: float = 0.0) -> Schedule:
    """The rate falls along half a cosine: floor + (1 - floor) (1 + cos(π n / steps)) / 2, and then stays at the floor.

    Args:
        steps: how many steps the fall takes, ≥ 1.
        floor: the last factor, from 0 to 1.

    Raises:
        TypeError, ValueError: as `step_decay`.

    Source: Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983, without restarts;
    `torch.optim.lr_scheduler.CosineAnnealingLR` rises again after `steps`.

    >>> [round(cosine(steps=4)(step), 4) for step in range(6)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]
    """
    _whole("steps", steps, at_least=1)
    if _number("floor", floor) < 0 or floor > 1:
        raise ValueError(f"floor should be a factor from 0 to 1, got {floor!r}")

    def factor(step: int) -> float:
        done = min(_whole("step", step, at_least=0) / steps, 1.0)
        return floor + (1 - floor) * (1 + math.cos(math.pi * done)) / 2

    return factor


def inverse_square_root(timescale: float = 1.0) -> Schedule:
    """The rate falls as one over the root of time: 1 / √(1 + n / timescale).

    With timescale 1 it is the lecture's η / √(t + 1), under which plain gradient descent converges where a constant
    rate would not. `warm_up(w, inverse_square_root(w))` is the Transformer's schedule, scaled to a peak of 1.

    Args:
        timescale: > 0; after three times as many steps the rate has halved.

    Raises:
        TypeError, ValueError: as `step_decay`.

    Source: Vaswani et al. 2017, section 5.3, https://arxiv.org/abs/1706.03762

    >>> [inverse_square_root()(step) for step in (0, 3, 15)]
    [1.0, 0.5, 0.25]
    """
    _positive("timescale", timescale)

    def factor(step: int) -> float:
        return 1 / math.sqrt(1 + _whole("step", step, at_least=0) / timescale)

    return factor


def warm_up(steps: int, then: Schedule, start: float | None = None) -> Schedule:
    """The rate rises along a line from `start` to 1 within so many steps; then another schedule begins, at its step 0.

    Args:
        steps: how many steps the rise takes, ≥ 1.
        then: the schedule that goes on, such as `cosine(1000)` or `constant()`.
        start: the first factor, from 0 to 1; by default 1 / (steps + 1), as far above 0 as one step rises.

    Raises:
        TypeError, ValueError: as `step_decay`; `then` is no function.

    Source: Goyal et al. 2017, section 2.2, https://arxiv.org/abs/1706.02677; the numbers are those of
    `torch.optim.lr_scheduler.LinearLR` followed, in a `SequentialLR`, by another.

    >>> [warm_up(3, then=exponential(0.5))(step) for step in range(6)]
    [0.25, 0.5, 0.75, 1.0, 0.5, 0.25]
    """
    _whole("steps", steps, at_least=1)
    if not callable(then):
        raise TypeError(f"then should be a schedule such as cosine(1000) or constant(), got {then!r}")
    first = 1 / (steps + 1) if start is None else _number("start", start)
    if not 0 <= first <= 1:
        raise ValueError(f"start should be a factor from 0 to 1, got {start!r}")

    def factor(step: int) -> float:
        if _whole("step", step, at_least=0) < steps:
            return first + (1 - first) * step / steps
        return then(step - steps)

    return factor


def _whole(name: str, value: int, at_least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} should be a whole number, got {value!r}")
    if value < at_least:
        raise ValueError(f"{name} should be at least {at_least}, got {value}")
    return value


def _number(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} should be a number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} should be finite, got {value!r}")
    return value


def _positive(name: str, value: float) -> None:
    if _number(name, value) <= 0:
        raise ValueError(f"{name} should be above 0, got {value!r}")
