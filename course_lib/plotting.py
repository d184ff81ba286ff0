"""The course's recurring pictures, drawn with Matplotlib, which is imported only when one is drawn.

Each function draws into axes (its own, or those given) and returns them: title, limits and `plt.show()` are for
the reader.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.arguments import check_callable, check_mapping, check_texts, real_number, whole_number
from course_lib.landscape import Surface

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Domain = tuple[tuple[float, float], tuple[float, float]]


def _axes(axes: Axes | None) -> Axes:
    from matplotlib import pyplot as plt

    return plt.subplots(layout="constrained")[1] if axes is None else axes


def learning_curves(
    curves: Mapping[str, Sequence[float] | Tensor],
    axes: Axes | None = None,
    *,
    xlabel: str = "epoch",
    ylabel: str = "loss",
) -> Axes:
    """Draw one curve for each name, over the epochs from 1.

    Args:
        curves: for each name in the legend the numbers, one an epoch; NaN where there is none.
        axes: where to draw; new ones by default.
        xlabel, ylabel: what stands at the axes.

    Returns:
        The axes.

    Raises:
        ValueError: there is no curve, or one is no sequence of numbers.

    >>> axes = learning_curves({"training": [2.3, 0.9, 0.1], "validation": [2.2, 1.3, 1.9]})
    >>> [line.get_label() for line in axes.get_lines()]
    ['training', 'validation']
    """
    from matplotlib.ticker import MaxNLocator

    check_mapping("curves", curves, "{'training': losses}")
    if not curves:
        raise ValueError("curves should map at least one name to its numbers, got none")
    axes = _axes(axes)
    for (name, given), style in zip(curves.items(), _styles(len(curves)), strict=True):
        try:
            numbers = torch.as_tensor(given, dtype=torch.float64).detach().cpu()
        except (TypeError, ValueError, RuntimeError) as error:
            raise TypeError(f"curves[{name!r}] should be one number an epoch, got {given!r}") from error
        if numbers.ndim != 1:
            raise ValueError(f"curves[{name!r}] should be one number an epoch, got shape {tuple(numbers.shape)}")
        axes.plot(range(1, len(numbers) + 1), numbers.tolist(), style, label=name)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no epoch 1.5
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.legend()
    return axes


def _styles(count: int) -> list[str]:
    # told apart without colours too
    return [("-", "--", "-.", ":")[number % 4] for number in range(count)]


def contours(
    function: Surface | Callable[[Tensor], Tensor],
    paths: Mapping[str, Tensor] | None = None,
    axes: Axes | None = None,
    *,
    domain: Domain | None = None,
    levels: int | Sequence[float] = 12,
) -> Axes:
    """Draw a loss of two parameters as a map, and walks on it.

    Args:
        function: maps points, shape (..., 2), to losses, shape (...), such as a `Surface`.
        paths: for each name in the legend the points of a walk, shape (steps, 2), as `descend` gives them.
        axes: where to draw; new ones by default.
        domain: ((low, high), (low, high)) of both parameters; by default the surface's own.
        levels: the losses to draw a line at, ascending; or how many, chosen so that equal areas lie between.

    Returns:
        The axes.

    Raises:
        ValueError: a function of other than two parameters, no domain, or a path of another shape.

    >>> from course_lib.landscape import bowl, descend
    >>> walk = descend(bowl, lambda params: torch.optim.SGD(params, lr=0.1), bowl.start, steps=20)
    >>> contours(bowl, {"lr = 0.1": walk}).get_xlabel()
    '$w_1$'
    """
    check_callable("function", function, "a Surface")
    if paths is not None:
        check_mapping("paths", paths, "{'lr = 0.1': walk}")
    if domain is None:
        if not isinstance(function, Surface) or len(function.domain) != 2:
            raise ValueError(f"domain should be given, as ((low, high), (low, high)), for {function!r}")
        domain = (function.domain[0], function.domain[1])
    try:
        (left, right), (bottom, top) = domain
    except (TypeError, ValueError) as error:
        raise TypeError(f"domain should be ((low, high), (low, high)), got {domain!r}") from error
    for end in (left, right, bottom, top):
        real_number("each end of domain", end, -1e30, 1e30)
    x, y = torch.linspace(left, right, 101), torch.linspace(bottom, top, 101)
    points = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)
    losses = function(points).detach()
    if losses.shape != points.shape[:-1]:
        raise ValueError(
            f"function should map points {tuple(points.shape)} to one loss each, got {tuple(losses.shape)}"
        )
    for name, path in (paths or {}).items():
        if not isinstance(path, Tensor) or path.ndim != 2 or path.shape[1] != 2:
            shown = tuple(path.shape) if isinstance(path, Tensor) else type(path).__name__
            raise ValueError(f"paths[{name!r}] should be points of shape (steps, 2), got {shown}")
    axes = _axes(axes)
    if isinstance(levels, int):
        whole_number("levels", levels, 1, 1000)
        levels = sorted(set(losses.flatten().quantile(torch.linspace(0, 1, levels + 2)[1:-1]).tolist()))
    elif not isinstance(levels, Sequence) or not levels or isinstance(levels, str | bytes):
        raise TypeError(f"levels should be losses, ascending, or how many, got {levels!r}")
    else:
        levels = sorted({real_number("each of levels", level) for level in levels})
    lines = axes.contour(x.numpy(), y.numpy(), losses.numpy(), levels=levels, colors="#7f7f7f", linewidths=0.8)
    axes.clabel(lines, fontsize=7, fmt="%.3g", colors="black")  # black follows the page's colour scheme
    for (name, path), style in zip((paths or {}).items(), _styles(len(paths or {})), strict=True):
        axes.plot(*path.detach().cpu().T.tolist(), style, marker="o", markersize=3, label=name)
    if paths:
        axes.legend()
    axes.set(xlim=domain[0], ylim=domain[1], xlabel="$w_1$", ylabel="$w_2$")
    return axes


def confusion(
    matrix: Tensor,
    names: Sequence[str] | None = None,
    axes: Axes | None = None,
    *,
    xlabel: str = "predicted class",
    ylabel: str = "true class",
) -> Axes:
    """Draw a confusion matrix: the count in each cell, its share of the row as shade.

    Args:
        matrix: counts, shape (C, C), as `course_lib.metrics.ConfusionMatrix` computes them.
        names: of the C classes; by default their numbers.
        axes: where to draw; new ones by default.
        xlabel, ylabel: what stands at the axes.

    Returns:
        The axes.

    Raises:
        ValueError: the matrix is not square, or there are more or fewer names.

    >>> axes = confusion(torch.tensor([[8, 2], [0, 5]]), ["ant", "bee"])
    >>> [text.get_text() for text in axes.texts]
    ['8', '2', '0', '5']
    """
    if not isinstance(matrix, Tensor) or matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        shown = tuple(matrix.shape) if isinstance(matrix, Tensor) else type(matrix).__name__
        raise ValueError(f"matrix should be a tensor of shape (C, C), got {shown}")
    names = [str(number) for number in range(len(matrix))] if names is None else names
    check_texts("names", names, len(matrix), "class")
    axes = _axes(axes)
    shares = matrix / matrix.sum(1, keepdim=True).clamp(min=1)
    axes.imshow(shares.numpy(force=True), cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in zip(
        torch.cartesian_prod(*2 * [torch.arange(len(names))]).tolist(), matrix.flatten().tolist(), strict=True
    ):
        # not black: the site turns that white at night, and the cell stays light
        shade = "#1a1a1a" if shares[row, column] < 0.5 else "#fafafa"
        axes.text(column, row, f"{count:g}", ha="center", va="center", color=shade)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    return axes


def images(pictures: Tensor, titles: Sequence[str] | None = None, *, columns: int = 8, size: float = 1.0) -> Figure:
    """Draw pictures, or the channels of one, in a grid.

    Args:
        pictures: grey (N, H, W) or (N, 1, H, W), all on one scale from the smallest number, black, to the largest,
            white; or in colours (N, 3, H, W), from 0 to 1 or bytes. The channels of a feature map are `a[0]`.
        titles: one above each; by default none.
        columns: pictures in a row, at least 1.
        size: of a picture, in inches.

    Returns:
        The figure.

    Raises:
        ValueError: other shapes, no picture, colours outside 0 to 1, titles of another number, no column.

    >>> len(images(torch.rand(10, 3, 8, 8), columns=4).axes)
    10
    """
    from matplotlib import pyplot as plt

    if not isinstance(pictures, Tensor) or pictures.ndim not in (3, 4) or pictures.numel() == 0:
        shown = tuple(pictures.shape) if isinstance(pictures, Tensor) else type(pictures).__name__
        raise ValueError(
            f"pictures should have shape (N, H, W) or (N, C, H, W), got {shown}; a single one is picture[None]"
        )
    grid = pictures.detach().cpu()
    if grid.ndim == 4:
        if grid.shape[1] not in (1, 3):
            fix = "the channels of one picture are a[0], of shape (C, H, W)"
            raise ValueError(f"pictures should have 1 or 3 channels, got {grid.shape[1]}; {fix}")
        grid = grid.permute(0, 2, 3, 1) if grid.shape[1] == 3 else grid[:, 0]
    if titles is not None:
        check_texts("titles", titles, len(grid), "picture")
    low, high = grid.min().item(), grid.max().item()
    if grid.ndim == 4 and grid.dtype != torch.uint8 and not 0 <= low <= high <= 1:
        raise ValueError(
            f"pictures in colours should be from 0 to 1, got {low:.3g} to {high:.3g}; normalised? x * std + mean"
        )
    whole_number("columns", columns, 1)
    if real_number("size", size, 0, 100) == 0:
        raise ValueError(f"size should be above 0 inches, got {size!r}")
    rows = math.ceil(len(grid) / columns)
    wide = min(columns, len(grid))
    figure = plt.figure(figsize=(size * wide, (size + 0.3 * (titles is not None)) * rows), layout="constrained")
    for number, picture in enumerate(grid):
        axes = figure.add_subplot(rows, wide, number + 1)
        axes.imshow(picture.numpy(), cmap="gray", vmin=low, vmax=high)
        axes.set_axis_off()
        if titles is not None:
            axes.set_title(titles[number], fontsize=8)
    return figure
