"""The check of the numbers that optimizers take."""

from __future__ import annotations

import math


def check_number(name: str, value: object, bound: float) -> None:
    """Complain unless a value is a finite number from 0 to below a bound.

    Raises:
        TypeError: it is no number.
        ValueError: it is out of range.

    >>> check_number("beta", 1.5, bound=1)
    Traceback (most recent call last):
    ValueError: beta should be a finite number ≥ 0 and < 1, got 1.5
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} should be a number such as {0.01 if bound == math.inf else 0.9}, got {value!r}")
    if not (math.isfinite(value) and 0 <= value < bound):
        below = "" if bound == math.inf else f" and < {bound}"
        raise ValueError(f"{name} should be a finite number ≥ 0{below}, got {value!r}")
