"""A network's loss as a function of all its parameters: a surface in d dimensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import check_callable, check_model
from course_lib.landscape.curvature import Function


def flat_parameters(model: nn.Module) -> Tensor:
    """A copy of all parameters of a model as one vector θ, in the order of `model.parameters()`.

    Returns:
        Shape (d,), d the number of parameters; a change to it leaves the model as it is.

    Raises:
        ValueError: the model has no parameters.

    >>> flat_parameters(nn.Linear(2, 3)).shape
    torch.Size([9])
    """
    check_model(model)
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError(f"{type(model).__name__} has no parameters, so its loss is no function of them")
    vector: Tensor = nn.utils.parameters_to_vector(parameters)
    return vector.detach().clone()


def flat_loss(model: nn.Module, criterion: Callable[[Any, Any], Tensor], inputs: Any, targets: Any) -> Function:
    """The loss as a function of the parameters alone, L(θ): the data stay, θ moves.

    Args:
        model: gives the shape of the function; its own parameters and buffers are not changed. Call `model.eval()`
            first if it has dropout, or L is another function each time.
        criterion: maps (outputs, targets) to one number, such as `nn.MSELoss()`.
        inputs: what the model takes.
        targets: what the criterion takes beside the model's outputs.

    Returns:
        A function from shape (d,) to one number, for `gradient`, `hessian`, `classify`, `escape`, `descend`.

    Raises:
        ValueError: the model has no parameters; later, a θ that is not of shape (d,).

    >>> model, x = nn.Linear(1, 1, bias=False), torch.tensor([[1.0], [2.0]])
    >>> loss = flat_loss(model, nn.MSELoss(), x, 3 * x)  # mean of (w x - 3 x)² = 2.5 (w - 3)²
    >>> from course_lib.landscape import hessian
    >>> loss(torch.tensor([1.0])), hessian(loss, torch.tensor([3.0]))
    (tensor(10.), tensor([[5.]]))
    """
    size = flat_parameters(model).numel()
    check_callable("criterion", criterion, "nn.MSELoss()")
    shapes = {name: parameter.shape for name, parameter in model.named_parameters()}

    def loss(theta: Tensor) -> Tensor:
        if theta.shape != (size,):
            raise ValueError(f"theta should have shape ({size},), as flat_parameters(model), got {tuple(theta.shape)}")
        pieces = torch.split(theta, [shape.numel() for shape in shapes.values()])
        weights = {name: piece.view(shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}
        # batch normalisation counts in its buffers: let it count in copies
        buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
        return criterion(torch.func.functional_call(model, {**weights, **buffers}, (inputs,)), targets)

    return loss
