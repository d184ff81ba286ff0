"""The state of every random number generator a training run draws from, to save and to put back."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch

from course_lib.arguments import check_mapping


def _device(device: torch.device | str) -> torch.device:
    if not isinstance(device, str | torch.device):
        raise TypeError(f"device should be a string such as 'cuda', or a torch.device, got {device!r}")
    try:
        return torch.device(device)
    except RuntimeError as error:
        raise ValueError(f"device is {device!r}; expected 'cpu', 'mps', 'cuda' or one GPU such as 'cuda:0'") from error


def capture(device: torch.device | str = "cpu") -> dict[str, Any]:
    """Where the generators of python, numpy and torch stand now, as tensors and numbers only.

    Args:
        device: the device that draws too, for dropout, say; its generator is held beside the CPU's.

    Returns:
        What `restore` takes; `torch.load(..., weights_only=True)` reads it back.

    >>> state = capture()
    >>> first = torch.rand(3), random.random(), np.random.rand()
    >>> restore(state)
    >>> again = torch.rand(3), random.random(), np.random.rand()
    >>> torch.equal(first[0], again[0]), first[1:] == again[1:]
    (True, True)
    """
    version, words, gauss = random.getstate()
    legacy: Any = np.random.get_state(legacy=False)
    device = _device(device)
    state: dict[str, Any] = {
        "python": {"version": version, "words": torch.tensor(words), "gauss": gauss},
        "numpy": {
            "key": torch.from_numpy(legacy["state"]["key"].astype(np.int64)),
            "pos": int(legacy["state"]["pos"]),
            "has_gauss": int(legacy["has_gauss"]),
            "gauss": float(legacy["gauss"]),
        },
        "torch": torch.get_rng_state(),
    }
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    if device.type == "mps":
        state["mps"] = torch.mps.get_rng_state()
    return state


def restore(state: dict[str, Any], device: torch.device | str = "cpu") -> None:
    """Put every generator back to where `capture` found it.

    Args:
        state: what `capture` gave.
        device: a run that was saved on a GPU and goes on elsewhere draws other numbers there: that state is left out.

    >>> state = capture()
    >>> first = torch.rand(1)
    >>> restore(state)
    >>> torch.equal(torch.rand(1), first)
    True
    """
    check_mapping("state", state, "capture()")
    if missing := {"python", "numpy", "torch"} - state.keys():
        raise ValueError(f"state should be what capture() gave, but has no {', '.join(sorted(missing))}")
    python, numpy = state["python"], state["numpy"]
    random.setstate((python["version"], tuple(python["words"].tolist()), python["gauss"]))
    key = numpy["key"].numpy().astype(np.uint32)
    np.random.set_state(("MT19937", key, numpy["pos"], numpy["has_gauss"], numpy["gauss"]))
    torch.set_rng_state(state["torch"])
    device = _device(device)
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)
    if device.type == "mps" and "mps" in state:
        torch.mps.set_rng_state(state["mps"])
