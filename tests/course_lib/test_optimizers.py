"""The optimizers against those of torch.optim, bit for bit; what they refuse; groups, state, schedules, hooks."""

import copy
import math
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.optim.optimizer import Optimizer

from course_lib.optimizers import Adagrad, Adam, AdamW, GradientDescent, Momentum, RMSProp
from course_lib.optimizers.multi_tensor import MultiTensorOptimizer

Problem = Callable[[list[Tensor], int], Tensor]


def convex(weights: list[Tensor], step: int) -> Tensor:
    return torch.stack([((place + 1) * weight**2 + weight).sum() for place, weight in enumerate(weights)]).sum()


def rugged(weights: list[Tensor], step: int) -> Tensor:
    return torch.stack([(torch.sin(3 * weight + step) + 0.1 * weight**2).sum() for weight in weights]).sum()


# ours, torch's twin, and torch's own list of configurations (torch/testing/_internal/common_optimizers.py) without
# those that these optimizers do not have: maximize, dampening, nesterov, centered, amsgrad, lr_decay, lr as a tensor
CONFIGURATIONS: list[tuple[type[Optimizer], type[Optimizer], dict[str, Any], dict[str, Any]]] = [
    (GradientDescent, torch.optim.SGD, {"lr": 0.001}, {}),
    (GradientDescent, torch.optim.SGD, {"lr": 0.01}, {}),
    (GradientDescent, torch.optim.SGD, {"lr": 0.01, "weight_decay": 0.5}, {}),
    (Momentum, torch.optim.SGD, {"lr": 0.001, "momentum": 0.9}, {}),
    (Momentum, torch.optim.SGD, {"lr": 0.001, "momentum": 0.9, "weight_decay": 0.1}, {}),
    (Momentum, torch.optim.SGD, {"lr": 0.001, "momentum": 0}, {}),
    (Adagrad, torch.optim.Adagrad, {}, {"form": "sum"}),
    (Adagrad, torch.optim.Adagrad, {"weight_decay": 0.1}, {}),
    (Adagrad, torch.optim.Adagrad, {"lr": 0.1}, {}),
    (RMSProp, torch.optim.RMSprop, {}, {}),
    (RMSProp, torch.optim.RMSprop, {"lr": 1e-3}, {}),
    (RMSProp, torch.optim.RMSprop, {"weight_decay": 0.1}, {}),
    *(
        (ours, theirs, numbers, {})
        for ours, theirs in ((Adam, torch.optim.Adam), (AdamW, torch.optim.AdamW))
        for numbers in ({}, {"lr": 0.01}, {"weight_decay": 0.1}, {"weight_decay": 0, "betas": (0.5, 0.9), "eps": 1e-3})
    ),
]
EVERY: list[Callable[..., Optimizer]] = [GradientDescent, Momentum, Adagrad, RMSProp, Adam, AdamW]


@pytest.mark.parametrize("problem", [convex, rugged])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("kind", "twin", "numbers", "more"), CONFIGURATIONS)
def test_two_hundred_steps_equal_torchs(
    problem: Problem, dtype: torch.dtype, kind: Any, twin: Any, numbers: dict[str, Any], more: dict[str, Any]
) -> None:
    generator = torch.Generator().manual_seed(3)
    shapes: list[tuple[int, ...]] = [(70, 5), (5,), (), (0, 3)]
    start = [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]
    ours, loop, foreach = ([weight.clone().requires_grad_() for weight in start] for _ in range(3))
    optimizers = (
        (ours, kind(ours, **numbers, **more)),
        (loop, twin(loop, **numbers, foreach=False)),
        (foreach, twin(foreach, **numbers, foreach=True)),
    )
    for step in range(200):
        for weights, optimizer in optimizers:
            optimizer.zero_grad()
            problem(weights, step).backward()
            optimizer.step()
        assert all(map(torch.equal, ours, loop)), f"step {step}, foreach=False"
        assert all(map(torch.equal, ours, foreach)), f"step {step}, foreach=True"
    assert not any(map(torch.equal, ours[:3], start[:3]))


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
    told = r"of shape \(10, 3\) is sparse.*changes every weight.*sparse=False, or use torch.optim.SGD"
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
    model(torch.ones(1, 2)).sum().backward()
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


