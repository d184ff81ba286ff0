"""Walking down a surface with an optimizer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.optim import Optimizer

from course_lib.landscape.curvature import Function, point_of, value_of


def descend(
    function: Function, optimizer: Callable[[list[Tensor]], Optimizer], start: Tensor | Sequence[float], steps: int
) -> Tensor:
    """Walk down a surface with an optimizer, and keep the way.

    Args:
        function: a `Surface`, a `flat_loss`, or any function from shape (d,) to one number.
        optimizer: makes one for a list of parameters, such as `lambda params: torch.optim.SGD(params, lr=0.1)`.
        start: the first point: a float tensor of shape (d,), or numbers, such as `surface.start`.
        steps: number of steps, at least 0.

    Returns:
        The points, start first, shape (steps + 1, d). They are what the optimizer gave, infinite where it diverged.

    Raises:
        ValueError: `start` is not a float vector, `steps` is negative, or the function does not give one number.
        TypeError: `optimizer` does not make an optimizer, or `steps` is not a whole number.

    >>> from course_lib.landscape import bowl
    >>> descend(bowl, lambda params: torch.optim.SGD(params, lr=0.25), (4.0, -2.0), steps=2)
    tensor([[ 4.0000, -2.0000],
            [ 2.0000, -1.0000],
            [ 1.0000, -0.5000]])
    """
    if isinstance(steps, bool) or not isinstance(steps, int):
        raise TypeError(f"steps should be a whole number, got {steps!r}")
    if steps < 0:
        raise ValueError(f"steps should be at least 0, got {steps}")
    if isinstance(optimizer, Optimizer | type) or not callable(optimizer):
        form = "lambda params: torch.optim.SGD(params, lr=0.1)"
        raise TypeError(f"optimizer should be a function such as {form}, got {optimizer!r}")
    if not isinstance(start, Tensor):
        try:
            start = torch.tensor(start, dtype=torch.get_default_dtype())
        except (TypeError, ValueError, RuntimeError, OverflowError) as error:
            raise TypeError(f"start should be numbers, such as (1.0, 2.0), or a tensor, got {start!r}") from error
    point = point_of(start)
    made = optimizer([point])
    if not isinstance(made, Optimizer):
        raise TypeError(f"optimizer should return a torch.optim.Optimizer, but returned {made!r}")

    def loss() -> float:
        value = value_of(function, point)
        # not value.backward(): that would leave gradients in the weights of a model too
        point.grad = torch.autograd.grad(value, point)[0]
        return value.item()

    path = [point.detach().clone()]
    for _ in range(steps):
        made.step(loss)  # the closure, for the sake of optimizers that look at the loss several times a step
        path.append(point.detach().clone())
    return torch.stack(path)
