"""What the pictures show, read back from their artists, and what cannot be drawn."""

import math
import re
from collections.abc import Iterator
from typing import Any

import matplotlib
import numpy as np
import pytest
import torch

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from course_lib.landscape import bowl, bumpy, descend, ravine
from course_lib.plotting import confusion, contours, images, learning_curves


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()  # whatever was made can be drawn: warnings are errors
    plt.close("all")


def test_curves_start_at_epoch_one_and_differ_without_colours() -> None:
    axes = learning_curves(
        {"训练": [2.0, 1.0, 0.5], "b": torch.tensor([2.0, math.nan]), "c": (1, 2)}, xlabel="轮", ylabel="损失"
    )
    assert all(tick == int(tick) for tick in axes.get_xticks())
    plt.close("all")  # the machine's fonts may lack Chinese
    lines = axes.get_lines()
    assert [line.get_label() for line in lines] == ["训练", "b", "c"]
    assert list(lines[0].get_xdata()) == [1, 2, 3] and list(lines[0].get_ydata()) == [2.0, 1.0, 0.5]
    assert len({line.get_linestyle() for line in lines}) == 3
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("轮", "损失")


def test_drawing_into_given_axes() -> None:
    _, (left, middle, right) = plt.subplots(1, 3)
    assert learning_curves({"a": [1.0]}, left) is left
    assert contours(bowl, axes=middle) is middle
    assert confusion(torch.eye(2), axes=right) is right
    assert len(plt.get_fignums()) == 1


def test_a_walk_on_a_surface() -> None:
    walk = descend(ravine, lambda params: torch.optim.SGD(params, lr=0.03), ravine.start, steps=5)
    diverged = torch.tensor([[0.0, 1.0], [math.inf, -math.inf]])
    axes = contours(ravine, {"walk": walk, "diverged": diverged})
    line = axes.get_lines()[0]
    assert np.allclose(np.stack(line.get_data(), axis=1), walk)
    assert axes.get_xlim() == ravine.domain[0] and axes.get_ylim() == ravine.domain[1]
    legend = axes.get_legend()
    assert legend is not None and [text.get_text() for text in legend.get_texts()] == ["walk", "diverged"]


def test_levels_lie_where_the_loss_has_them() -> None:
    axes = contours(bowl, levels=[1.0, 4.0])
    (lines,) = axes.collections
    for path, level in zip(lines.get_paths(), (1.0, 4.0), strict=True):
        assert np.allclose((path.vertices**2).sum(1), level, atol=2e-3)
    assert axes.get_legend() is None


def test_levels_enclose_equal_areas() -> None:
    axes = contours(lambda p: p[..., 0] ** 3, domain=((0.0, 1.0), (0.0, 1.0)), levels=3)
    (lines,) = axes.collections
    assert np.allclose(np.cbrt(lines.levels), [0.25, 0.5, 0.75], atol=0.01)
    contours(lambda p: 0 * p[..., 0] + p[..., 1].round(), domain=((0.0, 1.0), (0.0, 1.0)))  # few different losses


def test_a_confusion_matrix_has_its_counts_and_readable_numbers() -> None:
    axes = confusion(torch.tensor([[9, 1], [0, 0]]), ["ant", "bee"], xlabel="x", ylabel="y")
    assert [(text.get_text(), text.get_color()) for text in axes.texts] == [
        ("9", "#fafafa"), ("1", "#1a1a1a"), ("0", "#1a1a1a"), ("0", "#1a1a1a"),
    ]  # fmt: skip
    assert np.allclose(axes.get_images()[0].get_array(), [[0.9, 0.1], [0, 0]])  # type: ignore[arg-type]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["ant", "bee"]
    assert [label.get_text() for label in confusion(torch.eye(3)).get_yticklabels()] == ["0", "1", "2"]


def test_images_grey_on_one_scale() -> None:
    pictures = torch.stack((torch.zeros(4, 5), torch.ones(4, 5), 3 * torch.ones(4, 5)))
    for given in (pictures, pictures[:, None], pictures.requires_grad_()):
        figure = images(given, ["a", "b", "c"], columns=2)
        drawn = [axes.get_images()[0] for axes in figure.axes]
        assert [image.get_array()[0, 0] for image in drawn] == [0, 1, 3]  # type: ignore[index]
        assert {image.get_clim() for image in drawn} == {(0, 3)}
        assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c"]


def test_images_in_colours_have_their_channels_last() -> None:
    pictures = torch.rand(2, 3, 4, 5)
    for given in (pictures, (255 * pictures).to(torch.uint8)):
        figure = images(given)
        assert np.allclose(figure.axes[1].get_images()[0].get_array(), given[1].permute(1, 2, 0))  # type: ignore[arg-type]


@pytest.mark.parametrize("pictures", [torch.zeros(4, 5), torch.zeros(0, 4, 5), torch.zeros(1, 1, 3, 4, 5), [[0.0]]])
def test_other_shapes_are_no_pictures(pictures: Any) -> None:
    with pytest.raises(ValueError, match=r"\(N, H, W\) or \(N, C, H, W\), got .*picture\[None\]"):
        images(pictures)


def test_what_cannot_be_drawn_is_named() -> None:
    with pytest.raises(ValueError, match=r"1 or 3 channels, got 20; the channels of one picture are a\[0\]"):
        images(torch.zeros(1, 20, 4, 4))
    with pytest.raises(ValueError, match=r"from 0 to 1, got -1 to 1; normalised\?"):
        images(torch.tensor([-1.0, 1.0]).repeat(6).reshape(1, 3, 2, 2))
    with pytest.raises(ValueError, match="titles should be 2, one for each picture, got 1"):
        images(torch.zeros(2, 4, 4), ["a"])
    with pytest.raises(ValueError, match="columns should be at least 1, got 0"):
        images(torch.zeros(2, 4, 4), columns=0)
    with pytest.raises(ValueError, match="at least one name"):
        learning_curves({})
    with pytest.raises(ValueError, match=re.escape("curves['a'] should be one number an epoch, got shape (2, 1)")):
        learning_curves({"a": [[1.0], [2.0]]})  # type: ignore[list-item]
    for function in (bumpy, lambda p: p.sum(-1)):
        with pytest.raises(ValueError, match="domain should be given"):
            contours(function)
    with pytest.raises(ValueError, match=re.escape("to one loss each, got (101, 101, 2)")):
        contours(lambda p: p, domain=((0.0, 1.0), (0.0, 1.0)))
    for path in (torch.zeros(5), torch.zeros(5, 3), [[0.0, 1.0]]):
        with pytest.raises(ValueError, match=r"paths\['a'\] should be points of shape \(steps, 2\), got"):
            contours(bowl, {"a": path})  # type: ignore[dict-item]
    for matrix in (torch.zeros(2, 3), torch.zeros(4), [[1]]):
        with pytest.raises(ValueError, match=r"tensor of shape \(C, C\), got"):
            confusion(matrix)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="names should be 2, one for each class, got 3"):
        confusion(torch.eye(2), ["a", "b", "c"])


def test_no_numbers_and_no_size_are_named() -> None:
    with pytest.raises(TypeError, match=r"curves\['training'\] should be one number an epoch, got \['a'\]"):
        learning_curves({"training": ["a"]})  # type: ignore[list-item]
    with pytest.raises(ValueError, match="size should be above 0 inches, got 0"):
        images(torch.zeros(2, 3, 3), size=0)