def quadratic(weights: list[Tensor]) -> None:
    torch.stack([(weight.double() ** 2 + weight.double()).sum() for weight in weights]).sum().backward()


@pytest.mark.filterwarnings("ignore:no parameter of this optimizer has a gradient")
@settings(max_examples=30, deadline=None)
@given(
    shapes=st.lists(st.lists(st.integers(0, 5), max_size=3), min_size=1, max_size=5),
    which=st.sampled_from(range(len(CONFIGURATIONS))),
    absent=st.sets(st.integers(0, 4)),
)
def test_any_shapes_and_absent_gradients_equal_torchs(shapes: list[list[int]], which: int, absent: set[int]) -> None:
    kind, twin, numbers, more = CONFIGURATIONS[which]
    ours, theirs = ([torch.linspace(-1, 2, math.prod(s)).view(s).requires_grad_() for s in shapes] for _ in range(2))
    pairs: list[tuple[list[Tensor], Any]] = [(ours, kind(ours, **numbers, **more)), (theirs, twin(theirs, **numbers))]
    for step in range(4):
        for weights, optimizer in pairs:
            optimizer.zero_grad()
            quadratic(weights)
            for place in absent if step % 2 else ():  # so some weights have made more steps than others
                if place < len(weights):
                    weights[place].grad = None
            optimizer.step()
    assert all(map(torch.equal, ours, theirs))


@pytest.mark.parametrize("kind", EVERY)
def test_dtypes_and_layouts_mix_in_a_group(kind: Callable[..., Optimizer]) -> None:
    def make() -> list[Tensor]:
        dtypes = (torch.float32, torch.bfloat16, torch.float64, torch.float32)
        made = [torch.linspace(-1, 1, 6, dtype=dtype).view(2, 3).requires_grad_() for dtype in dtypes]
        made[3] = made[3].detach().t().requires_grad_()
        return made

    together, alone = make(), make()
    optimizers = [kind(together, lr=0.1), *(kind([weight], lr=0.1) for weight in alone)]
    for _ in range(3):
        for optimizer in optimizers:
            optimizer.zero_grad()
        quadratic(together)
        quadratic(alone)
        for optimizer in optimizers:
            optimizer.step()
    assert all(map(torch.equal, together, alone))
    assert all(not torch.equal(*pair) for pair in zip(together, make(), strict=True))


