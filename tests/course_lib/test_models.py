"""The models against the formulas they stand for, written out sample by sample, and against torch.nn."""

import math
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from course_lib.losses import binary_cross_entropy, cross_entropy
from course_lib.models import (
    MLP,
    ConvNet,
    Discriminator,
    Generator,
    Linear,
    LogisticRegression,
    ReLUSum,
    SigmoidSum,
    SoftmaxRegression,
)

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
    names = ("features", "sigmoids", "relus", "classes", "sizes")
    return {name: getattr(model, name) for name in names if hasattr(model, name)}


MODELS = [
    Linear(2),
    SigmoidSum(2, 3),
    ReLUSum(2, 3),
    MLP((2, 3, 1)),
    LogisticRegression(2),
    SoftmaxRegression(2, 3),
    Discriminator(2),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
class TestEveryModel:
    def test_weights_survive_a_state_dict(self, model: nn.Module) -> None:
        twin = type(model)(**arguments_of(model))
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

    @pytest.mark.filterwarnings("ignore:.torch.jit.trace:DeprecationWarning")  # by TensorBoard, not by us
    def test_tensorboard_may_trace_its_graph(self, model: nn.Module) -> None:
        # a TracerWarning, of a size frozen into the graph, would be an error here
        traced = torch.jit.trace(model, torch.zeros(3, 2))
        x = torch.randn(5, 2)
        assert torch.equal(traced(x), model(x))

    def test_autocast_may_bring_its_own_dtype(self, model: nn.Module) -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert model(torch.zeros(4, 2, dtype=torch.bfloat16)).isfinite().all()


def test_a_single_sample_needs_its_row() -> None:
    with pytest.raises(ValueError, match=r"x\[None\]"):
        SigmoidSum(2, 3)(torch.zeros(2))


@pytest.mark.parametrize("size", [0, -1, 2.0, "2", None, True])
def test_a_wrong_size_is_named(size: int) -> None:
    for make in (
        lambda: Linear(size),
        lambda: SigmoidSum(size, 1),
        lambda: ReLUSum(size, 1),
        lambda: LogisticRegression(size),
        lambda: SoftmaxRegression(size, 2),
        lambda: Discriminator(size),
        lambda: Generator(features=size),
    ):
        with pytest.raises(
            ValueError, match=re.escape(f"features should be a whole number of at least 1, got {size!r}")
        ):
            make()
    with pytest.raises(ValueError, match="sigmoids should be"):
        SigmoidSum(1, size)
    with pytest.raises(ValueError, match=r"sizes\[1\] should be"):
        MLP((2, size))
    with pytest.raises(ValueError, match="relus should be"):
        ReLUSum(1, size)
    with pytest.raises(ValueError, match="noise should be"):
        Generator(noise=size)
    with pytest.raises(ValueError, match="hidden should be"):
        Discriminator(hidden=size)
    with pytest.raises(ValueError, match="count should be"):
        Generator().sample(size)
    with pytest.raises(ValueError, match="channels should be"):
        ConvNet(channels=size)


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
    assert repr(ReLUSum(2, 3)) == "ReLUSum(features=2, relus=3)"
    assert repr(Linear(2)) == "Linear(features=2)"
    assert repr(LogisticRegression(2)) == "LogisticRegression(features=2)"
    assert repr(SoftmaxRegression(2, 3)) == "SoftmaxRegression(features=2, classes=3)"


@settings(max_examples=25, deadline=None)
@given(features=SIZES, relus=SIZES, rows=st.integers(0, 4), seed=st.integers(0, 1000))
def test_the_matrix_form_is_the_sum_of_relus(features: int, relus: int, rows: int, seed: int) -> None:
    torch.manual_seed(seed)
    model = ReLUSum(features, relus)
    x = torch.randn(rows, features)
    weights, shifts, heights = model.W.tolist(), model.b.tolist(), model.c.tolist()
    for sample, value in zip(x.tolist(), model(x), strict=True):
        expected = model.bias.item()
        for i in range(relus):
            expected += heights[i] * max(0.0, shifts[i] + sum(weights[i][j] * sample[j] for j in range(features)))
        assert value.item() == pytest.approx(expected, abs=1e-5)


def test_two_relus_make_a_hard_sigmoid() -> None:
    model = ReLUSum(1, 2)
    with torch.no_grad():
        model.W.copy_(torch.ones(2, 1))
        model.b.copy_(torch.tensor([3.0, -3.0]))
        model.c.copy_(torch.tensor([1.0, -1.0]) / 6)
        model.bias.zero_()
    x = torch.linspace(-5, 5, 101)
    assert torch.allclose(model(x[:, None]), nn.functional.hardsigmoid(x), atol=1e-6)


def test_softmax_regression_of_two_classes_is_logistic_regression() -> None:
    torch.manual_seed(0)
    several, two = SoftmaxRegression(3, 2), LogisticRegression(3)
    with torch.no_grad():
        two.w.copy_(several.W[1] - several.W[0])
        two.bias.copy_(several.b[1] - several.b[0])
    x, labels = torch.randn(8, 3), torch.randint(2, (8,))
    assert torch.allclose(several.probabilities(x)[:, 1], two.probability(x), atol=1e-6)
    assert torch.allclose(cross_entropy(several(x), labels), binary_cross_entropy(two(x), labels.float()), atol=1e-6)
    assert not two.probability(x).requires_grad and not several.probabilities(x).requires_grad


def test_a_straight_boundary_is_learnt_and_xor_is_not() -> None:
    torch.manual_seed(0)
    x = torch.randn(200, 2)
    straight, xor = (x[:, 0] + 2 * x[:, 1] > 0.3).float(), (x[:, 0] * x[:, 1] > 0).float()
    right = {}
    for name, target in (("straight", straight), ("xor", xor)):
        model = LogisticRegression(2)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        for _ in range(300):
            optimizer.zero_grad()
            binary_cross_entropy(model(x), target).backward()
            optimizer.step()
        right[name] = ((model(x) > 0).float() == target).float().mean().item()
    assert right["straight"] > 0.98 and right["xor"] < 0.7


class TestConvNet:
    def test_between_its_linear_layers_is_what_the_notes_forgot(self) -> None:
        kinds = [type(layer) for layer in ConvNet().layers]
        conv = [nn.Conv2d, nn.MaxPool2d]
        assert kinds == [*conv, *conv, nn.Flatten, nn.Linear, nn.ReLU, nn.Linear]
        assert sum(parameter.numel() for parameter in ConvNet().parameters()) == 432_080

    @pytest.mark.parametrize(("channels", "classes", "side"), [(3, 10, 28), (1, 2, 16), (3, 10, 32), (2, 5, 17)])
    def test_every_size_fits(self, channels: int, classes: int, side: int) -> None:
        model = ConvNet(channels, classes, side)
        assert model(torch.randn(2, channels, side, side)).shape == (2, classes)

    @pytest.mark.filterwarnings("ignore:.torch.jit.trace:DeprecationWarning")
    def test_tensorboard_may_trace_its_graph(self) -> None:
        model, x = ConvNet(1, 2, 16), torch.randn(5, 1, 16, 16)
        assert torch.equal(torch.jit.trace(model, torch.zeros(3, 1, 16, 16))(x), model(x))

    def test_it_learns_what_is_where(self) -> None:
        torch.manual_seed(0)
        x, labels = 0.3 * torch.randn(40, 1, 16, 16), torch.arange(40) % 2
        x[labels == 1, :, 4:8, 4:8] += 1
        model = ConvNet(1, 2, 16)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
        for _ in range(20):
            optimizer.zero_grad()
            cross_entropy(model(x), labels).backward()
            optimizer.step()
        assert (model(x).argmax(1) == labels).all()

    @pytest.mark.parametrize("shape", [(3, 28, 28), (4, 28, 28, 3), (4, 1, 28, 28), (4, 3, 32, 32), ()])
    def test_other_pictures_are_refused(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match=re.escape(f"(N, 3, 28, 28), got {shape}; one picture is x[None]")):
            ConvNet()(torch.zeros(shape))

    def test_bytes_are_refused(self) -> None:
        with pytest.raises(TypeError, match=r"x is torch\.uint8.*x\.to\(torch\.float32\) / 255"):
            ConvNet()(torch.zeros(1, 3, 28, 28, dtype=torch.uint8))
        with pytest.raises(TypeError, match="got list"):
            ConvNet()([[0.0]])

    def test_too_small_a_picture_is_refused(self) -> None:
        with pytest.raises(ValueError, match="side should be a whole number of at least 16, got 15"):
            ConvNet(side=15)
        with pytest.raises(ValueError, match="classes should be a whole number of at least 2, got 1"):
            ConvNet(classes=1)


def energy_distance(a: Tensor, b: Tensor) -> float:
    """0 for equal distributions, larger the more they differ (Székely and Rizzo)."""
    return (2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()).item()


def test_generator_and_discriminator_play_until_the_points_are_alike() -> None:
    torch.manual_seed(0)
    noise = torch.Generator().manual_seed(1)

    def real(count: int) -> Tensor:
        return torch.randn(count, 2, generator=noise) @ torch.tensor([[0.5, 0.4], [0.0, 0.3]]) + torch.tensor(
            [2.0, -1.0]
        )

    g, d = Generator(), Discriminator()
    before = energy_distance(real(500), g.sample(500, noise).detach())
    of_g, of_d = (torch.optim.Adam(model.parameters(), lr=2e-3, betas=(0.5, 0.9)) for model in (g, d))
    ones, zeros = torch.ones(64), torch.zeros(64)
    for _ in range(400):
        fake = g.sample(64, noise)
        of_d.zero_grad()
        (binary_cross_entropy(d(real(64)), ones) + binary_cross_entropy(d(fake.detach()), zeros)).backward()
        of_d.step()
        of_g.zero_grad()
        binary_cross_entropy(d(fake), ones).backward()
        of_g.step()
    after = energy_distance(real(500), g.sample(500, noise).detach())
    assert before > 1 and after < before / 10


def test_the_same_noise_gives_the_same_points() -> None:
    model = Generator(noise=3, features=1)
    samples = [model.sample(5, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)]
    assert samples[0].shape == (5, 1) and samples[0].requires_grad
    assert torch.equal(samples[0], samples[1]) and not torch.equal(samples[0], samples[2])
    assert model.double().sample(2).dtype == torch.float64
    assert model(torch.zeros(4, 3, dtype=torch.float64)).shape == (4, 1)


@settings(max_examples=150, deadline=None)
@given(
    model=st.sampled_from([*MODELS, ConvNet(1, 2, 16)]),
    shape=st.lists(st.sampled_from([0, 1, 2, 3, 16]), max_size=4).map(tuple),
    dtype=st.sampled_from([torch.float32, torch.float64, torch.int64, torch.bool]),
)
def test_whatever_comes_in_is_worked_on_or_refused_by_name(
    model: nn.Module, shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    try:
        y = model(torch.zeros(shape, dtype=dtype))
    except ValueError as error:
        assert f"got {shape}" in str(error)
    except TypeError as error:
        assert f"x is {dtype}" in str(error)
    else:
        # a single sample, without an axis of its own, suits the networks of nn.Linear
        assert dtype == torch.float32 and (y.shape[:1] == shape[:1] or len(shape) == 1)
