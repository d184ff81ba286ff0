"""A surface as the mean loss of examples: its gradient is then known by batches only, as in training."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from course_lib.arguments import real_number
from course_lib.landscape.curvature import Function
from course_lib.landscape.surfaces import Surface

EXAMPLES = 64
_SCALE = math.sqrt((EXAMPLES**2 - 1) / 3)  # the standard deviation of -63, -61, ..., 61, 63


def _draws(seed: int = 42) -> Iterator[int]:
    """Park and Miller's pseudo-random numbers, products of which a browser's numbers hold without rounding."""
    while True:
        seed = 16807 * seed % 2147483647
        yield seed


def _order(draws: Iterator[int]) -> list[int]:
    order = list(range(EXAMPLES))
    for last in range(EXAMPLES - 1, 0, -1):
        other = next(draws) % (last + 1)
        order[last], order[other] = order[other], order[last]
    return order


def _table(draws: Iterator[int]) -> list[list[int]]:
    # whole numbers, so that the sum over all examples is exactly 0
    return [[2 * place - (EXAMPLES - 1) for place in _order(draws)] for _ in range(2)]


def example_slopes() -> Tensor:
    """The slopes ε_i that set the 64 examples of `in_batches` apart, at noise 1.

    Returns:
        Shape (64, 2), float64; each column has mean 0 and standard deviation 1.

    >>> example_slopes()[:3]
    tensor([[-0.5143, -1.2721],
            [-0.9473, -1.3804],
            [-0.5684,  0.2436]], dtype=torch.float64)
    """
    return torch.tensor(_table(_draws()), dtype=torch.float64).T / _SCALE


def in_batches(surface: Surface, batch_size: int, noise: float = 1.0) -> Function:
    """The loss of mini-batches of 64 examples, whose mean is the surface: each call takes the next batch.

    Example i has the loss L_i(θ) = L(θ) + noise · ε_i · θ with the ε_i of `example_slopes`, so the gradient of a batch
    is that of the surface plus noise times the mean of its ε_i. In each epoch all examples come, in an order drawn anew
    by a fixed generator: the same batches each time this function is called.

    Args:
        surface: the mean L of all losses.
        batch_size: 1, 2, 4, 8, 16, 32 or 64; with 64 nothing of the noise is left.
        noise: standard deviation of the examples' slopes in each parameter, at least 0.

    Returns:
        A function from points, shape (..., dimension), to losses, shape (...), such as `descend` takes, which calls it
        once a step.

    Raises:
        TypeError: `surface` is no Surface, `batch_size` no whole number, or `noise` no number.
        ValueError: `batch_size` does not divide 64, or `noise` is negative.

    >>> from course_lib.landscape import bowl, gradient
    >>> theta = torch.tensor([1.0, 0.0])
    >>> loss = in_batches(bowl, batch_size=16)
    >>> epoch = torch.stack([gradient(loss, theta) for _ in range(4)])
    >>> epoch
    tensor([[ 1.5162,  0.4703],
            [ 1.9966, -0.0812],
            [ 2.0981, -0.2436],
            [ 2.3891, -0.1455]])
    >>> torch.allclose(epoch.mean(0), gradient(bowl, theta))
    True
    """
    if not isinstance(surface, Surface):
        raise TypeError(f"surface should be a Surface such as bowl, got {surface!r}")
    if isinstance(batch_size, bool) or not isinstance(batch_size, int):
        raise TypeError(f"batch_size should be a whole number, got {batch_size!r}")
    if batch_size < 1 or EXAMPLES % batch_size:
        raise ValueError(f"batch_size should be one of 1, 2, 4, ..., {EXAMPLES}, got {batch_size}")
    noise = real_number("noise", noise, 0)
    draws = _draws()
    table = _table(draws)[: surface.dimension]
    left: list[int] = []

    def loss(points: Tensor) -> Tensor:
        value = surface(points)  # before a batch is taken, as it may refuse the points
        if not left:
            left.extend(_order(draws))
        batch = [left.pop() for _ in range(batch_size)]
        shift = [noise * (sum(column[i] for i in batch) / (batch_size * _SCALE)) for column in table]
        return value + (points * points.new_tensor(shift)).sum(-1)

    return loss