@pytest.mark.parametrize("kind", EVERY)
def test_many_weights_are_taken_in_several_goes(kind: Callable[..., Optimizer]) -> None:
    whole, split = ([torch.linspace(-1, 1, 50).requires_grad_() for _ in range(5)] for _ in range(2))
    goes: list[int] = []
    for weights, cached in ((whole, 1000), (split, 60)):
        optimizer: Any = kind(weights, lr=0.1)
        optimizer.numbers_a_run = cached
        quadratic(weights)
        goes.append(len(optimizer._runs()))
        optimizer.step()
    assert goes == [1, 3] and all(map(torch.equal, whole, split))


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize(("kind", "twin", "numbers", "more"), CONFIGURATIONS)
def test_devices_mix_in_a_group(kind: Any, twin: Any, numbers: dict[str, Any], more: dict[str, Any]) -> None:
    ours, theirs = (
        [torch.linspace(-1, 1, 9, device=device).requires_grad_() for device in ("cpu", "cuda")] for _ in range(2)
    )
    pairs = [(ours, kind(ours, **numbers, **more)), (theirs, twin(theirs, **numbers))]
    for _ in range(20):
        for weights, optimizer in pairs:
            optimizer.zero_grad()
            for weight in weights:
                (weight**2 + weight).sum().backward()
            # one element of the group waits for the GPU only if the optimizer makes it
            torch.cuda.set_sync_debug_mode("error" if optimizer is pairs[0][1] else "default")
            optimizer.step()
            torch.cuda.set_sync_debug_mode("default")
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("kind", EVERY)
def test_going_on_from_a_saved_state_is_going_on(kind: Callable[..., Optimizer], tmp_path: Path) -> None:
    straight, resumed = (nn.Linear(3, 2) for _ in range(2))
    optimizer = kind(straight.parameters(), lr=0.1)
    for _ in range(3):
        straight(torch.ones(1, 3)).square().sum().backward()
        optimizer.step()
    torch.save({"model": straight.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "saved.pt")
    saved = torch.load(tmp_path / "saved.pt", weights_only=True)
    resumed.load_state_dict(saved["model"])
    again = kind(resumed.parameters(), lr=9.0)
    again.load_state_dict(saved["optimizer"])
    for model, each in ((straight, optimizer), (resumed, again)):
        for _ in range(3):
            each.zero_grad()
            model(torch.ones(1, 3)).square().sum().backward()
            each.step()
    assert torch.equal(straight.weight, resumed.weight) and torch.equal(straight.bias, resumed.bias)
    copied: Any = pickle.loads(pickle.dumps(again))
    for weight in copied.param_groups[0]["params"]:
        weight.grad = torch.zeros_like(weight)
    copied.step()
    copied.load_state_dict(again.state_dict())  # torch's base class has added a default of its own by now


def test_a_loaded_state_is_a_copy() -> None:
    weight, twin = (torch.ones(2, requires_grad=True) for _ in range(2))
    first, second = Momentum([weight], lr=0.1), Momentum([twin], lr=0.1)
    quadratic([weight])
    first.step()
    second.load_state_dict(first.state_dict())
    before = first.state[weight]["momentum_buffer"].clone()
    quadratic([twin])
    second.step()
    assert torch.equal(first.state[weight]["momentum_buffer"], before)


def test_the_state_of_torchs_adam_will_do() -> None:
    weight, twin = (torch.ones(2, requires_grad=True) for _ in range(2))
    theirs, ours = torch.optim.Adam([weight], lr=0.1), Adam([twin], lr=9.0)
    for step in range(4):
        if step == 2:
            ours.load_state_dict(theirs.state_dict())
            twin.data.copy_(weight.data)
        weight.grad = None
        twin.grad = None
        quadratic([weight])
        quadratic([twin])
        theirs.step()
        if step >= 2:
            ours.step()
    assert torch.equal(weight, twin)


def stepped(optimizer: Optimizer) -> dict[str, Any]:
    quadratic([weight for group in optimizer.param_groups for weight in group["params"]])
    optimizer.step()
    return optimizer.state_dict()


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (
            lambda: stepped(Adam([torch.ones(3, requires_grad=True)])),
            r"exp_avg of parameter 0 has shape \(3,\), the parameter \(2,\): make the model as wide",
        ),
        (
            lambda: stepped(Momentum([torch.ones(2, requires_grad=True)], lr=0.1)),
            r"has no betas, eps: it is of another kind of optimizer than Adam",
        ),
        (
            lambda: {**Adam([torch.ones(2, requires_grad=True)]).state_dict(), "state": {0: {"step": 1, "other": 2}}},
            r"parameter 0 has no exp_avg, only \['other', 'step'\]: it is of another kind of optimizer than Adam",
        ),
        (lambda: Adam([torch.ones(1, requires_grad=True)] * 1).state_dict() | {"param_groups": []}, "number of param"),
    ],
)
def test_a_foreign_state_is_refused_and_nothing_has_changed(state: Callable[[], dict[str, Any]], told: str) -> None:
    optimizer = Adam([torch.ones(2, requires_grad=True)], lr=0.5)
    before = copy.deepcopy(stepped(optimizer))
    with pytest.raises(ValueError, match=told):
        optimizer.load_state_dict(state())
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    torch.testing.assert_close(after["state"], before["state"], rtol=0, atol=0)


