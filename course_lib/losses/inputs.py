"""What a loss may be given: every refusal names the argument, what came, what was expected, and the fix.

Types, shapes, dtypes and devices are checked always, as that takes no look at the numbers. The numbers themselves (NaN,
labels out of range) are looked at on the CPU only: on a GPU each look would make the host wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

Reduction = Literal["mean", "sum", "none"]

# operations that only arrange numbers: what made the numbers stands before them in the graph
_ARRANGE = frozenset(
    f"{name}Backward{variant}"
    for name in (
        "Clone",
        "Index",
        "Permute",
        "Select",
        "Slice",
        "Squeeze",
        "T",
        "ToCopy",
        "Transpose",
        "Unsqueeze",
        "View",
    )
    for variant in (0, 1, 2)
)


def made_by(tensor: Tensor) -> str:
    """The operation that made these numbers, as autograd's graph names it; "" for numbers without a graph.

    >>> made_by(torch.zeros(2, 3, requires_grad=True).softmax(1)[:, 0])
    'Softmax'
    """
    node = tensor.grad_fn
    while node is not None and node.name() in _ARRANGE:
        node = node.next_functions[0][0]
    return "" if node is None else node.name().removesuffix("Backward0")


def holds(condition: Callable[[Tensor], Tensor], numbers: Tensor) -> bool:
    """Are the numbers at hand, and is the condition true of them? Not on a GPU, in torch.compile or torch.vmap.

    >>> [holds(lambda x: (x > 0).all(), torch.ones(2, device=device)) for device in ("cpu", "meta")]
    [True, False]
    """
    if numbers.device.type != "cpu" or torch.compiler.is_compiling():
        return False
    try:
        return bool(condition(numbers.detach()))
    except RuntimeError:  # torch.vmap has no numbers to look at
        return False


def check(name: str, given: Tensor, target: Tensor, reduction: str) -> None:
    """Refuse what no loss can take.

    Args:
        name: what the loss calls its first argument.
        given: that argument, the model's outputs.
        target: what they should have been.
        reduction: "mean", "sum" or "none".

    Raises:
        TypeError: no tensors, or outputs that are not floating point.
        ValueError: another reduction, two devices, an empty batch.
    """
    for argument, tensor in ((name, given), ("target", target)):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{argument} should be a tensor, got {type(tensor).__name__}; torch.as_tensor makes one")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction should be 'mean', 'sum' or 'none', got {reduction!r}")
    if not given.is_floating_point():
        raise TypeError(f"{name} should be the model's outputs, floating point, got {given.dtype}; try {name}.float()")
    if given.device != target.device:
        fix = f"move each batch to where the model is, target.to({str(given.device)!r})"
        raise ValueError(f"{name} is on {given.device}, target is on {target.device}: {fix}")
    if given.numel() == 0:
        raise ValueError(f"{name} is an empty batch, of shape {tuple(given.shape)}: there is no mean over no samples")


def check_alike(name: str, given: Tensor, target: Tensor, reduction: str) -> None:
    """Refuse further what a loss that compares number with number cannot take.

    Raises:
        TypeError: as `check`, or dtypes that differ; outputs in half precision, as autocast makes, are welcome.
        ValueError: as `check`, or shapes that differ, even if they would broadcast.
    """
    check(name, given, target, reduction)
    check_shapes(name, given, target)
    if target.dtype != given.dtype and not (target.is_floating_point() and given.dtype.itemsize == 2):
        raise TypeError(f"target is {target.dtype}, {name} is {given.dtype}: convert with target.to({given.dtype})")


def check_shapes(name: str, given: Tensor, target: Tensor) -> None:
    """Refuse shapes that would broadcast, such as (N, 1) against (N,).

    Raises:
        ValueError: the shapes differ.
    """
    if given.shape == target.shape:
        return
    says = f"{name} has shape {tuple(given.shape)}, target has {tuple(target.shape)}"
    if given.numel() == target.numel() and given.ndim != target.ndim:
        longer = name if given.ndim > target.ndim else "target"
        raise ValueError(f"{says}: each {name} would meet every target; make the shapes equal: {longer}.squeeze(-1)")
    raise ValueError(f"{says}: they should be the same, one target for each number in {name}")


def full(tensor: Tensor) -> Tensor:
    """The same numbers in float32 if they are in half precision, whose eight or eleven bits are too few for sums.

    >>> full(torch.ones(1, dtype=torch.bfloat16)).dtype
    torch.float32
    """
    return tensor.float() if tensor.dtype.itemsize == 2 else tensor


def reduce(losses: Tensor, reduction: Reduction, **arguments: Tensor) -> Tensor:
    """The losses' mean or sum, or the losses themselves; a NaN is traced to the argument that holds it.

    Raises:
        FloatingPointError: the result is NaN (on the CPU).
    """
    result = losses if reduction == "none" else losses.mean() if reduction == "mean" else losses.sum()
    if holds(lambda numbers: numbers.sum().isnan(), result):  # a sum is NaN if any part of it is
        raise FloatingPointError("; ".join(_not_finite(name, tensor) for name, tensor in arguments.items()))
    return result


def _not_finite(name: str, tensor: Tensor) -> str:
    bad = ~tensor.isfinite()
    if not bad.any():
        return f"{name} is finite"
    where = tuple(bad.nonzero()[0].tolist())
    says = f"the loss is NaN, as {name} holds {tensor[where].item()} at {where}, {int(bad.sum())} in all"
    if name == "target":
        return f"{says}: is a value missing in the data?"
    return f"{says}: is an input NaN, or the learning rate too large? Look at this batch and at the weights"
