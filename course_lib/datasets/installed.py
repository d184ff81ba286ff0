"""Packages that the data come with, imported only where they are used."""

from __future__ import annotations

import importlib
from typing import Any


def installed(module: str, package: str) -> Any:
    """The module, or an error that names the package to install: `import course_lib` is to cost no more than torch.

    Args:
        module: the module's full name, "sklearn.datasets".
        package: what pip calls the package that holds it.

    Raises:
        ImportError: it is not installed.

    >>> installed("cheese.brie", "cheese")
    Traceback (most recent call last):
    ImportError: these data come with cheese: pip install cheese
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"these data come with {package}: pip install {package}") from error
