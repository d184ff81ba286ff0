"""What functions ask of their arguments, and what they say when it is not so: the name, what was meant, what came."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn


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


def real_number(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """The value, if it is a finite number from low to high.

    Raises:
        TypeError: it is no number (a bool is none, a tensor of one number is none).
        ValueError: it is NaN, infinite or out of range.

    >>> real_number("gap", 2.0, 0, 1)
    Traceback (most recent call last):
    ValueError: gap should be a number from 0 to 1, got 2.0
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} should be a number, got {value!r}")
    if not (abs(value) < 2**1000 and low <= value <= high):  # what is larger is no float
        span = "finite number" if high == math.inf and low == -math.inf else f"number from {low:g} to {high:g}"
        raise ValueError(f"{name} should be a {span}, got {value!r}")
    return float(value)


def check_callable(name: str, value: Any, example: str) -> None:
    """Raise TypeError if the value cannot be called, or is a class where what it makes is meant.

    >>> check_callable("loss", "mse", "nn.MSELoss()")
    Traceback (most recent call last):
    TypeError: loss should be a function such as nn.MSELoss(), got 'mse'
    """
    if isinstance(value, type) or not callable(value):
        raise TypeError(f"{name} should be a function such as {example}, got {value!r}")


def check_model(model: Any) -> None:
    """Raise TypeError if it is no `nn.Module`.

    >>> check_model("MLP")
    Traceback (most recent call last):
    TypeError: model should be an nn.Module, got str
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model should be an nn.Module, got {type(model).__name__}")


def check_switch(name: str, value: Any) -> None:
    """Raise TypeError if it is neither True nor False.

    >>> check_switch("resume", "no")
    Traceback (most recent call last):
    TypeError: resume should be True or False, got 'no'
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} should be True or False, got {value!r}")


def check_texts(name: str, value: Any, count: int, each: str) -> None:
    """Refuse what is no sequence of so many texts, one for each of something.

    Raises:
        TypeError: no sequence.
        ValueError: more or fewer.

    >>> check_texts("names", ["ant"], 2, "class")
    Traceback (most recent call last):
    ValueError: names should be 2, one for each class, got 1
    """
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise TypeError(f"{name} should be {count} texts, one for each {each}, got {value!r}")
    if len(value) != count:
        raise ValueError(f"{name} should be {count}, one for each {each}, got {len(value)}")


def check_mapping(name: str, value: Any, example: str) -> None:
    """Raise TypeError if it maps nothing to nothing.

    >>> check_mapping("state", [1], "model.state_dict()")
    Traceback (most recent call last):
    TypeError: state should be a dict such as model.state_dict(), got list
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} should be a dict such as {example}, got {type(value).__name__}")


def path_of(root: Any, name: str = "root", what: str = "folder") -> Path:
    """The path of a folder or a file; "~" is the reader's own.

    Args:
        root: a string or a path.
        name: of the argument.
        what: it is a path of.

    Raises:
        TypeError: it is neither a string nor a path.
        ValueError: it is empty, holds a null character, or begins with "~" and the name of nobody here.

    >>> path_of(3)
    Traceback (most recent call last):
    TypeError: root should be the path of a folder, got 3
    """
    if not isinstance(root, str | os.PathLike) or not isinstance(os.fspath(root), str):
        raise TypeError(f"{name} should be the path of a {what}, got {root!r}")
    if not os.fspath(root) or "\0" in os.fspath(root):
        raise ValueError(f"{name} should be the path of a {what}, got {os.fspath(root)!r}; this folder is '.'")
    try:
        return Path(root).expanduser()
    except RuntimeError:
        first = Path(root).parts[0]
        raise ValueError(
            f"{name} should be the path of a {what}, got {os.fspath(root)!r}, and nobody here is called {first[1:]!r}: "
            f"for a {what} whose name begins with ~ write './{first}'"
        ) from None


def check_transform(transform: Any) -> None:
    """Raise TypeError if `transform` is neither None nor callable.

    >>> check_transform("ToTensor")
    Traceback (most recent call last):
    TypeError: transform should be a function of a picture, or None, got 'ToTensor'
    """
    if transform is not None and not callable(transform):
        raise TypeError(f"transform should be a function of a picture, or None, got {transform!r}")


def path_to_write(path: Any, name: str = "path") -> Path:
    """The path of a file that is to be written.

    Args:
        path: a string or a path; "~" is the reader's own folder.
        name: of the argument.

    Raises:
        TypeError, ValueError: as `path_of`.
        IsADirectoryError: it is a folder.

    >>> path_to_write(".")
    Traceback (most recent call last):
    IsADirectoryError: path should be the path of a file, got the folder '.'; add a file's name
    """
    file = path_of(path, name, "file")
    if file.is_dir():
        raise IsADirectoryError(f"{name} should be the path of a file, got the folder {str(file)!r}; add a file's name")
    return file
