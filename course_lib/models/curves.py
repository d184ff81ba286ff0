"""A curve as a constant plus a sum of simple curves: the lecture's first networks, under the names of its formulas."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_lib.models.parts import check_rows, parameter, size_of


class _Sum(nn.Module):
    # the parameters of a sum of curves, under the names of the lecture's formula
    def __init__(self, features: int, curves: int) -> None:
        super().__init__()
        self.features = features
        self.W = parameter(curves, features, inputs=features)
        self.b = parameter(curves, inputs=features)
        self.c = parameter(curves, inputs=curves)
        self.bias = parameter(inputs=curves)


class SigmoidSum(_Sum):
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
        super().__init__(size_of("features", features), size_of("sigmoids", sigmoids))
        self.sigmoids = sigmoids

    def forward(self, x: Tensor) -> Tensor:
        check_rows(x, self.features, self.W)
        # the samples are rows of x, so W x for every one of them at once is x Wᵀ
        return self.bias + torch.sigmoid(self.b + x @ self.W.T) @ self.c

    def extra_repr(self) -> str:
        return f"features={self.features}, sigmoids={self.sigmoids}"


class ReLUSum(_Sum):
    """y = b + cᵀ max(0, **b** + W x): a constant plus a sum of rectified linear units.

    For one sample: r = **b** + W x, a_i = max(0, r_i), y = b + Σ_i c_i a_i. Each unit is flat on one side of its kink
    and a slope on the other. Two of them, of opposite slopes, make one hard sigmoid; so twice as many are needed.

    Args:
        features: number of features of a sample.
        relus: number of units.

    Attributes:
        W, b, c, bias: as those of `SigmoidSum`, with units for sigmoids.

    Raises:
        ValueError: a size is not a whole number ≥ 1; later, an input that is not of shape (N, features).
        TypeError: an input that is no tensor, or not of the parameters' dtype.

    Source: V. Nair and G. Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.

    >>> model = ReLUSum(features=1, relus=2)
    >>> with torch.no_grad():
    ...     _ = model.W.fill_(1.0), model.b.copy_(torch.tensor([0.0, -1.0]))
    ...     _ = model.c.copy_(torch.tensor([2.0, -2.0])), model.bias.fill_(1.0)
    >>> model(torch.tensor([[-1.0], [0.5], [2.0]])).detach()  # rises from 1 to 3 between x = 0 and x = 1
    tensor([1., 2., 3.])
    """

    def __init__(self, features: int, relus: int) -> None:
        super().__init__(size_of("features", features), size_of("relus", relus))
        self.relus = relus

    def forward(self, x: Tensor) -> Tensor:
        check_rows(x, self.features, self.W)
        return self.bias + torch.relu(self.b + x @ self.W.T) @ self.c

    def extra_repr(self) -> str:
        return f"features={self.features}, relus={self.relus}"
