"""Where tensors live: choose a device, describe it, move a batch to it.

A GPU computes a matrix product many times faster than a CPU, but only with tensors in its own memory: the model and
every batch have to be on the same device.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


def _why_no_cuda() -> str:
    if not torch.backends.cuda.is_built():  # type: ignore[no-untyped-call] # torch ships no type for it
        return f"torch {torch.__version__} is built without CUDA: install a build with it (pytorch.org), or use 'cpu'"
    return "no GPU is visible: look at nvidia-smi and CUDA_VISIBLE_DEVICES, in Colab choose a GPU runtime, or use 'cpu'"


def _present(wish: str | torch.device, name: str) -> torch.device:
    """The wished device, if this machine has it; `name` says in an error who wished."""
    if not isinstance(wish, str | torch.device):
        raise TypeError(f"{name} should be a string such as 'cuda', or a torch.device, got {wish!r}")
    try:
        device = torch.device(wish)
    except RuntimeError as error:
        raise ValueError(f"{name} is {wish!r}; expected 'cpu', 'mps', 'cuda' or one GPU such as 'cuda:0'") from error
    if device.type == "cuda":
        if not torch.cuda.is_available():
            raise RuntimeError(f"{name} is '{device}', but {_why_no_cuda()}")
        if (device.index or 0) >= torch.cuda.device_count():
            last = torch.cuda.device_count() - 1
            raise RuntimeError(f"{name} is '{device}', but the last GPU of this machine is 'cuda:{last}'")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise RuntimeError(f"{name} is 'mps', but that needs a Mac with Apple silicon and macOS 14 or newer; use 'cpu'")
    return device


def pick(prefer: str | torch.device | None = None) -> torch.device:
    """The device to compute on: the best there is, in the order cuda > mps > cpu.

    Args:
        prefer: the device to take instead of the best. The environment variable COURSE_DEVICE overrides this as well,
            so that a script runs elsewhere without a change: `COURSE_DEVICE=cpu python train.py`.

    Returns:
        A device that this machine has.

    Raises:
        RuntimeError: the wished device is missing; the message says why, and what to do.
        ValueError: no such kind of device.
        TypeError: `prefer` is neither a string nor a torch.device.

    Source: https://pytorch.org/docs/stable/tensor_attributes.html#torch.device

    >>> pick().type in ("cuda", "mps", "cpu")
    True
    """
    if os.environ.get("COURSE_DEVICE"):
        return _present(os.environ["COURSE_DEVICE"], "COURSE_DEVICE")
    if prefer is not None:
        return _present(prefer, "prefer")
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def _driver() -> str:
    # torch does not tell the driver's version; nvidia-smi comes with the driver
    command = shutil.which("nvidia-smi")
    if command is None:
        return "unknown"
    query = [command, "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return (answer.stdout.splitlines() or ["unknown"])[0].strip()


def describe() -> str:
    """What one reads off `nvidia-smi`: each GPU's name and memory, the driver, and torch's build; or plainly "no GPU".

    Returns:
        A few lines to print; memory in GiB (2³⁰ bytes).

    >>> print(describe().splitlines()[-1].split()[0])
    torch
    """
    if torch.cuda.is_available():
        gpus = [torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count())]
        lines = [f"cuda:{index} {gpu.name}, {gpu.total_memory / 2**30:.1f} GiB" for index, gpu in enumerate(gpus)]
        lines.append(f"driver {_driver()}")
    elif torch.backends.mps.is_available():
        lines = [f"mps Apple GPU, up to {torch.mps.recommended_max_memory() / 2**30:.1f} GiB of the shared memory"]
    else:
        lines = [f"no GPU: {_why_no_cuda()}"]
    build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "no CUDA"
    return "\n".join([*lines, f"torch {torch.__version__} ({build})"])


def _move(batch: Any, device: torch.device) -> Any:
    if isinstance(batch, Tensor | PackedSequence):
        # from pinned memory the copy may overlap with computing; from elsewhere non_blocking promises nothing
        return batch.to(device, non_blocking=batch.is_pinned())  # type: ignore[arg-type] # PackedSequence's is incomplete
    if isinstance(batch, Mapping):
        return {key: _move(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):  # a namedtuple
        return type(batch)(*(_move(item, device) for item in batch))
    if isinstance(batch, list | tuple):
        moved = [_move(item, device) for item in batch]
        return moved if isinstance(batch, list) else tuple(moved)
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        fields = [field.name for field in dataclasses.fields(batch) if field.init]
        return dataclasses.replace(batch, **{name: _move(getattr(batch, name), device) for name in fields})
    return batch


def to(batch: Any, device: str | torch.device) -> Any:
    """The batch with every tensor in it on `device`; what is no tensor stays as it is.

    Args:
        batch: a tensor, or lists, tuples, mappings, dataclasses of batches, nested as you like.
        device: such as 'cuda', or what `pick` gave.

    Returns:
        The same structure (a mapping becomes a dict). A tensor that is already there is not copied; from pinned
        memory, `DataLoader(..., pin_memory=True)`, the copy does not wait: later work on the device comes after it.

    Raises:
        RuntimeError, ValueError, TypeError: as `pick`, for `device`.

    Source: https://pytorch.org/tutorials/intermediate/pinmem_nonblock.html

    >>> to({"pixels": torch.zeros(2), "names": ["ant", "bee"]}, "cpu")
    {'pixels': tensor([0., 0.]), 'names': ['ant', 'bee']}
    """
    return _move(batch, _present(device, "device"))
