"""The models against the formulas they stand for, written out sample by sample, and against torch.nn."""

import math
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from course_lib.models import MLP, Linear, SigmoidSum

SIZES = st.integers(1, 5)


@settings(max_examples=25, deadline=None)
@given(features=SIZES, rows=st.integers(0, 4), seed=st.integers(0, 1000))
def test_linear_is_its_formula(features: int, rows: int, seed: int) -> None:
    torch.manual_seed(seed)
    model = Linear(features)
    x = torch.randn(rows, features)
    y = model(x)
    assert y.shape == (rows,)
    for sample, value in zip(x, y, strict=True):
        expected = model.bias.item() + sum(w * s for w, s in zip(model.w.tolist(), sample.tolist(), strict=True))
        assert value.item() == pytest.approx(expected, abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(features=SIZES, sigmoids=SIZES, rows=st.integers(0, 4), seed=st.integers(0, 1000))
def test_the_matrix_form_is_the_sum_of_sigmoids(features: int, sigmoids: int, rows: int, seed: int) -> None:
    torch.manual_seed(seed)
    model = SigmoidSum(features, sigmoids)
    x = torch.randn(rows, features)
    y = model(x)
    assert y.shape == (rows,)
    weights, shifts, heights = model.W.tolist(), model.b.tolist(), model.c.tolist()
    for sample, value in zip(x.tolist(), y, strict=True):
        expected = model.bias.item()
        for i in range(sigmoids):
            r = shifts[i] + sum(weights[i][j] * sample[j] for j in range(features))
            expected += heights[i] / (1 + math.exp(-r))
        assert value.item() == pytest.approx(expected, abs=1e-5)


def test_the_sum_of_sigmoids_has_the_lectures_parameters_and_torchs_gradients() -> None:
    model = SigmoidSum(3, 4)
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    assert shapes == {"W": (4, 3), "b": (4,), "c": (4,), "bias": ()}
    twin = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 1))
    with torch.no_grad():
        for theirs, ours in zip(twin.parameters(), (model.W, model.b, model.c[None], model.bias[None]), strict=True):
            theirs.copy_(ours)
    x, target = torch.randn(7, 3), torch.randn(7)
    nn.functional.mse_loss(model(x), target).backward()
    nn.functional.mse_loss(twin(x).squeeze(1), target).backward()
    for theirs, ours in zip(twin.parameters(), (model.W, model.b, model.c, model.bias), strict=True):
        assert theirs.grad is not None and ours.grad is not None
        assert torch.allclose(theirs.grad.reshape(ours.shape), ours.grad, atol=1e-6)


def test_a_sum_of_sigmoids_learns_a_curve_that_no_line_fits() -> None:
    torch.manual_seed(0)
    x = torch.linspace(-3, 3, 100)[:, None]
    target = torch.sin(2 * x[:, 0])
    losses = {}
    for model in (SigmoidSum(1, 20), Linear(1)):
        optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        for _ in range(600):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), target)
            loss.backward()
            optimizer.step()
        losses[type(model)] = loss.item()
    assert losses[SigmoidSum] < 0.01 < 0.4 < losses[Linear]


@pytest.mark.parametrize(("sizes", "kinds"), [((4, 2), "L"), ((4, 3, 2), "LAL"), ([4, 3, 3, 2], "LALAL")])
def test_an_activation_stands_between_layers_only(sizes: list[int], kinds: str) -> None:
    model = MLP(sizes, nn.Tanh)
    assert [type(layer) for layer in model.layers] == [{"L": nn.Linear, "A": nn.Tanh}[kind] for kind in kinds]
    assert model(torch.randn(5, 4)).shape == (5, 2)
    assert model(torch.randn(5, 6, 4)).shape == (5, 6, 2)


def test_an_mlp_is_its_formula_and_its_default_is_relu() -> None:
    model = MLP((3, 4, 2))
    first, last = model.layers[0], model.layers[2]
    x = torch.randn(6, 3)
    hidden = (x @ first.weight.T + first.bias).clamp(min=0)
    assert torch.allclose(model(x), hidden @ last.weight.T + last.bias, atol=1e-6)


