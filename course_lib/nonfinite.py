"""Why a loss is NaN or infinite: what the batch, the weights and the losses before it say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value.detach()]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [tensor for part in inner for tensor in _tensors(part)]


def _bad(tensors: Sequence[Tensor]) -> int:
    return sum(int((~tensor.isfinite()).sum()) for tensor in tensors)


def _statistics(name: str, tensor: Tensor) -> str:
    text = f"{name} {str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
    good = tensor[tensor.isfinite()].double() if not tensor.is_complex() else tensor.new_zeros(0)
    if len(good):
        text += f" from {good.min():.4g} to {good.max():.4g}, mean {good.mean():.4g}"
    return text + f", {_bad([tensor])} not finite"


def explain(
    loss: float,
    where: str,
    batch: tuple[Any, Any],
    model: nn.Module | None,
    before: Sequence[float],
    half: bool = False,
) -> FloatingPointError:
    """The error for a loss that is no finite number, with the likely causes.

    Args:
        loss: NaN or ±inf.
        where: the step, in words.
        batch: (inputs, targets) that gave it.
        model: as it was for that batch; None where that is not known any more.
        before: the losses of the steps before.
        half: whether products are computed in float16.

    Returns:
        The error, to be raised.

    >>> import torch
    >>> print(explain(float("nan"), "step 3", (torch.tensor([[1.0, float("inf")]]), torch.tensor([0])),
    ...               nn.Linear(2, 2), [0.7, 0.6]))
    the loss is nan at step 3
      the batch: inputs float32 (1, 2) from 1 to 1, mean 1, 1 not finite
                 targets int64 (1,) from 0 to 0, mean 0, 0 not finite
      losses before: 0.7, 0.6
      likely cause: 1 of the inputs' numbers are NaN or infinite: remove or fill them in the data set
    """
    inputs, targets = (_tensors(part) for part in batch)
    causes = []
    for name, tensors in (("inputs", inputs), ("targets", targets)):
        if _bad(tensors):
            causes.append(
                f"{_bad(tensors)} of the {name}' numbers are NaN or infinite: remove or fill them in the data set"
            )
    if any(not target.is_floating_point() and len(target) and bool((target == -100).all()) for target in targets):
        causes.append("every label is -100, which cross-entropy ignores: a mean over no samples is 0 / 0")
    weights = [] if model is None else [name for name, p in model.named_parameters() if _bad([p.detach()])]
    recent = [abs(value) for value in before[-20:] if math.isfinite(value)]
    if weights or (len(recent) > 1 and recent[-1] > 10 * min(recent)):
        seen = f"weights are not finite any more ({weights[0]})" if weights else "the loss grew from step to step"
        causes.append(f"{seen}: the learning rate is too large; take a tenth of it, a warm-up, or clip=1.0")
    if any(t.is_floating_point() and t.numel() and bool((t.abs() > 1000).any()) for t in inputs) and not causes:
        causes.append("inputs are above 1000: standardise them (subtract the mean, divide by the deviation)")
    if half:
        causes.append("float16 ends at 65504: use precision='bfloat16', or none")
    if not causes:
        causes.append(
            "a log or a division by 0, a root of a negative number or exp of a large one, in the model or the loss; "
            "give the loss logits, not probabilities; torch.autograd.set_detect_anomaly(True) names the operation"
        )
    lines = [_statistics("inputs", tensor) for tensor in inputs] + [
        _statistics("targets", tensor) for tensor in targets
    ]
    text = f"the loss is {loss} at {where}\n  the batch: " + "\n             ".join(lines)
    text += f"\n  losses before: {', '.join(f'{value:.4g}' for value in before[-5:]) or 'none'}"
    return FloatingPointError(text + "".join(f"\n  likely cause: {cause}" for cause in causes))
