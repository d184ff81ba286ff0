"""Gradients, Hessians and kinds of points against what mathematics says."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.optim import SGD, Optimizer

from course_lib.landscape import (
    Surface,
    bowl,
    bumpy,
    classify,
    descend,
    eigenvalues,
    escape,
    example_slopes,
    flat_loss,
    flat_parameters,
    gradient,
    hessian,
    hessian_vector_product,
    hill,
    in_batches,
    plateau,
    ravine,
    saddle,
    valleys,
)
from course_lib.models import MLP, SigmoidSum

SURFACES = (bumpy, bowl, ravine, saddle, hill, plateau, valleys)


def plain(lr: float, momentum: float = 0.0) -> Callable[[list[Tensor]], Optimizer]:
    return lambda params: SGD(params, lr=lr, momentum=momentum)


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


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
class TestEverySurface:
    def test_it_is_described_consistently(self, surface: Surface) -> None:
        assert globals()[surface.name] is surface
        assert len(surface.start) == len(surface.domain) == surface.dimension
        for place, (low, high) in zip(surface.start, surface.domain, strict=True):
            assert low < place < high
        with pytest.raises(dataclasses.FrozenInstanceError):
            surface.name = "other"

    def test_a_grid_gives_the_values_of_its_points(self, surface: Surface) -> None:
        grid = torch.randn(3, 4, surface.dimension)
        values = surface(grid)
        assert values.shape == (3, 4) and values.isfinite().all()
        assert torch.allclose(values, torch.stack([torch.stack([surface(p) for p in row]) for row in grid]))

    def test_autograd_agrees_with_differences(self, surface: Surface) -> None:
        point = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(surface, (point,))

    def test_the_start_is_not_critical(self, surface: Surface) -> None:
        assert classify(surface, torch.tensor(surface.start)) == "not critical"

    def test_wrong_points_are_refused(self, surface: Surface) -> None:
        with pytest.raises(ValueError, match=f"{surface.name} takes points of shape"):
            surface(torch.zeros(3))
        with pytest.raises(ValueError, match="takes points of shape"):
            surface(torch.tensor(0.0))
        with pytest.raises(TypeError, match=r"float tensor, got torch\.int64; try torch\.tensor\(\("):
            surface(torch.zeros(surface.dimension, dtype=torch.int64))
        with pytest.raises(TypeError, match="got tuple"):
            surface(surface.start)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("surface", "point", "kind", "curvatures"),
    [
        (bowl, (0.0, 0.0), "minimum", (2.0, 2.0)),
        (ravine, (0.0, 0.0), "minimum", (1.0, 50.0)),
        (saddle, (0.0, 0.0), "saddle", (-2.0, 2.0)),
        (saddle, (0.0, math.sqrt(2)), "minimum", (2.0, 4.0)),
        (saddle, (0.0, -math.sqrt(2)), "minimum", (2.0, 4.0)),
        (hill, (0.0, 0.0), "maximum", (-2.0, -2.0)),
        (plateau, (0.0, 0.0), "minimum", (1.0, 1.0)),
    ],
)
def test_the_surfaces_have_the_critical_points_they_are_named_for(
    surface: Surface, point: tuple[float, float], kind: str, curvatures: tuple[float, float]
) -> None:
    at = torch.tensor(point, dtype=torch.float64)
    assert classify(surface, at) == kind
    assert torch.allclose(eigenvalues(surface, at), torch.tensor(curvatures, dtype=torch.float64))


def test_bumpy_has_a_local_a_global_minimum_and_one_maximum() -> None:
    w = torch.linspace(-2, 2, 4001, dtype=torch.float64)[:, None]
    values = bumpy(w)
    inner = values[1:-1]
    bottoms = w[1:-1, 0][(inner < values[:-2]) & (inner < values[2:])]
    tops = w[1:-1, 0][(inner > values[:-2]) & (inner > values[2:])]
    assert bottoms.tolist() == pytest.approx([-1.04, 0.96], abs=0.01)
    assert tops.tolist() == pytest.approx([0.08], abs=0.01)
    assert bumpy(bottoms[:1]) + 0.5 < bumpy(bottoms[1:]) and values.min() > 0


def test_valleys_is_bumpy_in_its_first_parameter_and_a_parabola_in_its_second() -> None:
    points = torch.randn(50, 2, dtype=torch.float64)
    assert torch.equal(valleys(points), bumpy(points[:, :1]) + points[:, 1] ** 2)
    for w, kind in ((0.9601, "minimum"), (-1.0352, "minimum"), (0.0752, "saddle")):
        for _ in range(5):  # Newton's method: to the point itself
            at = torch.tensor([w], dtype=torch.float64)
            w -= (gradient(bumpy, at) / hessian(bumpy, at)[0]).item()
        point = torch.tensor([w, 0.0], dtype=torch.float64)
        assert classify(valleys, point) == kind
        assert eigenvalues(valleys, point).tolist() == pytest.approx(sorted((12 * w**2 - 4, 2.0)))


def test_descent_stays_in_the_local_minimum_and_momentum_does_not() -> None:
    assert descend(bumpy, plain(0.02), bumpy.start, 400)[-1].item() == pytest.approx(0.96, abs=0.01)
    assert descend(bumpy, plain(0.02, momentum=0.9), bumpy.start, 400)[-1].item() == pytest.approx(-1.04, abs=0.01)


def test_descent_is_caught_at_the_saddle_and_escape_frees_it() -> None:
    stuck = descend(saddle, plain(0.1), saddle.start, 200)[-1]
    assert classify(saddle, stuck) == "saddle"
    free = descend(saddle, plain(0.1), escape(saddle, stuck), 200)[-1]
    assert saddle(free).item() == pytest.approx(-1, abs=1e-5)


def test_the_ravine_diverges_over_its_rate_and_the_plateau_is_slow() -> None:
    assert descend(ravine, plain(2.1 / 50), ravine.start, 200)[-1].abs().max() > 1e3
    assert descend(ravine, plain(1.9 / 50), ravine.start, 200)[-1].abs().max() < 0.01
    assert plateau(descend(plateau, plain(0.1), plateau.start, 50)[-1]) > 0.99
    assert plateau(descend(plateau, plain(0.1), (1.0, 1.0), 50)[-1]) < 0.01


@settings(max_examples=25, deadline=None)
@given(lr=st.floats(0.001, 0.9), steps=st.integers(0, 10), x=st.floats(-5, 5), y=st.floats(-5, 5))
def test_a_walk_down_the_bowl_is_geometric(lr: float, steps: int, x: float, y: float) -> None:
    path = descend(bowl, plain(lr), torch.tensor([x, y], dtype=torch.float64), steps)
    shrink = (1 - 2 * lr) ** torch.arange(steps + 1, dtype=torch.float64)
    assert path.shape == (steps + 1, 2) and not path.requires_grad
    assert torch.allclose(path, shrink[:, None] * torch.tensor([x, y], dtype=torch.float64), atol=1e-9)


def test_the_start_is_left_alone_and_a_closure_optimizer_serves() -> None:
    start = torch.tensor([3.0, 1.0], requires_grad=True)
    path = descend(ravine, lambda params: torch.optim.LBFGS(params, max_iter=20), start, 3)
    assert start.tolist() == [3.0, 1.0] and start.grad is None
    assert path[0].tolist() == [3.0, 1.0] and ravine(path[-1]) < 1e-6


@pytest.mark.parametrize("steps", [1.5, "3", None, True])
def test_steps_that_are_no_number(steps: Any) -> None:
    with pytest.raises(TypeError, match=f"steps should be a whole number, got {steps!r}"):
        descend(bowl, plain(0.1), bowl.start, steps)


def test_bad_walks_are_refused() -> None:
    with pytest.raises(ValueError, match="steps should be at least 0, got -1"):
        descend(bowl, plain(0.1), bowl.start, -1)
    with pytest.raises(ValueError, match="float tensor of shape"):
        descend(bowl, plain(0.1), torch.zeros(2, 2), 1)
    with pytest.raises(ValueError, match=r"bowl takes points of shape \(\.\.\., 2\)"):
        descend(bowl, plain(0.1), (1.0, 2.0, 3.0), 1)
    with pytest.raises(TypeError, match="should be a function such as lambda params"):
        descend(bowl, SGD([torch.zeros(2, requires_grad=True)], lr=0.1), bowl.start, 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"should return a torch\.optim\.Optimizer, but returned None"):
        descend(bowl, lambda params: None, bowl.start, 1)  # type: ignore[arg-type,return-value]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 6))
def test_a_hessian_vector_product_is_the_hessian_times_the_vector(seed: int, size: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    point, vector, weights = torch.randn(3, size, generator=generator, dtype=torch.float64)

    def curved(p: Tensor) -> Tensor:
        return torch.tanh(p @ weights) + (p**3).sum() + p[0] * p[-1]

    product = hessian_vector_product(curved, point, vector)
    assert torch.allclose(product, hessian(curved, point) @ vector)
    # beside autograd: the change of the gradient along the vector, by central differences
    difference = gradient(curved, point + 1e-6 * vector) - gradient(curved, point - 1e-6 * vector)
    assert torch.allclose(product, difference / 2e-6, rtol=1e-6, atol=1e-6)


def test_a_networks_hessian_vector_products_are_the_columns_of_its_hessian() -> None:
    torch.manual_seed(0)
    model, x, y = MLP((3, 4, 2), nn.Tanh).double(), torch.randn(20, 3).double(), torch.randint(2, (20,))
    theta, loss = flat_parameters(model), flat_loss(model, nn.CrossEntropyLoss(), x, y)
    columns = [hessian_vector_product(loss, theta, unit) for unit in torch.eye(theta.numel(), dtype=torch.float64)]
    assert torch.allclose(torch.stack(columns, 1), hessian(loss, theta))
    assert flat_parameters(model).equal(theta) and all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("function", [lambda p: 3 * p.sum(), lambda p: p[0] + torch.relu(p[1])])
def test_without_curvature_the_product_is_zero(function: Callable[[Tensor], Tensor]) -> None:
    assert hessian_vector_product(function, torch.ones(2), torch.tensor([1.0, 2.0])).tolist() == [0.0, 0.0]


def test_a_product_has_no_graph_and_leaves_its_arguments() -> None:
    point, vector = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    product = hessian_vector_product(lambda p: (p**3).sum(), point, vector)
    assert product.tolist() == [6.0, 6.0] and not product.requires_grad
    assert point.grad is None and vector.grad is None


@pytest.mark.parametrize("vector", [torch.zeros(3), torch.zeros(2, 1), torch.zeros(2).double(), [0.0, 0.0]])
def test_a_vector_unlike_the_point_is_refused(vector: Any) -> None:
    with pytest.raises(ValueError, match=r"vector should be like the point, \(2,\) of torch.float32, got"):
        hessian_vector_product(bowl, torch.zeros(2), vector)


@pytest.mark.parametrize("model", [SigmoidSum(2, 3), nn.Sequential(MLP((2, 4, 1), nn.Tanh), nn.Flatten(0))])
def test_a_flat_loss_is_the_models_loss_with_its_gradient(model: nn.Module) -> None:
    x, y = torch.randn(20, 2), torch.randn(20)
    theta, loss = flat_parameters(model), flat_loss(model, nn.MSELoss(), x, y)
    expected = nn.MSELoss()(model(x), y)
    expected.backward()
    slope = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
    assert torch.allclose(loss(theta), expected)
    assert torch.allclose(gradient(loss, theta), slope, atol=1e-6)
    assert hessian(loss, theta).shape == (theta.numel(), theta.numel())


def test_descending_a_flat_loss_is_training_and_leaves_the_model() -> None:
    model, x = nn.Linear(3, 1), torch.randn(30, 3)
    y = x @ torch.tensor([[1.0], [-2.0], [0.5]]) + 1
    before = flat_parameters(model)
    path = descend(flat_loss(model, nn.MSELoss(), x, y), plain(0.1), before, 50)
    assert torch.equal(flat_parameters(model), before) and all(p.grad is None for p in model.parameters())
    optimizer = SGD(model.parameters(), lr=0.1)
    for point in path:
        assert torch.allclose(flat_parameters(model), point, atol=1e-5)
        optimizer.zero_grad()
        nn.MSELoss()(model(x), y).backward()
        optimizer.step()
    assert (path[-1] - path[0]).norm() > 0.5


def test_buffers_and_tied_weights_are_kept() -> None:
    first, second = nn.Linear(2, 2), nn.Linear(2, 2)
    second.weight = first.weight
    model = nn.Sequential(first, nn.BatchNorm1d(2), second)
    x, y = torch.randn(8, 2), torch.randn(8, 2)
    theta = flat_parameters(model)
    loss = flat_loss(model, nn.MSELoss(), x, y)
    assert theta.numel() == 4 + 2 + 4 + 2
    assert torch.equal(loss(theta), loss(theta))
    assert int(model.get_buffer("1.num_batches_tracked")) == 0
    assert torch.allclose(loss(theta), nn.MSELoss()(model(x), y))


def test_flat_parameters_are_a_copy() -> None:
    model = nn.Linear(2, 1)
    theta = flat_parameters(model)
    theta.zero_()
    assert not theta.requires_grad and flat_parameters(model).abs().sum() > 0


def test_a_wrong_vector_and_an_empty_model_are_refused() -> None:
    loss = flat_loss(nn.Linear(2, 1), nn.MSELoss(), torch.zeros(1, 2), torch.zeros(1, 1))
    with pytest.raises(ValueError, match=r"theta should have shape \(3,\).*got \(4,\)"):
        loss(torch.zeros(4))
    with pytest.raises(ValueError, match="ReLU has no parameters"):
        flat_loss(nn.ReLU(), nn.MSELoss(), torch.zeros(1), torch.zeros(1))


def test_the_slopes_of_the_examples_have_mean_zero_and_spread_one() -> None:
    slopes = example_slopes()
    assert slopes.shape == (64, 2) and slopes.dtype == torch.float64
    assert torch.allclose(slopes.mean(0), torch.zeros(2, dtype=torch.float64), atol=1e-15)
    assert torch.allclose(slopes.std(0, correction=0), torch.ones(2, dtype=torch.float64))
    assert abs((slopes[:, 0] * slopes[:, 1]).mean().item()) < 0.25  # neither tells of the other


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_the_batches_of_an_epoch_are_all_examples_in_an_order_drawn_anew(surface: Surface) -> None:
    point = torch.tensor(surface.start, dtype=torch.float64)
    slope = gradient(surface, point)
    loss = in_batches(surface, batch_size=1, noise=2.0)
    one_by_one = torch.stack([gradient(loss, point) - slope for _ in range(128)]) / 2
    slopes = example_slopes()[:, : surface.dimension]
    for epoch in (one_by_one[:64], one_by_one[64:]):
        assert torch.allclose(epoch[epoch[:, 0].argsort()], slopes[slopes[:, 0].argsort()])
    assert not torch.allclose(one_by_one[:64], one_by_one[64:])
    by_four = in_batches(surface, batch_size=4, noise=2.0)
    for number in range(16):
        mean = one_by_one[4 * number : 4 * number + 4].mean(0)
        assert torch.allclose((gradient(by_four, point) - slope) / 2, mean)  # the same order at any size


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_all_examples_at_once_are_the_surface(surface: Surface) -> None:
    points = torch.randn(5, surface.dimension)
    assert torch.equal(in_batches(surface, batch_size=64, noise=3.0)(points), surface(points))
    assert torch.equal(in_batches(surface, batch_size=1, noise=0)(points), surface(points))
    assert torch.allclose(hessian(in_batches(surface, 2), points[0]), hessian(surface, points[0]))


def test_a_larger_batch_has_less_noise() -> None:
    zero = torch.zeros(2, dtype=torch.float64)  # where the gradient of the bowl is 0
    spread = {}
    for size in (1, 4, 16):
        loss = in_batches(bowl, size)
        spread[size] = torch.stack([gradient(loss, zero) for _ in range(64 * 20)]).square().mean().sqrt().item()
    assert spread[1] == pytest.approx(1)
    assert spread[4] == pytest.approx(1 / 2, rel=0.15) and spread[16] == pytest.approx(1 / 4, rel=0.25)


def test_a_walk_in_batches_can_be_repeated() -> None:
    first, second = (descend(in_batches(saddle, 4), plain(0.1), (1.5, 0.0), 30) for _ in range(2))
    assert torch.equal(first, second)
    assert saddle(first[-1]) < -0.5  # the noise pushes it off the saddle where the bare surface keeps it


def test_bad_batches_are_refused_and_cost_no_batch() -> None:
    with pytest.raises(TypeError, match="surface should be a Surface such as bowl"):
        in_batches(lambda p: p.sum(), 4)  # type: ignore[arg-type]
    for size in (2.0, True, "4"):
        with pytest.raises(TypeError, match=f"batch_size should be a whole number, got {size!r}"):
            in_batches(bowl, size)  # type: ignore[arg-type]
    for number in (0, 3, -4, 128):
        with pytest.raises(ValueError, match=f"batch_size should be one of 1, 2, 4, ..., 64, got {number}"):
            in_batches(bowl, number)
    with pytest.raises(ValueError, match="noise should be a number from 0"):
        in_batches(bowl, 4, noise=-1.0)
    used, fresh, point = in_batches(bowl, 1), in_batches(bowl, 1), torch.ones(2)
    with pytest.raises(ValueError, match="bowl takes points of shape"):
        used(torch.ones(3))
    assert torch.equal(used(point), fresh(point))