@pytest.mark.parametrize("kind", EVERY)
def test_hooks_profiler_and_schedulers_work(kind: Callable[..., Optimizer]) -> None:
    weight = torch.ones(2, requires_grad=True)
    optimizer = kind([weight], lr=1.0)
    called: list[str] = []
    optimizer.register_step_pre_hook(lambda *_: called.append("before"))
    optimizer.register_step_post_hook(lambda *_: called.append("after"))
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    quadratic([weight])
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        optimizer.step()
    schedule.step()
    assert called == ["before", "after"] and optimizer.param_groups[0]["lr"] == 0.5
    assert any(event.key == f"Optimizer.step#{type(optimizer).__name__}.step" for event in profile.key_averages())


@pytest.mark.parametrize("kind", EVERY)
def test_sparse_complex_and_whole_numbers_are_refused(kind: Callable[..., Optimizer]) -> None:
    table = nn.Embedding(4, 2, sparse=True)
    optimizer = kind(table.parameters(), lr=0.1)
    table(torch.tensor([1])).sum().backward()
    with pytest.raises(RuntimeError, match=rf"sparse, and {type(optimizer).__name__}, .*SparseAdam"):
        optimizer.step()
    for dtype in (torch.complex64, torch.int64):
        with pytest.raises(TypeError, match=rf"parameters of real numbers .* got one of {dtype} and shape \(3,\)"):
            kind([torch.zeros(3, dtype=dtype)], lr=0.1)
    with pytest.raises(TypeError, match="real numbers"):
        optimizer.add_param_group({"params": [torch.zeros(3, dtype=torch.int64)]})
    assert len(optimizer.param_groups) == 1
    with pytest.raises(TypeError, match="param_group must be a dict"):
        optimizer.add_param_group([torch.zeros(1)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "error", "told"),
    [
        (lambda p: Momentum(p, lr=0.1, momentum=1.0), ValueError, "momentum should be a finite number ≥ 0 and < 1"),
        (lambda p: RMSProp(p, alpha=1), ValueError, "alpha should be a finite number ≥ 0 and < 1, got 1"),
        (lambda p: RMSProp(p, eps=-1), ValueError, "eps should be a finite number ≥ 0, got -1"),
        (lambda p: Adagrad(p, eps="small"), TypeError, "eps should be a number such as 0.01, got 'small'"),
        (lambda p: Adagrad(p, form="max"), ValueError, "form should be 'sum' or 'mean', got 'max'"),
        (lambda p: Adam(p, betas=0.9), TypeError, r"betas should be a pair of numbers such as \(0.9, 0.999\), got 0.9"),
        (lambda p: Adam(p, betas=(0.9,)), TypeError, "betas should be a pair"),
        (lambda p: AdamW(p, betas=(0.9, 1.0)), ValueError, r"betas\[1\] should be a finite number ≥ 0 and < 1"),
        (lambda p: Adam(p, betas=("a", 0.9)), TypeError, r"betas\[0\] should be a number such as 0.9, got 'a'"),
        (lambda p: AdamW(p, weight_decay=-0.1), ValueError, "weight_decay should be a finite number ≥ 0, got -0.1"),
    ],
)
def test_a_bad_number_is_named(make: Callable[[Any], Optimizer], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        make([torch.zeros(1, requires_grad=True)])


def test_an_optimizer_without_a_formula_says_so() -> None:
    weight = torch.zeros(1, requires_grad=True)
    weight.sum().backward()
    with pytest.raises(NotImplementedError, match="MultiTensorOptimizer should define update"):
        MultiTensorOptimizer([weight], {"lr": 0.1}).step()
