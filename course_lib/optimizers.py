"""Optimizers written as their formulas, to be read beside those of `torch.optim`, which they equal bit for bit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch.optim.optimizer import Optimizer, ParamsT


class GradientDescent(Optimizer):
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
        TypeError: `lr` or `weight_decay` is not a number.
        RuntimeError: in `step`, a gradient is sparse.

    Source: `torch.optim.SGD` without momentum gives the same numbers,
    https://pytorch.org/docs/stable/generated/torch.optim.SGD.html

    >>> theta = torch.tensor([2.0], requires_grad=True)
    >>> optimizer = GradientDescent([theta], lr=0.1)
    >>> (theta**2).sum().backward()  # g = 2 θ = 4
    >>> optimizer.step()
    >>> theta.detach()
    tensor([1.6000])
    """

    def __init__(self, params: ParamsT, lr: float, weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Take care of further parameters too, such as a layer that is unfrozen later.

        Args:
            param_group: "params", and where they differ from the constructor's, "lr" and "weight_decay".

        Raises:
            ValueError, TypeError: as the constructor.

        >>> first, later = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
        >>> optimizer = GradientDescent([first], lr=0.1)
        >>> optimizer.add_param_group({"params": [later], "lr": 0.01})
        >>> [group["lr"] for group in optimizer.param_groups]
        [0.1, 0.01]
        """
        for name in ("lr", "weight_decay"):
            value = param_group.get(name, self.defaults[name])
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise TypeError(f"{name} should be a number such as 0.01, got {value!r}")
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name} should be a finite number ≥ 0, got {value!r}")
        super().add_param_group(param_group)

    @torch.no_grad()  # the step itself is no part of the function whose gradient we want
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Change every parameter that has a gradient by the formula above, in place.

        Args:
            closure: computes the loss anew, with its gradients; not needed here, but other optimizers call it.

        Returns:
            The closure's loss, or None without a closure.

        Raises:
            RuntimeError: a gradient is sparse; no parameter has been changed.

        >>> theta = torch.tensor([2.0], requires_grad=True)
        >>> GradientDescent([theta], lr=0.5, weight_decay=1.0).step()  # no backward, no gradient: nothing happens
        >>> theta.detach()
        tensor([2.])
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        # a parameter that took no part in the loss has no gradient, and stays: it does not even decay
        active = [(group, p) for group in self.param_groups for p in group["params"] if p.grad is not None]
        for _, p in active:
            if p.grad.is_sparse:
                raise RuntimeError(
                    f"the gradient of a parameter of shape {tuple(p.shape)} is sparse, and GradientDescent, whose "
                    "weight decay changes every weight, takes dense ones only: make the layer with sparse=False, "
                    "or use torch.optim.SGD"
                )
        for group, p in active:
            # add(p, alpha=a) is + a·p and sub_(g, alpha=a) is -= a·g, rounded once: the last bit is torch.optim's too
            decayed = p.grad.add(p, alpha=group["weight_decay"]) if group["weight_decay"] != 0 else p.grad
            p.sub_(decayed, alpha=group["lr"])
        return loss
