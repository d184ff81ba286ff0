"""Losses for numbers: the mean squared and the mean absolute error."""

from __future__ import annotations

from torch import Tensor

from course_lib.losses.inputs import Reduction, check_alike, full, reduce


def mse(prediction: Tensor, target: Tensor, reduction: Reduction = "mean") -> Tensor:
    """Mean squared error, L = 1/N Σ_n (ŷ_n - y_n)², in the unit of y squared.

    Args:
        prediction: ŷ, floating point, any shape.
        target: y, of the same shape and dtype.
        reduction: "mean" over all numbers, their "sum", or "none" for the squares themselves.

    Returns:
        Shape (), or for "none" the shape of prediction.

    Raises:
        TypeError: no tensors, or dtypes that differ; a prediction in half precision, as autocast makes, is welcome.
        ValueError: shapes or devices that differ, an empty batch, an unknown reduction.
        FloatingPointError: the loss is NaN (on the CPU).

    Source: `torch.nn.functional.mse_loss`, which broadcasts (N, 1) against (N,) to N² errors, with a warning only.

    >>> import torch
    >>> mse(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.0, 5.0]))
    tensor(1.3333)
    """
    check_alike("prediction", prediction, target, reduction)
    return reduce((full(prediction) - target) ** 2, reduction, prediction=prediction, target=target)


def mae(prediction: Tensor, target: Tensor, reduction: Reduction = "mean") -> Tensor:
    """Mean absolute error, L = 1/N Σ_n |ŷ_n - y_n|, in the unit of y; its slope at ŷ = y is taken as 0.

    Takes, gives and refuses what `mse` does.

    Source: `torch.nn.functional.l1_loss`.

    >>> import torch
    >>> mae(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.0, 5.0]))
    tensor(0.6667)
    """
    check_alike("prediction", prediction, target, reduction)
    return reduce((full(prediction) - target).abs(), reduction, prediction=prediction, target=target)
