"""The parameters that an optimizer's formula updates in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(slots=True)
class Run:
    """Parameters that a formula updates in one go: of one group, dtype and device, after equally many steps.

    >>> state = {"sum": torch.tensor([3.0])}
    >>> run = Run({"weight_decay": 0.5}, 1, [torch.tensor([2.0])], [torch.tensor([1.0])], [state])
    >>> run.decayed_gradients(), run.memory("sum")
    ([tensor([2.])], [tensor([3.])])
    """

    group: dict[str, Any]  # the numbers that hold for these weights, such as group["lr"]
    step: int  # which update of these weights this is, from 1; counted only where something is remembered
    weights: list[Tensor]  # of any shapes
    gradients: list[Tensor]  # ∂L/∂weight for each weight, of its shape
    states: list[dict[str, Any]]  # what is remembered of each weight
    numbers: int = 0  # in all weights

    def memory(self, name: str) -> list[Tensor]:
        """What is remembered under a name, one tensor for each weight."""
        return [state[name] for state in self.states]

    def decayed_gradients(self) -> list[Tensor]:
        """g + λ θ, the gradients of the loss with the penalty λ/2 ‖θ‖²; the gradients themselves where λ = 0."""
        if not self.group["weight_decay"]:
            return self.gradients
        return list(torch._foreach_add(self.gradients, self.weights, alpha=self.group["weight_decay"]))

    def factor(self, value: float) -> float | Tensor:
        """A number to multiply or divide tensors by, in the form that is fastest.

        Given a Python number, `torch._foreach_mul_` on a CPU makes a tensor of it for each weight anew; half-precision
        weights take it as it is, as they compute with more digits of it than they hold.
        """
        if self.weights[0].is_cpu and self.weights[0].dtype in (torch.float32, torch.float64):
            return torch.tensor(value, dtype=self.weights[0].dtype)
        return value
