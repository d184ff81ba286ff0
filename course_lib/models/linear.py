"""Models without a hidden layer: a straight line through the data, and straight lines between classes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_lib.models.parts import check_rows, parameter, size_of


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
        self.features = size_of("features", features)
        self.w = parameter(features, inputs=features)
        self.bias = parameter(inputs=features)

    def forward(self, x: Tensor) -> Tensor:
        check_rows(x, self.features, self.w)
        return self.bias + x @ self.w

    def extra_repr(self) -> str:
        return f"features={self.features}"


class LogisticRegression(Linear):
    """P(class 1 | x) = σ(z) with the logit z = b + Σ_j w_j x_j: two classes, with a straight boundary between.

    Calling the model gives the logits z, which `course_lib.losses.binary_cross_entropy` takes; z = 0 is the boundary.

    Args:
        features: number of features of a sample.

    Attributes, Raises: as `Linear`.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html

    >>> model = LogisticRegression(1)
    >>> with torch.no_grad():
    ...     _ = model.w.fill_(1.0), model.bias.fill_(-2.0)
    >>> x = torch.tensor([[2.0], [4.0]])
    >>> model(x).detach(), model.probability(x)
    (tensor([0., 2.]), tensor([0.5000, 0.8808]))
    """

    @torch.no_grad()
    def probability(self, x: Tensor) -> Tensor:
        """P(class 1 | x) for each row of x, shape (N,); to read, not to train with: the loss takes the logits."""
        return torch.sigmoid(self(x))


class SoftmaxRegression(nn.Module):
    """P(class i | x) = softmax(z)_i with the logits z = b + W x: one linear score for each class.

    Calling the model gives the logits z, which `course_lib.losses.cross_entropy` takes. With two classes it is
    `LogisticRegression`, whose logit is z_1 - z_0.

    Args:
        features: number of features of a sample.
        classes: number of classes, at least 2.

    Attributes:
        W: weights, shape (classes, features).
        b: biases, shape (classes,).

    Raises:
        ValueError: a size is no whole number, or too small; later, an input that is not of shape (N, features).
        TypeError: an input that is no tensor, or not of the parameters' dtype.

    Source: `torch.nn.Linear(features, classes)` computes the same.

    >>> model = SoftmaxRegression(features=1, classes=3)
    >>> with torch.no_grad():
    ...     _ = model.W.copy_(torch.tensor([[3.0], [1.0], [-3.0]])), model.b.zero_()
    >>> model.probabilities(torch.tensor([[1.0], [0.0]]))
    tensor([[0.8789, 0.1189, 0.0022],
            [0.3333, 0.3333, 0.3333]])
    """

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.features, self.classes = size_of("features", features), size_of("classes", classes, least=2)
        self.W = parameter(classes, features, inputs=features)
        self.b = parameter(classes, inputs=features)

    def forward(self, x: Tensor) -> Tensor:
        check_rows(x, self.features, self.W)
        return self.b + x @ self.W.T

    @torch.no_grad()
    def probabilities(self, x: Tensor) -> Tensor:
        """P(class | x), shape (N, classes), each row summing to 1; to read, not to train with."""
        return torch.softmax(self(x), dim=1)

    def extra_repr(self) -> str:
        return f"features={self.features}, classes={self.classes}"
