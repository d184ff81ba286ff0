"""RMSProp: Adagrad that forgets."""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch.optim.optimizer import ParamsT

from course_lib.optimizers.multi_tensor import CACHED_NUMBERS, MultiTensorOptimizer
from course_lib.optimizers.run import Run


class RMSProp(MultiTensorOptimizer):
    """RMSProp: each weight's step is divided by the size of its recent gradients.

    v ← α v + (1 - α) g² and θ ← θ - η g / (√v + ε), all for each weight by itself, from v = 0; a weight decay λ adds
    λ θ to g. The lecture starts at σ = |g| of the first gradient, that is v = g²: from v = 0 the first v is only
    (1 - α) g², so the first step is 1/√(1 - α) times as long, ten times at α = 0.99. After n steps the two v differ by
    αⁿ g² of that first gradient.

    Args:
        params: parameters, such as `model.parameters()`, or dicts of parameter groups.
        lr: the learning rate η ≥ 0.
        alpha: α, how much of v is kept, from 0 to below 1.
        eps: ε ≥ 0, keeps from dividing by zero.
        weight_decay: λ ≥ 0.

    Raises:
        ValueError: a number is out of its range or not finite; no parameters.
        TypeError: a number is not a number; a parameter is complex or of whole numbers.
        RuntimeError: in `step`, a gradient is sparse.

    Source: Hinton's lecture 6, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf; the numbers
    are those of https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html

    >>> theta = torch.tensor([2.0], requires_grad=True)
    >>> optimizer = RMSProp([theta], lr=0.1, alpha=0.75)
    >>> (3 * theta).sum().backward()
    >>> optimizer.step()
    >>> theta.detach()  # 2 - 0.1 · 3/√(0.25 · 9)
    tensor([1.8000])
    """

    memories: ClassVar[tuple[str, ...]] = ("square_avg",)
    numbers_a_run: ClassVar[float] = CACHED_NUMBERS
    ranges: ClassVar[dict[str, float]] = {"lr": math.inf, "alpha": 1, "eps": math.inf, "weight_decay": math.inf}

    def __init__(
        self, params: ParamsT, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay})

    def update(self, run: Run) -> None:
        """v ← α v + (1 - α) g², then θ ← θ - η g / (√v + ε), in place."""
        g = run.decayed_gradients()
        v = run.memory("square_avg")
        torch._foreach_mul_(v, run.factor(run.group["alpha"]))
        torch._foreach_addcmul_(v, g, g, value=1 - run.group["alpha"])
        sigma = torch._foreach_sqrt(v)
        torch._foreach_add_(sigma, run.group["eps"])
        torch._foreach_addcdiv_(run.weights, g, sigma, value=-run.group["lr"])
