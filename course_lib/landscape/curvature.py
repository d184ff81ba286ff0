"""Gradient, Hessian and its products at a point, the kind of a critical point, and the way out of a saddle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from course_lib.arguments import check_callable, real_number

Function = Callable[[Tensor], Tensor]
Kind = Literal["minimum", "maximum", "saddle", "degenerate", "not critical"]


def point_of(point: Tensor) -> Tensor:
    """A copy of a point that gradients can be taken at.

    Raises:
        ValueError: not a float tensor of shape (d,).

    >>> point_of(torch.tensor([1.0, 2.0]))
    tensor([1., 2.], requires_grad=True)
    """
    if not isinstance(point, Tensor) or point.ndim != 1 or not point.is_floating_point() or point.is_meta:
        shown = f"{tuple(point.shape)} of {point.dtype}" if isinstance(point, Tensor) else type(point).__name__
        raise ValueError(f"point should be a float tensor of shape (d,), got {shown}; try torch.tensor([0.0, 0.0])")
    return point.detach().clone().requires_grad_()


def value_of(function: Function, point: Tensor) -> Tensor:
    """f at a point, shape ().

    Raises:
        ValueError: the function does not give one number.

    >>> value_of(lambda p: p[:1], torch.tensor([1.0, 2.0]))
    tensor(1.)
    """
    check_callable("function", function, "a Surface or a flat_loss")
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
    point = point_of(point)
    slope: Tensor = torch.autograd.grad(value_of(function, point), point)[0]
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
    point = point_of(point)
    # torch ships no types for this function
    matrix: Tensor = torch.autograd.functional.hessian(lambda p: value_of(function, p), point)  # type: ignore[no-untyped-call]
    return (matrix + matrix.T) / 2


def hessian_vector_product(function: Function, point: Tensor, vector: Tensor) -> Tensor:
    """H v at a point, without ever forming H: the gradient of the number ∇f · v, in which v stays fixed.

    It costs about as much as a few gradients, and memory for d numbers where H has d². So it serves for points of
    millions of parameters. Repeated products find the largest and the smallest eigenvalue.

    Args:
        function: maps a tensor of shape (d,) to one number, twice differentiable there.
        point: float tensor of shape (d,).
        vector: v, of the point's shape and dtype.

    Returns:
        Shape (d,).

    Raises:
        ValueError: the vector is not like the point; or as `gradient`.

    Source: Pearlmutter 1994, *Fast exact multiplication by the Hessian*; here by differentiating twice.

    >>> saddle = lambda p: p[0] ** 2 - p[1] ** 2
    >>> hessian_vector_product(saddle, torch.zeros(2), torch.tensor([1.0, 3.0]))
    tensor([ 2., -6.])
    """
    point = point_of(point)
    if not isinstance(vector, Tensor) or vector.shape != point.shape or vector.dtype != point.dtype or vector.is_meta:
        shown = f"{tuple(vector.shape)} of {vector.dtype}" if isinstance(vector, Tensor) else type(vector).__name__
        raise ValueError(f"vector should be like the point, {tuple(point.shape)} of {point.dtype}, got {shown}")
    slope = torch.autograd.grad(value_of(function, point), point, create_graph=True)[0]
    if not slope.requires_grad:  # of a function that is linear, the gradient does not depend on the point
        return torch.zeros_like(point)
    product: Tensor = torch.autograd.grad(slope, point, vector.detach(), materialize_grads=True)[0]
    return product


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
    tolerance = real_number("tolerance", tolerance, 0)
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
    step = real_number("step", step, -1e30, 1e30)
    values, vectors = torch.linalg.eigh(hessian(function, point))
    if values[0] >= 0:
        raise ValueError(f"the smallest eigenvalue is {values[0].item():.3g}: nothing curves down from this point")
    move: Tensor = step * vectors[:, 0]
    return point + move if function(point + move) < function(point - move) else point - move
