"""Adam, which joins momentum and RMSProp, and AdamW, which lets weights decay by themselves."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from course_lib.optimizers.multi_tensor import CACHED_NUMBERS, MultiTensorOptimizer
from course_lib.optimizers.ranges import check_number
from course_lib.optimizers.run import Run


class Adam(MultiTensorOptimizer):
    """Adam: RMSProp whose gradient is averaged too, both averages freed of their start at zero.

    m ← β₁ m + (1 - β₁) g and v ← β₂ v + (1 - β₂) g², from m = v = 0. After n steps their weights sum up to 1 - β₁ⁿ and
    1 - β₂ⁿ, so m̂ = m / (1 - β₁ⁿ) and v̂ = v / (1 - β₂ⁿ) are true averages: θ ← θ - η m̂ / (√v̂ + ε). All holds for
    each weight by itself; a weight decay λ adds λ θ to g.

    Args:
        params: parameters, such as `model.parameters()`, or dicts of parameter groups.
        lr: the learning rate η ≥ 0.
        betas: (β₁, β₂), each from 0 to below 1.
        eps: ε ≥ 0, keeps from dividing by zero.
        weight_decay: λ ≥ 0.

    Raises:
        ValueError: a number is out of its range or not finite; no parameters.
        TypeError: a number is not a number, `betas` not a pair; a parameter is complex or of whole numbers.
        RuntimeError: in `step`, a gradient is sparse.

    Source: Kingma and Ba 2015, https://arxiv.org/abs/1412.6980; the numbers are those of
    https://pytorch.org/docs/stable/generated/torch.optim.Adam.html

    >>> theta = torch.tensor([2.0], requires_grad=True)
    >>> optimizer = Adam([theta], lr=0.1)
    >>> (300 * theta).sum().backward()
    >>> optimizer.step()
    >>> theta.detach()  # the first step is η long, however large the gradient
    tensor([1.9000])
    """

    memories: ClassVar[tuple[str, ...]] = ("exp_avg", "exp_avg_sq")
    numbers_a_run: ClassVar[float] = CACHED_NUMBERS
    ranges: ClassVar[dict[str, float]] = {"lr": math.inf, "eps": math.inf, "weight_decay": math.inf}

    def __init__(
        self,
        params: ParamsT,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if not isinstance(group["betas"], tuple | list) or len(group["betas"]) != 2:
            raise TypeError(f"betas should be a pair of numbers such as (0.9, 0.999), got {group['betas']!r}")
        for place, beta in enumerate(group["betas"]):
            check_number(f"betas[{place}]", beta, bound=1)

    def update(self, run: Run) -> None:
        """m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², then θ ← θ - η m̂ / (√v̂ + ε), in place."""
        beta1, beta2 = run.group["betas"]
        m, v = run.memory("exp_avg"), run.memory("exp_avg_sq")
        g = self._decay(run)
        torch._foreach_lerp_(m, g, 1 - beta1)  # m + (1 - β₁) (g - m), the same as above in one operation
        torch._foreach_mul_(v, run.factor(beta2))
        torch._foreach_addcmul_(v, g, g, value=1 - beta2)
        sigma = torch._foreach_sqrt(v)
        torch._foreach_div_(sigma, run.factor((1 - beta2**run.step) ** 0.5))  # √v̂
        torch._foreach_add_(sigma, run.group["eps"])
        # 1 - β₁ⁿ divides the rate, not m: one number instead of all
        torch._foreach_addcdiv_(run.weights, m, sigma, value=-run.group["lr"] / (1 - beta1**run.step))

    def _decay(self, run: Run) -> list[Tensor]:
        return run.decayed_gradients()


class AdamW(Adam):
    """Adam whose weights decay by themselves: θ ← θ - η λ θ, then Adam's step with the bare gradient.

    Adam divides g + λ θ by √v̂, so weights with large gradients would hardly decay; here all decay alike, by the factor
    1 - η λ, which follows the schedule of η too.

    Args, Raises: as `Adam`; `weight_decay` is 0.01 unless given.

    Source: Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101; the numbers are those of
    https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html

    >>> theta = torch.tensor([2.0], requires_grad=True)
    >>> (300 * theta).sum().backward()
    >>> AdamW([theta], lr=0.1, weight_decay=0.5).step()
    >>> theta.detach()  # 2 · (1 - 0.1 · 0.5) - 0.1
    tensor([1.8000])
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)

    def _decay(self, run: Run) -> list[Tensor]:
        if run.group["weight_decay"]:
            torch._foreach_mul_(run.weights, run.factor(1 - run.group["lr"] * run.group["weight_decay"]))
        return run.gradients
