"""Gradients, Hessians and kinds of points against what mathematics says."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from course_lib.landscape import classify, eigenvalues, escape, gradient, hessian


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 5))
def test_a_quadratic_form_has_the_known_gradient_and_hessian(seed: int, size: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    matrix = torch.randn(size, size, generator=generator, dtype=torch.float64)
    point = torch.randn(size, generator=generator, dtype=torch.float64)

    def form(p: Tensor) -> Tensor:
        return p @ matrix @ p / 2

    symmetric = (matrix + matrix.T) / 2
    assert torch.allclose(gradient(form, point), symmetric @ point)
    assert torch.allclose(hessian(form, point), symmetric)
    assert torch.allclose(eigenvalues(form, point), torch.linalg.eigvalsh(symmetric))


@pytest.mark.parametrize(
    ("curvatures", "kind"),
    [((1, 2), "minimum"), ((-1, -2), "maximum"), ((-1, 2), "saddle"), ((0, 2), "degenerate"), ((0, -1), "degenerate")],
)
def test_kinds(curvatures: tuple[int, int], kind: str) -> None:
    weights = torch.tensor(curvatures, dtype=torch.float64)
    assert classify(lambda p: (weights * p**2).sum(), torch.zeros(2, dtype=torch.float64)) == kind


def test_a_slope_is_not_critical() -> None:
    assert classify(lambda p: p.sum(), torch.zeros(2)) == "not critical"


def test_escape_lowers_a_saddle_and_refuses_a_bowl() -> None:
    def saddle(p: Tensor) -> Tensor:
        return p[0] ** 2 - p[1] ** 2 + 0.1 * p[1] ** 3

    assert saddle(escape(saddle, torch.zeros(2))) < saddle(torch.zeros(2))
    with pytest.raises(ValueError, match="nothing curves down"):
        escape(lambda p: (p**2).sum(), torch.zeros(2))


@pytest.mark.parametrize("point", [torch.zeros(2, 2), torch.zeros(2, dtype=torch.int64), [0.0, 0.0]])
def test_a_wrong_point_is_refused(point: Tensor) -> None:
    with pytest.raises(ValueError, match="float tensor of shape"):
        gradient(lambda p: p.sum(), point)


def test_a_function_with_many_values_is_refused() -> None:
    with pytest.raises(ValueError, match="one number"):
        hessian(lambda p: p, torch.zeros(2))
