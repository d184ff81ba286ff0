"""The schedules against torch's own, through LambdaLR; joined; and what they refuse."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from course_lib.optimizers import GradientDescent
from course_lib.schedules import (
    Schedule,
    constant,
    cosine,
    exponential,
    inverse_square_root,
    step_decay,
    warm_up,
)


def rates(make: Callable[[Any], Any], steps: int) -> list[float]:
    weight = torch.zeros(1, requires_grad=True)
    weight.grad = torch.zeros(1)
    optimizer = GradientDescent([weight], lr=0.3)
    scheduler = make(optimizer)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (constant(), lambda o: lr_scheduler.ConstantLR(o, factor=1.0)),
        (step_decay(7, 0.3), lambda o: lr_scheduler.StepLR(o, step_size=7, gamma=0.3)),
        (exponential(0.93), lambda o: lr_scheduler.ExponentialLR(o, gamma=0.93)),
        (cosine(40), lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=40)),
        (cosine(39, floor=0.1), lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=39, eta_min=0.03)),
        (
            warm_up(10, constant(), start=0.2),
            lambda o: lr_scheduler.LinearLR(o, start_factor=0.2, total_iters=10),
        ),
    ],
)
def test_equal_to_torchs_through_lambda_lr(ours: Schedule, theirs: Callable[[Any], Any]) -> None:
    expected = rates(theirs, 40)
    assert rates(lambda o: lr_scheduler.LambdaLR(o, ours), 40) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("then", [cosine(20), exponential(0.9), step_decay(3), inverse_square_root(5), constant()])
@given(steps=st.integers(1, 50))
def test_a_warm_up_rises_evenly_and_hands_over(then: Schedule, steps: int) -> None:
    schedule = warm_up(steps, then)
    rise = [schedule(step) for step in range(steps + 1)]
    assert rise == pytest.approx([(step + 1) / (steps + 1) for step in range(steps + 1)])
    assert [schedule(steps + step) for step in range(30)] == [then(step) for step in range(30)]


@given(peak=st.integers(1, 500), step=st.integers(0, 5000))
def test_warm_up_with_the_inverse_square_root_is_the_transformers(peak: int, step: int) -> None:
    schedule = warm_up(peak, inverse_square_root(peak), start=0.0)
    vaswani = min(step**-0.5 if step else 0.0, step * peak**-1.5) * peak**0.5
    assert schedule(step) == pytest.approx(vaswani, rel=1e-12, abs=1e-15)


@given(steps=st.integers(1, 100), floor=st.floats(0, 1), step=st.integers(0, 300))
def test_the_cosine_falls_to_its_floor_and_stays(steps: int, floor: float, step: int) -> None:
    schedule = cosine(steps, floor)
    assert floor - 1e-12 <= schedule(step + 1) <= schedule(step) + 1e-12 <= 1 + 2e-12
    assert schedule(steps + step) == pytest.approx(floor)


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: step_decay(0), ValueError, "every should be at least 1, got 0"),
        (lambda: step_decay(2.5), TypeError, "every should be a whole number, got 2.5"),
        (lambda: step_decay(True), TypeError, "every should be a whole number, got True"),
        (lambda: exponential(0), ValueError, "gamma should be above 0, got 0"),
        (lambda: exponential(float("nan")), ValueError, "gamma should be finite, got nan"),
        (lambda: exponential("0.9"), TypeError, "gamma should be a number, got '0.9'"),
        (lambda: cosine(-1), ValueError, "steps should be at least 1, got -1"),
        (lambda: cosine(5, floor=2), ValueError, "floor should be a factor from 0 to 1, got 2"),
        (lambda: cosine(5, floor=-0.1), ValueError, "floor should be a factor from 0 to 1, got -0.1"),
        (lambda: inverse_square_root(-1.0), ValueError, "timescale should be above 0, got -1.0"),
        (lambda: warm_up(0, constant()), ValueError, "steps should be at least 1, got 0"),
        (lambda: warm_up(5, 0.9), TypeError, "then should be a schedule such as cosine(1000) or constant(), got 0.9"),
        (lambda: warm_up(5, constant(), start=1.5), ValueError, "start should be a factor from 0 to 1, got 1.5"),
        (lambda: warm_up(5, constant(), start=True), TypeError, "start should be a number, got True"),
    ],
)
def test_a_bad_argument_is_named(call: Callable[[], Schedule], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=re.escape(told)):
        call()


@pytest.mark.parametrize(
    "schedule", [constant(), step_decay(2), exponential(0.5), cosine(5), inverse_square_root(), warm_up(3, constant())]
)
def test_a_step_that_is_none_is_refused(schedule: Schedule) -> None:
    with pytest.raises(ValueError, match="step should be at least 0, got -1"):
        schedule(-1)
    with pytest.raises(TypeError, match=re.escape("step should be a whole number, got 1.0")):
        schedule(1.0)  # type: ignore[arg-type]
