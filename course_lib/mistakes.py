"""What torch's own layers and losses take in silence, or refuse unclearly, told with its cause and its fix.

`fit` and `evaluate` look at the first batch, which costs nothing later, and at any batch that raised an error.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from course_lib.losses.inputs import check_shapes, holds
from course_lib.losses.refusals import out_of_range, refuse_sigmoid, refuse_softmax

_NUMBER_BY_NUMBER = (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss)
_FUNCTIONS = (functional.mse_loss, functional.l1_loss, functional.smooth_l1_loss, functional.huber_loss)


def check_loss(loss: Any, outputs: Any, targets: Any) -> None:
    """Refuse what one of torch's common losses should not be given; other losses are for themselves to judge.

    Args:
        loss: `nn.CrossEntropyLoss()`, `nn.BCEWithLogitsLoss()`, `nn.MSELoss()` and its kin, or their functions.
        outputs, targets: what the loss is given.

    Raises:
        TypeError: labels of another dtype than class numbers have.
        ValueError: probabilities for logits, one-hot labels of whole numbers, labels out of range (on the CPU), shapes
            that would broadcast.

    >>> check_loss(nn.MSELoss(), torch.zeros(4, 1), torch.zeros(4))
    Traceback (most recent call last):
    ValueError: outputs has shape (4, 1), target has (4,): each outputs would meet every target; make the shapes \
equal: outputs.squeeze(-1)
    """
    if not isinstance(outputs, Tensor) or not isinstance(targets, Tensor):
        return
    if isinstance(loss, nn.CrossEntropyLoss) or loss is functional.cross_entropy:
        _check_classes(outputs, targets, getattr(loss, "ignore_index", -100))
        return
    logits = isinstance(loss, nn.BCEWithLogitsLoss) or loss is functional.binary_cross_entropy_with_logits
    if logits:
        refuse_sigmoid("BCEWithLogitsLoss", outputs)
    if logits or isinstance(loss, _NUMBER_BY_NUMBER) or loss in _FUNCTIONS:
        check_shapes("outputs", outputs, targets)
        if not targets.is_floating_point():
            raise TypeError(
                f"target is {targets.dtype}, outputs {outputs.dtype}: convert with target.to(outputs.dtype)"
            )


def _check_classes(outputs: Tensor, targets: Tensor, left_out: int) -> None:
    if outputs.ndim < 2 or targets.numel() == 0:
        return  # a single sample without a batch
    refuse_softmax("CrossEntropyLoss", outputs)
    if targets.shape == outputs.shape:
        if not targets.is_floating_point():  # floating point they are probabilities of each class, which torch takes
            raise ValueError(
                f"target should be one class number per sample, shape ({len(outputs)},), got shape "
                f"{tuple(targets.shape)}: as many as outputs, so one-hot; take target.argmax(1)"
            )
        return
    wanted = tuple(outputs.shape[:1] + outputs.shape[2:])
    if targets.shape != wanted:
        fix = "take target.squeeze(1)" if targets.shape == (len(outputs), 1) else "are both from the same batch?"
        raise ValueError(
            f"target should be one class number per sample, shape {wanted}, got shape {tuple(targets.shape)}: {fix}"
        )
    if targets.dtype not in (torch.int64, torch.uint8):
        raise TypeError(f"target should be class numbers, torch.int64, got {targets.dtype}; take target.long()")
    counted = targets[targets != left_out] if targets.device.type == "cpu" else targets
    if counted.numel() and holds(lambda y: ((y < 0) | (y >= outputs.shape[1])).any(), counted):
        raise out_of_range(counted, outputs.shape[1])


def explain(error: Exception, model: nn.Module, loss: Any, inputs: Any, outputs: Any, targets: Any) -> None:
    """Raise a clearer error than the model or the loss did, where there is one; else give up in silence.

    Args:
        error: what was raised.
        model: what should have computed the outputs.
        loss: what should have compared them.
        inputs, outputs, targets: of the batch; outputs None if the model failed.

    Raises:
        TypeError: the inputs are of another dtype than the parameters, or as `check_loss`.
        ValueError: the inputs do not fit the first layer, or as `check_loss`.
        RuntimeError: parts of the model are on different devices.

    >>> model, x = nn.Linear(2, 1), torch.zeros(4, 2, dtype=torch.float64)
    >>> try:
    ...     model(x)
    ... except RuntimeError as error:
    ...     explain(error, model, None, x, None, None)
    Traceback (most recent call last):
    TypeError: the inputs are torch.float64, the model's parameters torch.float32: convert with inputs.to(torch.float32)
    """
    if outputs is not None:
        check_loss(loss, outputs, targets)
        return
    told, parameter = str(error), next(model.parameters(), None)
    if "device" in told and ("same device" in told or "expected device" in told):
        where = "nowhere" if parameter is None else str(parameter.device)
        raise RuntimeError(
            f"the model's parameters and the batch are on {where}, but the model holds or makes a tensor elsewhere "
            f"({told.splitlines()[0]}): keep layers in an nn.ModuleList and constants in register_buffer, so that they "
            "move with the model, and make new tensors with device=x.device"
        ) from error
    if parameter is None or not isinstance(inputs, Tensor):
        return
    if inputs.dtype != parameter.dtype and re.search(r"dtype|type \(|scalar type", told):
        scale = " / 255" if inputs.dtype == torch.uint8 else ""
        raise TypeError(
            f"the inputs are {inputs.dtype}, the model's parameters {parameter.dtype}: convert with "
            f"inputs.to({parameter.dtype}){scale}"
        ) from error
    if "shapes cannot be multiplied" in told or "at least 1D" in told:
        raise ValueError(
            f"the inputs, of shape {tuple(inputs.shape)}, do not fit the model ({told}): a linear layer takes as many "
            "numbers in the last axis as its in_features; pictures are flattened by nn.Flatten() before it"
        ) from error