def arguments_of(model: nn.Module) -> dict[str, object]:
    return {name: getattr(model, name) for name in ("features", "sigmoids", "sizes") if hasattr(model, name)}


@pytest.mark.parametrize("model", [Linear(2), SigmoidSum(2, 3), MLP((2, 3, 1))], ids=lambda model: type(model).__name__)
class TestEveryModel:
    def test_weights_survive_a_state_dict(self, model: nn.Module) -> None:
        twin = type(model)(
            **{name: getattr(model, name) for name in ("features", "sigmoids", "sizes") if hasattr(model, name)}
        )
        twin.load_state_dict(model.state_dict())
        x = torch.randn(4, 2)
        assert torch.equal(twin(x), model(x))

    def test_the_seed_decides_the_start(self, model: nn.Module) -> None:
        starts = []
        for seed in (1, 1, 2):
            torch.manual_seed(seed)
            starts.append(nn.utils.parameters_to_vector(type(model)(**arguments_of(model)).parameters()))
        assert torch.equal(starts[0], starts[1]) and not torch.equal(starts[0], starts[2])
        assert all(parameter.abs().max() <= 1 for parameter in model.parameters())

    @pytest.mark.parametrize("x", [torch.zeros(4, 3), torch.zeros(()), torch.zeros(0)], ids=lambda x: str(x.shape))
    def test_a_wrong_shape_is_named(self, model: nn.Module, x: Tensor) -> None:
        with pytest.raises(ValueError, match=re.escape(f"(N, 2), got {tuple(x.shape)}")):
            model(x)

    def test_a_wrong_dtype_is_named(self, model: nn.Module) -> None:
        with pytest.raises(TypeError, match=r"x is torch.float64.*x.to\(torch.float32\)"):
            model(torch.zeros(4, 2, dtype=torch.float64))
        with pytest.raises(TypeError, match=r"x is torch\.int64"):
            model(torch.zeros(4, 2, dtype=torch.int64))
        with pytest.raises(TypeError, match="got list"):
            model([[0.0, 0.0]])

    def test_autocast_may_bring_its_own_dtype(self, model: nn.Module) -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert model(torch.zeros(4, 2, dtype=torch.bfloat16)).isfinite().all()


def test_a_single_sample_needs_its_row() -> None:
    with pytest.raises(ValueError, match=r"x\[None\]"):
        SigmoidSum(2, 3)(torch.zeros(2))


@pytest.mark.parametrize("size", [0, -1, 2.0, "2", None, True])
def test_a_wrong_size_is_named(size: int) -> None:
    for make in (lambda: Linear(size), lambda: SigmoidSum(size, 1)):
        with pytest.raises(
            ValueError, match=re.escape(f"features should be a whole number of at least 1, got {size!r}")
        ):
            make()
    with pytest.raises(ValueError, match="sigmoids should be"):
        SigmoidSum(1, size)
    with pytest.raises(ValueError, match=r"sizes\[1\] should be"):
        MLP((2, size))


@pytest.mark.parametrize("sizes", [(), (3,)])
def test_too_few_sizes(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at least the input's and the output's width"):
        MLP(sizes)


@pytest.mark.parametrize("sizes", [3, "34", None])
def test_sizes_that_are_no_sequence(sizes: tuple[int, ...]) -> None:
    with pytest.raises(TypeError, match="a sequence of widths"):
        MLP(sizes)


def test_an_instance_of_an_activation_is_refused() -> None:
    with pytest.raises(TypeError, match=r"a class such as nn\.ReLU, got ReLU\(\)"):
        MLP((2, 2), nn.ReLU())
    with pytest.raises(TypeError, match="got 'relu'"):
        MLP((2, 2), "relu")  # type: ignore[arg-type]


def test_models_print_their_sizes() -> None:
    assert repr(SigmoidSum(2, 3)) == "SigmoidSum(features=2, sigmoids=3)"
    assert repr(Linear(2)) == "Linear(features=2)"
