"""A small generative adversarial network for points: one network makes them, the other tells them from real ones."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_lib.models.networks import MLP
from course_lib.models.parts import size_of


class Generator(nn.Module):
    """G: noise z ~ N(0, I) in, a made-up point x = G(z) out, by a network of two hidden layers.

    Args:
        noise: width of z.
        hidden: neurons in each hidden layer.
        features: width of a point; 2 can be drawn.

    Attributes:
        net: the `MLP`.

    Raises:
        ValueError: a size is not a whole number ≥ 1; later, noise that is not of shape (N, noise).
        TypeError: noise that is no tensor, or not of the parameters' dtype.

    Source: I. Goodfellow et al., "Generative adversarial networks", 2014, https://arxiv.org/abs/1406.2661

    >>> Generator().sample(100).shape
    torch.Size([100, 2])
    """

    def __init__(self, noise: int = 2, hidden: int = 32, features: int = 2) -> None:
        super().__init__()
        self.noise, self.features = size_of("noise", noise), size_of("features", features)
        width = size_of("hidden", hidden)
        self.net = MLP((noise, width, width, features))

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = self.net(z)
        return x

    def sample(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """G(z) for `count` new z, shape (count, features), with its graph: G learns through it.

        Args:
            count: number of points, at least 1.
            generator: source of the noise, for the same points again.

        Raises:
            ValueError: `count` is not a whole number ≥ 1.
        """
        like = next(self.parameters())
        shape = (size_of("count", count), self.noise)
        points: Tensor = self(torch.randn(shape, generator=generator, dtype=like.dtype, device=like.device))
        return points


class Discriminator(nn.Module):
    """D: a point x in, a logit out, above 0 where D takes x for real; P(real | x) = σ(D(x)).

    D learns to give real points the target 1 and made-up ones 0, G learns to be given 1; both with
    `course_lib.losses.binary_cross_entropy`. Leaky units, so that G gets a gradient wherever its points lie.

    Args:
        features: width of a point.
        hidden: neurons in each of the two hidden layers.

    Attributes:
        net: the `MLP`.

    Raises:
        ValueError: a size is not a whole number ≥ 1; later, points that are not of shape (N, features).
        TypeError: points that are no tensor, or not of the parameters' dtype.

    Source: as `Generator`; the leaky units: A. Radford et al., 2015, https://arxiv.org/abs/1511.06434

    >>> Discriminator()(Generator().sample(100)).shape
    torch.Size([100])
    """

    def __init__(self, features: int = 2, hidden: int = 32) -> None:
        super().__init__()
        self.features, width = size_of("features", features), size_of("hidden", hidden)
        self.net = MLP((features, width, width, 1), activation=lambda: nn.LeakyReLU(0.2))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.net(x)
        return logits.squeeze(-1)
