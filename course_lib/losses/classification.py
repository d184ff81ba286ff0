"""Losses for classes, from logits: cross-entropy of two classes, and of many."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lib.arguments import real_number
from course_lib.losses.inputs import Reduction, check, check_alike, full, holds, reduce
from course_lib.losses.refusals import out_of_range, refuse_sigmoid, refuse_softmax


def binary_cross_entropy(logits: Tensor, target: Tensor, reduction: Reduction = "mean") -> Tensor:
    """Cross-entropy of two classes, L = -1/N Σ_n [y_n ln σ(z_n) + (1 - y_n) ln(1 - σ(z_n))], from the logits z.

    -ln σ(z) = ln(e⁰ + e⁻ᶻ) and -ln(1 - σ(z)) = ln(e⁰ + eᶻ): as log-sum-exp neither overflows, while the formula as it
    stands meets ln 0 from z ≈ 17 on in float32.

    Args:
        logits: z, real scores, any shape; the probability of class 1 is σ(z).
        target: y, probabilities of class 1, mostly 0.0 or 1.0; of the same shape and dtype as logits.
        reduction: "mean" over all numbers, their "sum", or "none".

    Returns:
        Shape (), or for "none" the shape of logits.

    Raises:
        TypeError, FloatingPointError: as `mse`.
        ValueError: as `mse`; a target outside [0, 1] (on the CPU); logits that came out of a sigmoid, as
            autograd's graph tells. Without one it goes unseen: numbers between 0 and 1 may well be logits.

    Source: `torch.nn.functional.binary_cross_entropy_with_logits`.

    >>> binary_cross_entropy(torch.tensor([0.0, 1e4, -2.0]), torch.tensor([1.0, 1.0, 0.0]), reduction="none")
    tensor([0.6931, 0.0000, 0.1269])
    """
    check_alike("logits", logits, target, reduction)
    refuse_sigmoid("binary_cross_entropy", logits)
    if holds(lambda y: ((y < 0) | (y > 1)).any(), target):
        span = f"from {target.min().item():g} to {target.max().item():g}"
        raise ValueError(
            f"target should be 0 or 1 (or between), got numbers {span}; -1 and 1 become so by (target + 1) / 2"
        )
    z = full(logits)
    zero = z.new_zeros(())
    losses = target * torch.logaddexp(zero, -z) + (1 - target) * torch.logaddexp(zero, z)
    return reduce(losses, reduction, logits=logits, target=target)


def cross_entropy(
    logits: Tensor, target: Tensor, reduction: Reduction = "mean", *, label_smoothing: float = 0.0
) -> Tensor:
    """Cross-entropy of C classes, L = -1/N Σ_n ln y'_n, where y'_n is what softmax(z_n) gives sample n's own class.

    -ln softmax(z)_c = ln Σ_j e^{z_j} - z_c. The largest score is taken from every score first, which changes nothing
    and keeps the powers at most 1.

    Args:
        logits: z, real scores, shape (N, C) or (N, C, ...). Half precision is worked on in float32.
        target: class numbers from 0 to C - 1, int64, shape (N,) or (N, ...).
        reduction: "mean" over the samples, their "sum", or "none".
        label_smoothing: ε, 0 ≤ ε < 1: the target becomes 1 - ε at its class, plus ε / C at every class.

    Returns:
        Shape (), or for "none" the shape of target.

    Raises:
        TypeError: no tensors, or labels that are not int64.
        ValueError: shapes that do not fit (one-hot targets), one class only, an empty batch, an unknown reduction or
            smoothing; a label outside 0 to C - 1, -100 included, which torch passes over in silence (on the CPU; a GPU
            stops with a device-side assert); probabilities for logits. Those are found in two ways. Autograd's graph
            tells that a softmax made them, on any device, for nothing. Logits without a graph, on the CPU: all rows sum
            to 1 within 1e-5, nothing is negative, the rows differ. Of two rows of real scores that is true by chance
            about once in 10¹² batches, of more rows never.
        FloatingPointError: the loss is NaN (on the CPU).

    Source: `torch.nn.functional.cross_entropy`.

    >>> cross_entropy(torch.tensor([[3.0, 1.0, -3.0], [0.0, 1e4, 0.0]]), torch.tensor([0, 1]), reduction="none")
    tensor([0.1291, 0.0000])
    """
    check("logits", logits, target, reduction)
    _check_labels(logits, target)
    if not 0 <= real_number("label_smoothing", label_smoothing) < 1:
        raise ValueError(f"label_smoothing should be from 0 to under 1, got {label_smoothing!r}")
    refuse_softmax("cross_entropy", logits)
    scores = full(logits)
    shifted = scores - scores.detach().amax(1, keepdim=True)
    log_sum = shifted.exp().sum(1).log()
    try:
        own = shifted.gather(1, target.unsqueeze(1)).squeeze(1)
    except RuntimeError as error:
        raise out_of_range(target, logits.shape[1]) from error
    losses = log_sum - own
    if label_smoothing:
        losses = (1 - label_smoothing) * losses + label_smoothing * (log_sum - shifted.mean(1))
    return reduce(losses, reduction, logits=logits)


def _check_labels(logits: Tensor, target: Tensor) -> None:
    if logits.ndim < 2:
        raise ValueError(f"logits should have shape (N, C), got {tuple(logits.shape)}; a single sample is logits[None]")
    if logits.shape[1] == 1:
        fix = "two classes by one score are for binary_cross_entropy, numbers to regress for mse"
        raise ValueError(
            f"logits has shape {tuple(logits.shape)}, a single class, whose probability is always 1: {fix}"
        )
    wanted = tuple(logits.shape[:1] + logits.shape[2:])
    if target.shape != wanted:
        says = f"target should be one class number per sample, shape {wanted}, got shape {tuple(target.shape)}"
        if target.shape == logits.shape:
            raise ValueError(f"{says}: as many as logits, so one-hot or probabilities; take target.argmax(1)")
        fix = "take target.squeeze(1)" if target.shape == (len(logits), 1) else "are both from the same batch?"
        raise ValueError(f"{says}: {fix}")
    if target.dtype != torch.int64:
        raise TypeError(f"target should be class numbers, torch.int64, got {target.dtype}; take target.long()")
