"""GradientDescent against torch.optim.SGD, bit for bit, and against its formula by hand."""

import copy
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from course_lib.optimizers import GradientDescent

Problem = Callable[[list[Tensor], int], Tensor]


def convex(weights: list[Tensor], step: int) -> Tensor:
    return torch.stack([((place + 1) * weight**2 + weight).sum() for place, weight in enumerate(weights)]).sum()


def rugged(weights: list[Tensor], step: int) -> Tensor:
    return torch.stack([(torch.sin(3 * weight + step) + 0.1 * weight**2).sum() for weight in weights]).sum()


@pytest.mark.parametrize("problem", [convex, rugged])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("weight_decay", [0, 0.01, 0.9])
@pytest.mark.parametrize("foreach", [False, True])
def test_two_hundred_steps_equal_torchs(
    problem: Problem, dtype: torch.dtype, weight_decay: float, foreach: bool
) -> None:
    generator = torch.Generator().manual_seed(3)
    shapes: list[tuple[int, ...]] = [(70, 5), (5,), ()]
    ours = [torch.randn(shape, generator=generator, dtype=dtype).requires_grad_() for shape in shapes]
    theirs = [weight.detach().clone().requires_grad_() for weight in ours]
    start = [weight.detach().clone() for weight in ours]
    optimizers = (
        (ours, GradientDescent(ours, lr=0.03, weight_decay=weight_decay)),
        (theirs, torch.optim.SGD(theirs, lr=0.03, weight_decay=weight_decay, foreach=foreach)),
    )
    for step in range(200):
        for weights, optimizer in optimizers:
            optimizer.zero_grad()
            problem(weights, step).backward()
            optimizer.step()
        assert all(torch.equal(one, other) for one, other in zip(ours, theirs, strict=True)), f"step {step}"
    assert all(not torch.equal(one, other) for one, other in zip(ours, start, strict=True))


@settings(max_examples=50, deadline=None)
@given(
    theta=st.floats(-100, 100),
    slope=st.floats(-100, 100),
    lr=st.floats(0, 10),
    weight_decay=st.floats(0, 10),
)
def test_a_step_is_the_formula(theta: float, slope: float, lr: float, weight_decay: float) -> None:
    parameter = torch.tensor(theta, dtype=torch.float64, requires_grad=True)
    parameter.grad = torch.tensor(slope, dtype=torch.float64)
    GradientDescent([parameter], lr=lr, weight_decay=weight_decay).step()
    assert parameter.item() == pytest.approx(theta - lr * (slope + weight_decay * theta), rel=1e-9, abs=1e-9)
    assert parameter.grad.item() == slope, "the gradient is only read"


def test_groups_have_their_own_rates() -> None:
    body, head, late = (torch.ones(2, requires_grad=True) for _ in range(3))
    groups = [{"params": [body]}, {"params": [head], "lr": 0.5, "weight_decay": 1.0}]
    optimizer = GradientDescent(groups, lr=0.1)
    optimizer.add_param_group({"params": [late], "lr": 0.0})
    (body.sum() + head.sum() + late.sum()).backward()
    optimizer.step()
    assert body.tolist() == pytest.approx([0.9, 0.9])
    assert head.tolist() == [0.0, 0.0]  # 1 - 0.5 · (1 + 1 · 1)
    assert late.tolist() == [1.0, 1.0]


def test_a_parameter_without_gradient_stays_even_under_decay() -> None:
    used, unused = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    optimizer = GradientDescent([unused, used], lr=0.1, weight_decay=0.5)
    used.sum().backward()
    optimizer.step()
    assert unused.item() == 1.0 and used.item() == pytest.approx(1 - 0.1 * 1.5)


def test_sparse_gradients_are_refused_and_nothing_has_moved() -> None:
    dense, table = nn.Parameter(torch.ones(2)), nn.Embedding(10, 3, sparse=True)
    optimizer = GradientDescent([dense, *table.parameters()], lr=0.1)
    (dense.sum() + table(torch.tensor([1, 2])).sum()).backward()
    told = r"of shape \(10, 3\) is sparse.*weight decay.*sparse=False, or use torch.optim.SGD"
    with pytest.raises(RuntimeError, match=told):
        optimizer.step()
    assert dense.tolist() == [1.0, 1.0]


def test_the_closure_is_called_with_gradients_on() -> None:
    weight = torch.tensor([3.0], requires_grad=True)
    optimizer = GradientDescent([weight], lr=0.25)

    def closure() -> float:
        optimizer.zero_grad()
        loss = (weight**2).sum()
        loss.backward()
        return loss.item()

    with torch.no_grad():
        assert optimizer.step(closure) == 9.0
    assert weight.item() == 1.5


def test_state_survives_and_schedules_act() -> None:
    model = nn.Linear(2, 1)
    optimizer = GradientDescent(model.parameters(), lr=1.0, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    optimizer.step()
    schedule.step()
    assert optimizer.param_groups[0]["lr"] == 0.5
    twin = GradientDescent(model.parameters(), lr=9.0)
    twin.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    assert (twin.param_groups[0]["lr"], twin.param_groups[0]["weight_decay"]) == (0.5, 0.1)


@pytest.mark.parametrize("name", ["lr", "weight_decay"])
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_a_rate_out_of_range_is_named(name: str, value: float) -> None:
    parameter = torch.zeros(1, requires_grad=True)
    told = re.escape(f"{name} should be a finite number ≥ 0, got {value!r}")
    with pytest.raises(ValueError, match=told):
        GradientDescent([parameter], **{"lr": 0.1, name: value})
    with pytest.raises(ValueError, match=told):
        GradientDescent([{"params": [parameter], name: value}], lr=0.1)


@pytest.mark.parametrize("value", ["0.1", None, True, [0.1]])
def test_a_rate_that_is_no_number_is_named(value: float) -> None:
    with pytest.raises(TypeError, match=re.escape(f"lr should be a number such as 0.01, got {value!r}")):
        GradientDescent([torch.zeros(1, requires_grad=True)], lr=value)


def test_no_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="empty parameter list"):
        GradientDescent([], lr=0.1)
    with pytest.raises(TypeError, match="iterable of Tensors"):
        GradientDescent(torch.zeros(1, requires_grad=True), lr=0.1)


def test_the_first_construction_in_a_process_warns_of_nothing() -> None:
    code = (
        "import torch; from course_lib.optimizers import GradientDescent; "
        "p = torch.zeros(1, requires_grad=True); p.sum().backward(); "
        "GradientDescent([p], lr=1.0).step(); print(p.item())"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "-1.0\n", "")
