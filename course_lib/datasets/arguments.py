"""What the functions of this package ask of their arguments, and what they say when it is not so."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch


def whole_number(name: str, value: Any, low: int, high: int | None = None, what: str = "") -> int:
    """The value, if it is a whole number from low to high; `what` says in the error what the bounds are.

    Raises:
        TypeError: it is no int (a bool is none, 3.0 is none).
        ValueError: it is out of range.

    >>> whole_number("days", 7, 1, 10)
    7
    >>> whole_number("days", 0, 1, 10, ", the length of the series")
    Traceback (most recent call last):
    ValueError: days should be 1 to 10, the length of the series, got 0
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} should be a whole number, got {value!r}")
    if value < low or (high is not None and value > high):
        raise ValueError(
            f"{name} should be {f'at least {low}' if high is None else f'{low} to {high}'}{what}, got {value}"
        )
    return value


def seeded(seed: Any) -> torch.Generator:
    """A generator of random numbers of its own, on the CPU: torch's global one is left alone.

    Raises:
        TypeError, ValueError: the seed is no whole number, or not 0 to 2⁶⁴ - 1.

    >>> torch.randperm(4, generator=seeded(0))
    tensor([0, 1, 3, 2])
    """
    return torch.Generator().manual_seed(whole_number("seed", seed, 0, 2**64 - 1))


def path_of(root: Any) -> Path:
    """The path of a folder; "~" is the reader's own.

    Raises:
        TypeError: it is neither a string nor a path.
        ValueError: it is empty.

    >>> path_of(3)
    Traceback (most recent call last):
    TypeError: root should be the path of a folder, got 3
    """
    if not isinstance(root, str | os.PathLike) or not isinstance(os.fspath(root), str):
        raise TypeError(f"root should be the path of a folder, got {root!r}")
    if not os.fspath(root):
        raise ValueError("root should be the path of a folder, got ''; this folder is '.'")
    return Path(root).expanduser()


def check_transform(transform: Any) -> None:
    """Raise TypeError if `transform` is neither None nor callable.

    >>> check_transform("ToTensor")
    Traceback (most recent call last):
    TypeError: transform should be a function of a picture, or None, got 'ToTensor'
    """
    if transform is not None and not callable(transform):
        raise TypeError(f"transform should be a function of a picture, or None, got {transform!r}")
