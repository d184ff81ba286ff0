"""Loss surfaces, and what their gradient and Hessian say about a point.

The lecture's question "training has stopped: is this a minimum or a saddle?" is answered by the eigenvalues of the
Hessian matrix at a critical point (Taylor's expansion to second order). The named surfaces are small enough to draw;
`flat_loss` makes a surface of the same kind out of a network's loss.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

Function = Callable[[Tensor], Tensor]
Kind = Literal["minimum", "maximum", "saddle", "degenerate", "not critical"]


def _point(point: Tensor) -> Tensor:
    if not isinstance(point, Tensor) or point.ndim != 1 or not point.is_floating_point():
        shown = f"{tuple(point.shape)} of {point.dtype}" if isinstance(point, Tensor) else type(point).__name__
        raise ValueError(f"point should be a float tensor of shape (d,), got {shown}; try torch.tensor([0.0, 0.0])")
    return point.detach().clone().requires_grad_()


def _value(function: Function, point: Tensor) -> Tensor:
    value = function(point)
    if not isinstance(value, Tensor) or value.numel() != 1:
        raise ValueError("function should give one number for a point of shape (d,); take the sum or the mean")
    return value.reshape(())


def gradient(function: Function, point: Tensor) -> Tensor:
    """∇f at a point.

    Args:
        function: maps a tensor of shape (d,) to one number.
        point: float tensor of shape (d,).

    Returns:
        Shape (d,).

    Raises:
        ValueError: the point is not a float vector, or the function does not give one number.

    >>> gradient(lambda p: p[0] ** 2 - p[1] ** 2, torch.tensor([1.0, 1.0]))
    tensor([ 2., -2.])
    """
    point = _point(point)
    slope: Tensor = torch.autograd.grad(_value(function, point), point)[0]
    return slope


def hessian(function: Function, point: Tensor) -> Tensor:
    """H at a point: H_ij = ∂²f / ∂p_i ∂p_j.

    Args:
        function: maps a tensor of shape (d,) to one number, twice differentiable there.
        point: float tensor of shape (d,).

    Returns:
        Shape (d, d), symmetric.

    Raises:
        ValueError: as `gradient`.

    >>> hessian(lambda p: p[0] ** 2 - p[1] ** 2, torch.zeros(2))
    tensor([[ 2.,  0.],
            [ 0., -2.]])
    """
    point = _point(point)
    # torch ships no types for this function
    matrix: Tensor = torch.autograd.functional.hessian(lambda p: _value(function, p), point)  # type: ignore[no-untyped-call]
    return (matrix + matrix.T) / 2


def eigenvalues(function: Function, point: Tensor) -> Tensor:
    """Eigenvalues of the Hessian, ascending: the curvatures along its eigenvectors.

    >>> eigenvalues(lambda p: p[0] ** 2 - p[1] ** 2, torch.zeros(2))
    tensor([-2.,  2.])
    """
    values: Tensor = torch.linalg.eigvalsh(hessian(function, point))
    return values


def classify(function: Function, point: Tensor, tolerance: float = 1e-6) -> Kind:
    """The kind of a point, told by gradient and eigenvalues.

    Args:
        function: maps a tensor of shape (d,) to one number.
        point: float tensor of shape (d,).
        tolerance: a gradient norm or eigenvalue at most this large counts as zero.

    Returns:
        "not critical" if the gradient is not zero; "saddle" if eigenvalues of both signs exist; "minimum" or "maximum"
        if all are positive or negative; else "degenerate": one is zero and the Hessian does not decide.

    >>> classify(lambda p: (p**2).sum(), torch.zeros(2))
    'minimum'
    >>> classify(lambda p: (p**4).sum(), torch.zeros(2))
    'degenerate'
    """
    if gradient(function, point).norm() > tolerance:
        return "not critical"
    curvatures = eigenvalues(function, point)
    down, up = bool((curvatures < -tolerance).any()), bool((curvatures > tolerance).any())
    if down and up:
        return "saddle"
    if bool((curvatures.abs() <= tolerance).any()):
        return "degenerate"
    return "minimum" if up else "maximum"


def escape(function: Function, point: Tensor, step: float = 0.1) -> Tensor:
    """Leave a saddle along the eigenvector u of the most negative eigenvalue: the lower of p + step·u and p - step·u.

    Near a critical point f(p + s·u) ≈ f(p) + λ s² / 2, which is lower when λ < 0.

    Raises:
        ValueError: no eigenvalue is negative, so no such direction exists; or as `gradient`.

    >>> escape(lambda p: p[0] ** 2 - p[1] ** 2, torch.zeros(2)).abs()
    tensor([0.0000, 0.1000])
    """
    values, vectors = torch.linalg.eigh(hessian(function, point))
    if values[0] >= 0:
        raise ValueError(f"the smallest eigenvalue is {values[0].item():.3g}: nothing curves down from this point")
    move: Tensor = step * vectors[:, 0]
    return point + move if function(point + move) < function(point - move) else point - move


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
    >>> classify(hill, torch.zeros(2))
    'maximum'
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


bumpy = Surface("bumpy", lambda p: (p[..., 0] ** 2 - 1) ** 2 + 0.3 * p[..., 0] + 0.5, 1, (1.8,), ((-2.0, 2.0),))
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

    >>> descend(bowl, lambda params: torch.optim.SGD(params, lr=0.25), (4.0, -2.0), steps=2)
    tensor([[ 4.0000, -2.0000],
            [ 2.0000, -1.0000],
            [ 1.0000, -0.5000]])
    """
    if isinstance(steps, bool) or not isinstance(steps, int):
        raise TypeError(f"steps should be a whole number, got {steps!r}")
    if steps < 0:
        raise ValueError(f"steps should be at least 0, got {steps}")
    if isinstance(optimizer, Optimizer) or not callable(optimizer):
        form = "lambda params: torch.optim.SGD(params, lr=0.1)"
        raise TypeError(f"optimizer should be a function such as {form}, got {optimizer!r}")
    point = _point(start if isinstance(start, Tensor) else torch.tensor(start, dtype=torch.get_default_dtype()))
    made = optimizer([point])
    if not isinstance(made, Optimizer):
        raise TypeError(f"optimizer should return a torch.optim.Optimizer, but returned {made!r}")

    def loss() -> float:
        value = _value(function, point)
        # not value.backward(): that would leave gradients in the weights of a model too
        point.grad = torch.autograd.grad(value, point)[0]
        return value.item()

    path = [point.detach().clone()]
    for _ in range(steps):
        made.step(loss)  # the closure, for the sake of optimizers that look at the loss several times a step
        path.append(point.detach().clone())
    return torch.stack(path)


