"""Gradient descent with momentum."""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch.optim.optimizer import ParamsT

from course_lib.optimizers.multi_tensor import MultiTensorOptimizer
from course_lib.optimizers.run import Run


class Momentum(MultiTensorOptimizer):
    """Gradient descent with momentum: a movement goes on, as that of a ball, and gradients only bend it.

    m ← μ m + g and θ ← θ - η m, from m = 0, so m is the sum of all gradients so far, each weighted by μ to the power
    of its age; a weight decay λ adds λ θ to g. The lecture writes m ← μ m - η g and θ ← θ + m: the same as long as η
    stays the same. When a schedule changes η, here it acts on the whole movement at once, there on new gradients only.

    Args:
        params: parameters, such as `model.parameters()`, or dicts of parameter groups.
        lr: the learning rate η ≥ 0.
        momentum: μ, from 0 (plain gradient descent) to below 1.
        weight_decay: λ ≥ 0.

    Raises:
        ValueError: a number is out of its range or not finite; no parameters.
        TypeError: a number is not a number; a parameter is complex or of whole numbers.
        RuntimeError: in `step`, a gradient is sparse.

    Source: `torch.optim.SGD` with momentum, without dampening, gives the same numbers,
    https://pytorch.org/docs/stable/generated/torch.optim.SGD.html

    >>> theta = torch.tensor([2.0], requires_grad=True)
    >>> optimizer = Momentum([theta], lr=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     theta.sum().backward()  # g = 1
    ...     optimizer.step()
    >>> theta.detach()  # 2 - 0.1 · 1 - 0.1 · (0.5 · 1 + 1)
    tensor([1.7500])
    """

    memories: ClassVar[tuple[str, ...]] = ("momentum_buffer",)
    ranges: ClassVar[dict[str, float]] = {"lr": math.inf, "momentum": 1, "weight_decay": math.inf}

    def __init__(self, params: ParamsT, lr: float, momentum: float = 0.9, weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    def update(self, run: Run) -> None:
        """m ← μ m + g, then θ ← θ - η m, in place."""
        g = run.decayed_gradients()
        m = run.memory("momentum_buffer")
        torch._foreach_mul_(m, run.factor(run.group["momentum"]))
        torch._foreach_add_(m, g)
        torch._foreach_add_(run.weights, m, alpha=-run.group["lr"])
