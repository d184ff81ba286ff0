"""Networks of several layers: fully connected, and convolutional."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor, nn

from course_lib.models.parts import check_kind, check_rows, is_traced, size_of


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

    >>> import torch
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
        self.sizes = tuple(size_of(f"sizes[{place}]", size) for place, size in enumerate(sizes))
        self.layers = nn.Sequential()
        for inputs, outputs in zip(self.sizes[:-1], self.sizes[1:], strict=True):
            if len(self.layers) > 0:
                self.layers.append(activation())
            self.layers.append(nn.Linear(inputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        check_rows(x, self.sizes[0], next(self.parameters()), rows_only=False)
        y: Tensor = self.layers(x)
        return y


class ConvNet(nn.Module):
    """The convolutional network of the notes, for small pictures, with the activation that they forgot.

    (channels, 28, 28), convolution 5 × 5 to (20, 24, 24), max pooling to (20, 12, 12), convolution 5 × 5 to (50, 8, 8),
    max pooling to (50, 4, 4), flattened 800, linear 500, ReLU, linear 10. Without that ReLU the last two layers would
    be one linear map, of rank 10 at most. Between the convolutions the maximum of the pooling is no linear map either.

    Args:
        channels: 3 for colours, 1 for grey.
        classes: number of classes, at least 2.
        side: height and width in pixels, at least 16; 28 as drawn. CIFAR-10 has 32, which flattens to 1250.

    Attributes:
        layers: the `nn.Sequential` with everything in order.

    Raises:
        ValueError: a size is no whole number, or too small; later, pictures of another shape.
        TypeError: an input that is no tensor, or not of the parameters' dtype.

    Source: after Y. LeCun et al., "Gradient-based learning applied to document recognition", 1998.

    >>> import torch
    >>> model, a = ConvNet(), torch.zeros(64, 3, 28, 28)
    >>> for layer in model.layers:
    ...     a = layer(a)
    ...     print(f"{type(layer).__name__:9}", tuple(a.shape))
    Conv2d    (64, 20, 24, 24)
    MaxPool2d (64, 20, 12, 12)
    Conv2d    (64, 50, 8, 8)
    MaxPool2d (64, 50, 4, 4)
    Flatten   (64, 800)
    Linear    (64, 500)
    ReLU      (64, 500)
    Linear    (64, 10)
    """

    def __init__(self, channels: int = 3, classes: int = 10, side: int = 28) -> None:
        super().__init__()
        self.channels, self.classes = size_of("channels", channels), size_of("classes", classes, least=2)
        self.side = size_of("side", side, least=16)
        # a 5 × 5 convolution takes two pixels from each border, pooling halves
        flat = 50 * (((side - 4) // 2 - 4) // 2) ** 2
        self.layers = nn.Sequential(
            nn.Conv2d(channels, 20, kernel_size=5),
            nn.MaxPool2d(2),
            nn.Conv2d(20, 50, kernel_size=5),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(flat, 500),
            nn.ReLU(),
            nn.Linear(500, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        picture = (self.channels, self.side, self.side)
        if not isinstance(x, Tensor):
            raise TypeError(f"x should be a tensor, got {type(x).__name__}; torch.as_tensor(x) makes one")
        if not is_traced() and (x.ndim != 4 or x.shape[1:] != picture):
            wanted = f"(N, {', '.join(map(str, picture))})"
            hint = "one picture is x[None], grey ones are x[:, None], channels come first: x.permute(0, 3, 1, 2)"
            raise ValueError(f"x should have shape {wanted}, got {tuple(x.shape)}; {hint}")
        check_kind(x, next(self.parameters()))
        y: Tensor = self.layers(x)
        return y