def flat_parameters(model: nn.Module) -> Tensor:
    """A copy of all parameters of a model as one vector θ, in the order of `model.parameters()`.

    Returns:
        Shape (d,), d the number of parameters; a change to it leaves the model as it is.

    Raises:
        ValueError: the model has no parameters.

    >>> flat_parameters(nn.Linear(2, 3)).shape
    torch.Size([9])
    """
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError(f"{type(model).__name__} has no parameters, so its loss is no function of them")
    vector: Tensor = nn.utils.parameters_to_vector(parameters)
    return vector.detach().clone()


def flat_loss(model: nn.Module, criterion: Callable[[Any, Any], Tensor], inputs: Any, targets: Any) -> Function:
    """The loss as a function of the parameters alone, L(θ): the data stay, θ moves.

    Args:
        model: gives the shape of the function; its own parameters and buffers are not changed. Call `model.eval()`
            first if it has dropout, or L is another function each time.
        criterion: maps (outputs, targets) to one number, such as `nn.MSELoss()`.
        inputs: what the model takes.
        targets: what the criterion takes beside the model's outputs.

    Returns:
        A function from shape (d,) to one number, for `gradient`, `hessian`, `classify`, `escape`, `descend`.

    Raises:
        ValueError: the model has no parameters; later, a θ that is not of shape (d,).

    >>> model, x = nn.Linear(1, 1, bias=False), torch.tensor([[1.0], [2.0]])
    >>> loss = flat_loss(model, nn.MSELoss(), x, 3 * x)  # mean of (w x - 3 x)² = 2.5 (w - 3)²
    >>> loss(torch.tensor([1.0])), hessian(loss, torch.tensor([3.0]))
    (tensor(10.), tensor([[5.]]))
    """
    size = flat_parameters(model).numel()
    shapes = {name: parameter.shape for name, parameter in model.named_parameters()}

    def loss(theta: Tensor) -> Tensor:
        if theta.shape != (size,):
            raise ValueError(f"theta should have shape ({size},), as flat_parameters(model), got {tuple(theta.shape)}")
        pieces = torch.split(theta, [shape.numel() for shape in shapes.values()])
        weights = {name: piece.view(shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}
        # batch normalisation counts in its buffers: let it count in copies
        buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
        return criterion(torch.func.functional_call(model, {**weights, **buffers}, (inputs,)), targets)

    return loss
