"""The scalar engine against torch.autograd in float64, over random expressions."""

import math
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.autograd import Value, mermaid

ONE: list[Callable[[Any], Any]] = [
    lambda v: v.exp(),
    lambda v: v.tanh(),
    lambda v: v.sigmoid(),
    lambda v: v.relu(),
    lambda v: -v,
    lambda v: v**2,
    lambda v: v**3.0,
    lambda v: v**0,
    lambda v: (v**2 + 0.5).log(),
    lambda v: (v**2 + 0.5) ** -1.5,
    lambda v: 2 - v,
    lambda v: 3.0 * v,
    lambda v: 1 + v,
    lambda v: 1 / (v**2 + 1),
]
TWO: list[Callable[[Any, Any], Any]] = [
    lambda v, w: v + w,
    lambda v, w: v - w,
    lambda v, w: v * w,
    lambda v, w: v / (w**2 + 1),
]


def expression(leaves: list[Any], seed: int, size: int) -> Any:
    """The same random expression for Values and for tensors; what is made is used again, so gradients must add up."""
    chance = random.Random(seed)
    values = list(leaves)
    for _ in range(size):
        if chance.random() < 0.5:
            made = chance.choice(ONE)(chance.choice(values))
        else:
            made = chance.choice(TWO)(chance.choice(values), chance.choice(values))
        values.append(made.tanh() if chance.random() < 0.3 else made)
    return sum(values)


@settings(max_examples=200, deadline=None)
@given(
    numbers=st.lists(st.floats(-2, 2).map(lambda x: round(x, 3)), min_size=1, max_size=4),
    seed=st.integers(0, 10**6),
    size=st.integers(1, 14),
)
def test_gradients_are_torchs(numbers: list[float], seed: int, size: int) -> None:
    tensors = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    theirs = expression(tensors, seed, size)
    gradients = torch.autograd.grad(theirs, tensors, allow_unused=True)
    values = [Value(number) for number in numbers]
    try:
        ours = expression(values, seed, size)
    except OverflowError:
        # a tower of powers: where a float gives up here, torch goes on with infinity
        assert not theirs.isfinite() or theirs.abs() > 1e300
        return
    except ValueError as error:
        assert "finite" in str(error) and not (theirs.isfinite() and all(g.isfinite() for g in gradients))
        return
    ours.backward()
    assert ours.data == pytest.approx(theirs.item(), rel=1e-12, abs=1e-12)
    for value, gradient in zip(values, gradients, strict=True):
        if gradient.isfinite():
            assert value.grad == pytest.approx(gradient.item(), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("x", [-800.0, -40.0, -1.0, -1e-300, 0.0, 0.3, 40.0, 700.0])
def test_extremes_are_torchs(x: float) -> None:
    for name in ("tanh", "sigmoid", "relu"):
        value, tensor = Value(x), torch.tensor(x, dtype=torch.float64, requires_grad=True)
        ours, theirs = getattr(value, name)(), getattr(tensor, name)()
        ours.backward()
        theirs.backward()
        assert tensor.grad is not None
        assert ours.data == pytest.approx(theirs.item(), rel=1e-13, abs=0)
        # torch's σ (1 - σ) and 1 - t² lose their digits where σ rounds to 1
        assert value.grad == pytest.approx(tensor.grad.item(), rel=1e-13, abs=1e-15)


def test_a_neuron_learns() -> None:
    w, b = Value(0.0), Value(0.0)
    for _ in range(200):
        loss = sum(((w * x + b).sigmoid() - y) ** 2 for x, y in ((-2.0, 0.0), (-1.0, 0.0), (1.0, 1.0), (2.0, 1.0)))
        assert isinstance(loss, Value)
        w.grad = b.grad = 0.0
        loss.backward()
        w.data, b.data = w.data - w.grad, b.data - b.grad
    assert loss.data < 0.01 < w.data


def test_gradients_add_up_until_someone_sets_them_to_zero() -> None:
    x = Value(3.0)
    y = x * x
    z = y + x
    z.backward()
    assert (x.grad, y.grad, z.grad) == (7.0, 1.0, 1.0)
    z.backward()
    assert x.grad == 14.0  # as in torch; the middle of the graph is not counted twice
    x.backward()
    assert x.grad == 15.0


def test_a_deep_graph_needs_no_deep_recursion() -> None:
    x = Value(1.0)
    y = x
    for _ in range(50_000):
        y = y + x
    y.backward()
    assert x.grad == 50_001.0
    assert len(y.history()) == 50_001 and y.history()[-1] is y


def test_the_diagram_has_every_value_once_and_every_slope() -> None:
    x = Value(3.0, 'x "<1>" & co')
    y = (x * x).tanh() + x
    text = mermaid(y)
    assert text.splitlines()[0] == "graph LR"
    assert re.findall(r"^  v\d+[\[(]", text, re.M) == ["  v0[", "  v1(", "  v2(", "  v3("]
    assert 'v0["x &quot;&lt;1&gt;&quot; &amp; co = 3<br>grad 0"]' in text
    assert text.count('v0 -- "3" --> v1') == 2 and 'v0 -- "1" --> v3' in text
    y.name = "L"
    assert 'v3("L: a + b = 4<br>grad 0")' in mermaid(y)
    assert mermaid(Value(2.5)) == 'graph LR\n  v0["2.5<br>grad 0"]'


@pytest.mark.parametrize("bad", ["1", None, True, [1.0], torch.tensor([1.0]), 1j])
def test_only_numbers(bad: Any) -> None:
    with pytest.raises(TypeError, match="made of a number, got"):
        Value(bad)
    for operation in (lambda v: v + bad, lambda v: v * bad, lambda v: v - bad, lambda v: v / bad):
        with pytest.raises(TypeError, match="made of a number, got"):
            operation(Value(1.0))
    with pytest.raises(TypeError, match=r"exponent should be a number.*\(y \* x\.log\(\)\)\.exp\(\)"):
        Value(2.0) ** bad
    with pytest.raises(TypeError, match="mermaid should be given a Value, got"):
        mermaid(bad)


def test_numbers_that_do_not_exist() -> None:
    for bad in (math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match="data should be a finite number, got"):
            Value(bad)
    with pytest.raises(ValueError, match="a × b should be a finite number, got inf"):
        Value(1e200) * 1e200
    with pytest.raises(ValueError, match=r"log should be given a number above 0, got 0\.0"):
        Value(0.0).log()
    with pytest.raises(ValueError, match=r"-8\.0 to the power 0\.5 is no real number"):
        Value(-8.0) ** 0.5
    with pytest.raises(ZeroDivisionError):
        1 / Value(0.0)
    with pytest.raises(ZeroDivisionError):
        Value(0.0) ** -1
    with pytest.raises(OverflowError):
        Value(1000.0).exp()
    assert (Value(0.0) ** 0).data == 1.0
