"""Adagrad: a learning rate of its own for every weight, smaller where gradients have been large."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import torch
from torch.optim.optimizer import ParamsT

from course_lib.optimizers.multi_tensor import CACHED_NUMBERS, MultiTensorOptimizer
from course_lib.optimizers.run import Run


class Adagrad(MultiTensorOptimizer):
    """Adagrad: each weight's step is divided by the size of all its gradients so far.

    S ← S + g² and θ ← θ - η g / (σ + ε), all for each weight by itself, from S = 0. In the n-th step σ = √S in the
    form "sum", which was published, and σ = √(S / n), the root mean square, in the form "mean", which the lecture
    shows. With ε = 0 a step of the mean form is √n times as long: with the sum steps shrink as 1/√n, with the mean
    they do not shrink where gradients stay the same. A weight decay λ adds λ θ to g.

    Args:
        params: parameters, such as `model.parameters()`, or dicts of parameter groups.
        lr: the learning rate η ≥ 0.
        form: "sum" or "mean".
        eps: ε ≥ 0, keeps from dividing by zero.
        weight_decay: λ ≥ 0.

    Raises:
        ValueError: a number is out of its range or not finite; `form` is another; no parameters.
        TypeError: a number is not a number; a parameter is complex or of whole numbers.
        RuntimeError: in `step`, a gradient is sparse.

    Source: Duchi, Hazan and Singer 2011, https://jmlr.org/papers/v12/duchi11a.html; the form "sum" gives the numbers
    of https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html

    >>> for form in ("sum", "mean"):
    ...     theta = torch.tensor([2.0], requires_grad=True)
    ...     optimizer = Adagrad([theta], lr=0.5, form=form)
    ...     for _ in range(2):
    ...         optimizer.zero_grad()
    ...         (3 * theta).sum().backward()
    ...         optimizer.step()
    ...     print(form, theta.detach())  # 2 - 0.5 · 3/3 - 0.5 · 3/√18, or 2 - 0.5 · 3/3 - 0.5 · 3/√(18/2)
    sum tensor([1.1464])
    mean tensor([1.])
    """

    memories: ClassVar[tuple[str, ...]] = ("sum",)
    numbers_a_run: ClassVar[float] = CACHED_NUMBERS
    ranges: ClassVar[dict[str, float]] = {"lr": math.inf, "eps": math.inf, "weight_decay": math.inf}

    def __init__(
        self,
        params: ParamsT,
        lr: float = 0.01,
        form: Literal["sum", "mean"] = "sum",
        eps: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "form": form, "eps": eps, "weight_decay": weight_decay})

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if group["form"] not in ("sum", "mean"):
            raise ValueError(f"form should be 'sum' or 'mean', got {group['form']!r}")

    def update(self, run: Run) -> None:
        """S ← S + g², σ = √S or √(S / n), then θ ← θ - η g / (σ + ε), in place."""
        g = run.decayed_gradients()
        sums = run.memory("sum")
        torch._foreach_addcmul_(sums, g, g)
        if run.group["form"] == "sum":
            sigma = torch._foreach_sqrt(sums)
        else:
            sigma = torch._foreach_div(sums, run.step)
            torch._foreach_sqrt_(sigma)
        torch._foreach_add_(sigma, run.group["eps"])
        torch._foreach_addcdiv_(run.weights, g, sigma, value=-run.group["lr"])
