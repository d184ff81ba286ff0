"""torchvision, also where its compiled operators do not fit the torch that is installed."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import torch

_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_kept: list[torch.library.Library] = []  # the operators vanish with the object that defined them


def _imported() -> ModuleType:
    try:
        return importlib.import_module("torchvision")
    except ModuleNotFoundError as error:
        if error.name != "torchvision":
            raise
        raise ImportError("this needs torchvision: pip install torchvision") from error
    except RuntimeError as error:
        if "operator torchvision::" not in str(error) or _kept:
            raise
    # what was imported before it failed would be found again, half made
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call] # torch ships no types for it
    for operator in ("nms", "qnms"):
        library.define(operator + _SIGNATURE)  # type: ignore[no-untyped-call]
    _kept.append(library)
    return importlib.import_module("torchvision")


def torchvision() -> ModuleType:
    """Import torchvision; use it where `import torchvision` fails with "operator torchvision::nms does not exist".

    The wheel of torchvision on PyPI is compiled for CUDA; beside a torch for the CPU alone its two operators, `nms` and
    `qnms`, cannot be loaded, and the import fails although nothing else of it needs them. Here the two are declared,
    without a body, and the import is tried again. An installation whose import works is left as it is.

    Once this was called, `import torchvision` works as well in the same program. `transforms.v2`, which torchvision
    leaves to an import of its own, is imported too.

    Returns:
        The module. Where the operators were only declared, data sets, transforms, `utils` and the classifiers work;
        `ops.nms`, the detection models and `io.read_image` do not: read pictures with PIL.

    Raises:
        ImportError: torchvision is not installed.

    Source: https://docs.pytorch.org/docs/stable/library.html

    >>> torchvision().transforms.v2.__name__
    'torchvision.transforms.v2'
    """
    module = _imported()
    importlib.import_module("torchvision.transforms.v2")
    return module
