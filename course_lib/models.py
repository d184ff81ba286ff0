"""The course's models: a linear one, a sum of sigmoids, a network of several layers.

The first two keep their parameters under the names of the lecture's formulas, so that a page can draw and change each
of them. They give one number per sample, shape (N,): a target of shape (N,) fits them, and nothing broadcasts by
accident.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn


def _size(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} should be a whole number of at least 1, got {value!r}")
    return value


def _parameter(*shape: int, inputs: int) -> nn.Parameter:
    # the range of nn.Linear: sums over the inputs then start at about the same size, however many there are
    bound = inputs**-0.5
    return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))


def _check_input(x: Tensor, features: int, dtype: torch.dtype, *, rows_only: bool = True) -> None:
    if not isinstance(x, Tensor):
        raise TypeError(f"x should be a tensor, got {type(x).__name__}; torch.as_tensor(x) makes one")
    if (rows_only and x.ndim != 2) or x.ndim == 0 or x.shape[-1] != features:
        hint = "one row per sample: for a single sample x[None], for one feature x[:, None], for images x.flatten(1)"
        raise ValueError(f"x should have shape (N, {features}), got {tuple(x.shape)}; {hint}")
    # autocast converts for itself
    if x.dtype != dtype and not torch.is_autocast_enabled(x.device.type):
        raise TypeError(f"x is {x.dtype}, the model's parameters are {dtype}; convert with x.to({dtype})")


class Linear(nn.Module):
    """y = b + Σ_j w_j x_j: one weight per feature, and a bias.

    Args:
        features: number of features of a sample.

    Attributes:
        w: the weights, shape (features,).
        bias: b, shape ().

    Raises:
        ValueError: `features` is not a whole number ≥ 1; later, an input that is not of shape (N, features).
        TypeError: an input that is no tensor, or not of the parameters' dtype.

    Source: the lecture's first model; `torch.nn.Linear(features, 1)` computes the same, with shape (N, 1).

    >>> model = Linear(2)
    >>> with torch.no_grad():
    ...     _ = model.w.copy_(torch.tensor([1.0, 2.0])), model.bias.fill_(3.0)
    >>> model(torch.tensor([[1.0, 1.0], [0.0, 10.0]])).detach()
    tensor([ 6., 23.])
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.features = _size("features", features)
        self.w = _parameter(features, inputs=features)
        self.bias = _parameter(inputs=features)

    def forward(self, x: Tensor) -> Tensor:
        _check_input(x, self.features, self.w.dtype)
        return self.bias + x @ self.w

    def extra_repr(self) -> str:
        return f"features={self.features}"


class SigmoidSum(nn.Module):
    """y = b + cᵀσ(**b** + W x): a constant plus a sum of sigmoids, the lecture's first network.

    For one sample: r = **b** + W x, a_i = σ(r_i) = 1 / (1 + e^(-r_i)), y = b + Σ_i c_i a_i. Sigmoid i is as steep as
    row i of W is large, is moved along by b_i, and is c_i high. Enough of them come as close as you like to any
    continuous curve over an interval.

    Args:
        features: number of features of a sample.
        sigmoids: number of sigmoids; a hyperparameter, while the four below are parameters.

    Attributes:
        W: weights of the features, shape (sigmoids, features).
        b: the vector **b**, shape (sigmoids,).
        c: heights, shape (sigmoids,).
        bias: the number b, shape ().

    Raises:
        ValueError: a size is not a whole number ≥ 1; later, an input that is not of shape (N, features).
        TypeError: an input that is no tensor, or not of the parameters' dtype.

    Source: G. Cybenko, "Approximation by superpositions of a sigmoidal function", 1989.

    >>> model = SigmoidSum(features=1, sigmoids=2)
    >>> with torch.no_grad():
    ...     _ = model.W.copy_(torch.tensor([[100.0], [100.0]])), model.b.copy_(torch.tensor([0.0, -100.0]))
    ...     _ = model.c.copy_(torch.tensor([2.0, -2.0])), model.bias.fill_(1.0)
    >>> model(torch.tensor([[-1.0], [0.5], [2.0]])).detach()  # up by 2 at x = 0, down again at x = 1
    tensor([1., 3., 1.])
    """

    def __init__(self, features: int, sigmoids: int) -> None:
        super().__init__()
        self.features, self.sigmoids = _size("features", features), _size("sigmoids", sigmoids)
        self.W = _parameter(sigmoids, features, inputs=features)
        self.b = _parameter(sigmoids, inputs=features)
        self.c = _parameter(sigmoids, inputs=sigmoids)
        self.bias = _parameter(inputs=sigmoids)

    def forward(self, x: Tensor) -> Tensor:
        _check_input(x, self.features, self.W.dtype)
        # the samples are rows of x, so W x for every one of them at once is x Wᵀ
        return self.bias + torch.sigmoid(self.b + x @ self.W.T) @ self.c

    def extra_repr(self) -> str:
        return f"features={self.features}, sigmoids={self.sigmoids}"


class MLP(nn.Module):
    """A multilayer perceptron: `nn.Linear` layers, with an activation between them and none after the last.

    a⁰ = x, aˡ = activation(bˡ + Wˡ aˡ⁻¹), y = bᴸ + Wᴸ aᴸ⁻¹. Without the activation the product of the Wˡ would be one
    matrix, and the whole network one linear layer. The outputs are scores (logits) for classes, or numbers to regress.

    Args:
        sizes: widths from input to output, such as (64, 32, 10): 64 features, 32 neurons, 10 outputs.
        activation: makes the module between two layers: a class such as `nn.ReLU`, not an instance.

    Attributes:
        layers: the `nn.Sequential` with everything in order.

    Raises:
        ValueError: fewer than two sizes, or one that is not a whole number ≥ 1; later, an input whose last axis is not
            sizes[0].
        TypeError: `sizes` is no sequence, `activation` makes no module; later, an input of another dtype, or no tensor.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Linear.html

    >>> model = MLP((2, 3, 1))
    >>> model.layers
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    >>> model(torch.zeros(5, 2)).shape
    torch.Size([5, 1])
    """

    def __init__(self, sizes: Sequence[int], activation: Callable[[], nn.Module] = nn.ReLU) -> None:
        super().__init__()
        if not isinstance(sizes, Sequence) or isinstance(sizes, str):
            raise TypeError(f"sizes should be a sequence of widths such as (64, 32, 10), got {sizes!r}")
        if len(sizes) < 2:
            raise ValueError(f"sizes should name at least the input's and the output's width, got {sizes!r}")
        if isinstance(activation, nn.Module) or not callable(activation):
            raise TypeError(
                f"activation should be a class such as nn.ReLU, got {activation!r}; each layer makes its own"
            )
        self.sizes = tuple(_size(f"sizes[{place}]", size) for place, size in enumerate(sizes))
        self.layers = nn.Sequential()
        for inputs, outputs in zip(self.sizes[:-1], self.sizes[1:], strict=True):
            if len(self.layers) > 0:
                self.layers.append(activation())
            self.layers.append(nn.Linear(inputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        _check_input(x, self.sizes[0], next(self.parameters()).dtype, rows_only=False)
        y: Tensor = self.layers(x)
        return y
