"""Gradient descent, the formula from which the others start."""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch.optim.optimizer import ParamsT

from course_lib.optimizers.multi_tensor import MultiTensorOptimizer
from course_lib.optimizers.run import Run


class GradientDescent(MultiTensorOptimizer):
    """Gradient descent: every parameter takes a step against its gradient.

    θ ← θ - η (g + λ θ), with g = ∂L/∂θ as `loss.backward()` left it, the learning rate η and the weight decay λ. The
    term λ θ is the gradient of the L2 penalty λ/2 ‖θ‖², which draws weights towards zero. With the gradient of one
    batch instead of all samples it is stochastic gradient descent; the formula is the same.

    Args:
        params: parameters, such as `model.parameters()`, or dicts of parameter groups with their own `lr` and
            `weight_decay`.
        lr: the learning rate η ≥ 0.
        weight_decay: λ ≥ 0.

    Raises:
        ValueError: `lr` or `weight_decay` is negative or not finite; no parameters.
        TypeError: `lr` or `weight_decay` is not a number; a parameter is complex or of whole numbers.
        RuntimeError: in `step`, a gradient is sparse.

    Source: `torch.optim.SGD` without momentum gives the same numbers,
    https://pytorch.org/docs/stable/generated/torch.optim.SGD.html

    >>> theta = torch.tensor([2.0], requires_grad=True)
    >>> optimizer = GradientDescent([theta], lr=0.1)
    >>> (theta**2).sum().backward()  # g = 2 θ = 4
    >>> optimizer.step()
    >>> theta.detach()
    tensor([1.6000])
    >>> later = torch.zeros(1, requires_grad=True)
    >>> optimizer.add_param_group({"params": [later], "lr": 0.01})
    >>> [group["lr"] for group in optimizer.param_groups]
    [0.1, 0.01]
    """

    ranges: ClassVar[dict[str, float]] = {"lr": math.inf, "weight_decay": math.inf}

    def __init__(self, params: ParamsT, lr: float, weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    def update(self, run: Run) -> None:
        """θ ← θ - η g, in place."""
        g = run.decayed_gradients()
        torch._foreach_add_(run.weights, g, alpha=-run.group["lr"])
