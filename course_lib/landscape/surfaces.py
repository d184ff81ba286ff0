"""Named loss surfaces of one or two parameters, small enough to draw."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.landscape.curvature import Function


@dataclass(frozen=True)
class Surface:
    """A loss that one can draw: a function of one or two parameters, called like a function.

    Attributes:
        name: what the course calls it.
        function: maps points, shape (..., dimension), to losses, shape (...).
        dimension: number of parameters.
        start: a point from which descent shows what the surface is for.
        domain: the part worth drawing, (low, high) for each parameter.

    Raises:
        TypeError: called with something that is no float tensor.
        ValueError: called with points of another dimension.

    >>> bowl(torch.tensor([[0.0, 0.0], [1.0, 2.0]]))
    tensor([0., 5.])
    >>> bumpy.start, bumpy.domain
    ((1.8,), ((-2.0, 2.0),))
    """

    name: str
    function: Function
    dimension: int
    start: tuple[float, ...]
    domain: tuple[tuple[float, float], ...]

    def __call__(self, points: Tensor) -> Tensor:
        if not isinstance(points, Tensor) or not points.is_floating_point():
            shown = points.dtype if isinstance(points, Tensor) else type(points).__name__
            raise TypeError(f"{self.name} takes a float tensor, got {shown}; try torch.tensor({self.start})")
        if points.ndim == 0 or points.shape[-1] != self.dimension:
            raise ValueError(f"{self.name} takes points of shape (..., {self.dimension}), got {tuple(points.shape)}")
        return self.function(points)


def _square(p: Tensor) -> Tensor:
    return (p**2).sum(-1)


def _bumpy(w: Tensor) -> Tensor:
    return (w**2 - 1) ** 2 + 0.3 * w + 0.5


bumpy = Surface("bumpy", lambda p: _bumpy(p[..., 0]), 1, (1.8,), ((-2.0, 2.0),))
"""(w² - 1)² + 0.3 w + 0.5: a local minimum at w ≈ 0.96, where gradient descent from the start stays, a maximum at
w ≈ 0.08, the global minimum at w ≈ -1.04."""

bowl = Surface("bowl", _square, 2, (-1.5, 1.0), ((-2.0, 2.0), (-2.0, 2.0)))
"""w1² + w2²: equally steep in every direction; the gradient points straight away from the minimum (0, 0)."""

ravine = Surface(
    "ravine", lambda p: (p[..., 0] ** 2 + 50 * p[..., 1] ** 2) / 2, 2, (-4.0, 1.0), ((-5.0, 5.0), (-1.5, 1.5))
)
"""(w1² + 50 w2²) / 2: curvatures 1 and 50. A rate over 2/50 diverges across it; one under that is slow along it."""

saddle = Surface(
    "saddle",
    lambda p: p[..., 0] ** 2 - p[..., 1] ** 2 + p[..., 1] ** 4 / 4,
    2,
    (1.5, 0.0),
    ((-2.0, 2.0), (-2.0, 2.0)),
)
"""w1² - w2² + w2⁴/4: a saddle at (0, 0), to which the start leads exactly, between minima of value -1 at (0, ±√2)."""

hill = Surface("hill", lambda p: torch.exp(-_square(p)), 2, (0.1, 0.05), ((-2.0, 2.0), (-2.0, 2.0)))
"""exp(-w1² - w2²): a maximum at (0, 0); descent leaves it, and slows down where the surface flattens."""

plateau = Surface("plateau", lambda p: 1 - torch.exp(-_square(p) / 2), 2, (3.5, 1.0), ((-5.0, 5.0), (-5.0, 5.0)))
"""1 - exp(-(w1² + w2²) / 2): a minimum at (0, 0), around it a plain where the gradient is tiny, though never zero."""

valleys = Surface("valleys", lambda p: _bumpy(p[..., 0]) + p[..., 1] ** 2, 2, (1.8, 1.0), ((-2.0, 2.0), (-2.0, 2.0)))
"""bumpy(w1) + w2²: a local minimum at (0.96, 0), the global one at (-1.04, 0), and on the ridge between them a saddle,
at (0.08, 0), the lowest pass."""
