"""Weights and optimizer states put into place, after they were found to fit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import check_mapping, check_model
from course_lib.checkpoints import CheckpointError


def _plain(key: str) -> str:
    # DistributedDataParallel puts `module.` before every name, torch.compile `_orig_mod.`
    return re.sub(r"^((module|_orig_mod)\.)+", "", key)


def load_model(model: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Give a model the weights of a `state_dict`, whether or not one of the two is wrapped for several processes.

    Args:
        model: the model, or its DistributedDataParallel or compiled wrapper.
        state: the weights by name; `module.` and `_orig_mod.` before the names do not matter.

    Raises:
        CheckpointError: names or shapes differ; the message lists them, and the model is as it was.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.load_state_dict

    >>> model = nn.Linear(1, 1, bias=False)
    >>> load_model(model, {"module.weight": torch.tensor([[2.0]])})
    >>> model.weight.data
    tensor([[2.]])
    >>> load_model(model, {"w": torch.zeros(1, 3)})
    Traceback (most recent call last):
    course_lib.checkpoints.CheckpointError: the state is of another model: weight is missing there; w is not in Linear
    """
    check_model(model)
    check_mapping("state", state, "model.state_dict()")
    own = model.state_dict()
    if own.keys() != state.keys():
        names = {_plain(key): key for key in own}
        state = {names.get(_plain(str(key)), str(key)): value for key, value in state.items()}
    for key, value in state.items():
        if isinstance(own.get(key), Tensor) and not isinstance(value, Tensor):
            raise TypeError(f"state[{key!r}] should be a tensor, got {type(value).__name__}")
    faults = [f"{key} is missing there" for key in own if key not in state]
    faults += [f"{key} is not in {type(model).__name__}" for key in state if key not in own]
    faults += [
        f"{key} has shape {tuple(state[key].shape)} there, {tuple(own[key].shape)} here"
        for key in own
        if key in state and isinstance(own[key], Tensor) and state[key].shape != own[key].shape
    ]
    if faults:
        more = f" and {len(faults) - 5} more" if len(faults) > 5 else ""
        raise CheckpointError(f"the state is of another model: {'; '.join(faults[:5])}{more}")
    model.load_state_dict(state)


def load_optimizer(optimizer: torch.optim.Optimizer, state: Mapping[str, Any]) -> None:
    """Give an optimizer the state of a `state_dict`, after it was found to fit.

    `load_state_dict` itself takes moments of another width in silence, and `step` fails on them later.

    Args:
        optimizer: over the parameters the state is for, in the same order.
        state: what `optimizer.state_dict()` gave.

    Raises:
        CheckpointError: it is for another number of parameters, or for parameters of other shapes.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.load_state_dict.html

    >>> wide, narrow = (torch.optim.Adam(nn.Linear(n, 1, bias=False).parameters()) for n in (3, 2))
    >>> wide.param_groups[0]["params"][0].sum().backward()
    >>> wide.step()
    >>> try:
    ...     load_optimizer(narrow, wide.state_dict())
    ... except CheckpointError as error:
    ...     print(error)
    the state is for other parameters: exp_avg of parameter 0 has shape (1, 3), the parameter (1, 2)
    """
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"optimizer should be one of torch.optim or course_lib.optimizers, got {optimizer!r}")
    check_mapping("state", state, "optimizer.state_dict()")
    if missing := {"state", "param_groups"} - state.keys():
        raise CheckpointError(f"state should be what optimizer.state_dict() gave, but has no {sorted(missing)}")
    own = [p for group in optimizer.param_groups for p in group["params"]]
    sizes = [len(group["params"]) for group in optimizer.param_groups]
    saved = [len(group["params"]) for group in state["param_groups"]]
    if sizes != saved:
        raise CheckpointError(
            f"the state is for groups of {saved} parameters, this {type(optimizer).__name__} has {sizes}"
        )
    keys = [key for group in state["param_groups"] for key in group["params"]]
    for index, (key, p) in enumerate(zip(keys, own, strict=True)):
        for part, value in state["state"].get(key, {}).items():
            # Adafactor's row_var and col_var are sums along one axis, so they have another shape
            whole = isinstance(value, Tensor) and value.ndim == p.ndim and part not in ("row_var", "col_var")
            if whole and value.shape != p.shape:
                raise CheckpointError(
                    f"the state is for other parameters: {part} of parameter {index} has shape "
                    f"{tuple(value.shape)}, the parameter {tuple(p.shape)}"
                )
    optimizer.load_state_dict(dict(state))
