"""What the models are made of: sizes, parameters as they start, and inputs that fit."""

from __future__ import annotations

import torch
from torch import Tensor, nn

LARGEST = 1_000_000


def size_of(name: str, value: int, least: int = 1) -> int:
    """The value of a size, if it is one.

    Raises:
        ValueError: not a whole number of at least `least`, or over a million.

    >>> size_of("features", 3)
    3
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} should be a whole number of at least {least}, got {value!r}")
    if value > LARGEST:
        raise ValueError(f"{name} should be at most {LARGEST}, or the weights fill the memory, got {value}")
    return value


def parameter(*shape: int, inputs: int) -> nn.Parameter:
    """Random numbers between ±1/√inputs, where `nn.Linear` starts too.

    Sums over the inputs then start at about the same size, however many there are.

    >>> parameter(2, 3, inputs=4).abs().max() <= 1 / 2
    tensor(True)
    """
    bound = inputs**-0.5
    return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))


def is_traced() -> bool:
    """Is TensorBoard's `add_graph` recording the model? Then sizes are tensors, and comparing them gives warnings.

    >>> is_traced()
    False
    """
    # torch ships no types for this function
    return bool(torch.jit.is_tracing())  # type: ignore[attr-defined, no-untyped-call]


def check_kind(x: Tensor, like: Tensor) -> None:
    """Refuse an input on another device than the parameters, or of another dtype, which autocast would convert.

    Raises:
        ValueError: the devices differ.
        TypeError: the dtypes differ.
    """
    if x.device != like.device:
        where = str(like.device)
        raise ValueError(f"x is on {x.device}, the model is on {where}: move each batch there, x.to({where!r})")
    dtype = like.dtype
    if x.dtype != dtype and not torch.is_autocast_enabled(x.device.type):
        scale = " / 255" if x.dtype == torch.uint8 else ""
        raise TypeError(f"x is {x.dtype}, the model's parameters are {dtype}; convert with x.to({dtype}){scale}")


def check_rows(x: Tensor, features: int, like: Tensor, *, rows_only: bool = True) -> None:
    """Refuse an input that is not one row of features per sample.

    Args:
        x: the input.
        features: how many there should be, along the last axis.
        like: one of the model's, for its dtype and device.
        rows_only: refuse further axes between the first and the last.

    Raises:
        TypeError: no tensor, or of another dtype.
        ValueError: not of shape (N, features), or on another device.
    """
    if not isinstance(x, Tensor):
        raise TypeError(f"x should be a tensor, got {type(x).__name__}; torch.as_tensor(x) makes one")
    if is_traced():
        return
    if (rows_only and x.ndim != 2) or x.ndim == 0 or x.shape[-1] != features:
        hint = "one row per sample: for a single sample x[None], for one feature x[:, None], for images x.flatten(1)"
        raise ValueError(f"x should have shape (N, {features}), got {tuple(x.shape)}; {hint}")
    check_kind(x, like)
