"""The refusals that fit torch's losses as well: logits that are probabilities, labels that are no class numbers."""

from __future__ import annotations

import math

from torch import Tensor

from course_lib.losses.inputs import holds, made_by


def refuse_sigmoid(loss: str, logits: Tensor) -> None:
    """Refuse logits that came out of a sigmoid, as autograd's graph tells.

    Args:
        loss: the loss that applies the sigmoid itself.
        logits: what it was given.

    Raises:
        ValueError: with the smallest loss that two sigmoids leave.

    >>> import torch
    >>> refuse_sigmoid("binary_cross_entropy", torch.zeros(2, requires_grad=True))
    """
    maker = made_by(logits)
    if maker in ("Sigmoid", "LogSigmoid", "Softmax"):
        raise ValueError(
            f"logits came out of a {maker.lower()}, but {loss} applies the sigmoid itself: after two, "
            "the loss of a 1 cannot fall under 0.3133. Give it the last layer's output; take the sigmoid only to read "
            "probabilities"
        )


def refuse_softmax(loss: str, logits: Tensor) -> None:
    """Refuse logits that came out of a softmax, as autograd's graph tells, or without a graph, the sums of the rows.

    Args:
        loss: the loss that applies softmax itself.
        logits: what it was given, shape (N, C, ...).

    Raises:
        ValueError: with the smallest loss that two softmaxes leave.

    >>> import torch
    >>> refuse_softmax("cross_entropy", torch.zeros(2, 3))
    """
    if made_by(logits) == "Softmax" or (logits.grad_fn is None and _rows_are_probabilities(logits)):
        floor = math.log(1 + (logits.shape[1] - 1) / math.e)
        raise ValueError(
            f"logits came out of a softmax, or sum to 1 like it, but {loss} applies softmax itself: after two, "
            f"the loss of {logits.shape[1]} classes cannot fall under {floor:.4f}. Give it the last layer's output; "
            "take softmax only to read probabilities"
        )


def _rows_are_probabilities(logits: Tensor) -> bool:
    def sum_to_one(rows: Tensor) -> Tensor:
        # rows that are all the same are a single piece of evidence, not many
        return ((rows.sum(1) - 1).abs() < 1e-5).all() & (rows >= 0).all() & (rows[0] != rows[-1]).any()

    # in half precision rows sum to 1 too often by chance
    return logits.dtype.itemsize >= 4 and holds(sum_to_one, logits)


def out_of_range(target: Tensor, classes: int) -> ValueError:
    """The error for class numbers that no class has, with what they may have been meant as.

    >>> import torch
    >>> print(out_of_range(torch.tensor([1, 3]), 3))
    target holds class numbers from 1 to 3, but 3 classes are numbered 0 to 2; numbered from 1? take target - 1
    """
    low, high = int(target.min()), int(target.max())
    says = f"target holds class numbers from {low} to {high}, but {classes} classes are numbered 0 to {classes - 1}"
    if low == -100:
        fix = "-100 marks samples to leave out: keep = target != -100, then give logits[keep] and target[keep]"
        return ValueError(f"{says}; every sample is to be left out: {fix}" if high == -100 else f"{says}; {fix}")
    return ValueError(f"{says}; {'numbered from 1? take target - 1' if low == 1 else 'is logits as wide as needed?'}")
