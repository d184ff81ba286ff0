"""Exercises of the page on autograd."""

from __future__ import annotations

import math
from typing import Any

import torch

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _derivative(answer: Any) -> Verdict:
    total = 0.0
    for _ in range(2):  # twice: what adds up shows in the second round
        for name, f, x, want in (
            ("x**3", lambda x: x**3, 2, 12.0),
            ("torch.sin(x)", torch.sin, 0.0, 1.0),
            ("x * x.exp()", lambda x: x * x.exp(), 0.0, 1.0),
        ):
            got = answered(answer(f, x))
            if isinstance(got, torch.Tensor):
                return wrong(
                    en="A Python number was asked for, and a tensor came: end with .item().",
                    zh="题目要的是 Python 的数，得到的却是张量：末尾加上 .item()。",
                )
            total += want
            if total != want and math.isclose(number(got), total, abs_tol=1e-5):
                return wrong(
                    en=f"{got!r} is the sum of all slopes so far: .grad adds up. Make a new tensor in each call.",
                    zh=f"{got!r} 是至今所有斜率之和：.grad 会累加。每次调用都要新建张量。",
                )
            if not math.isclose(number(got), want, abs_tol=1e-5):
                return wrong(
                    en=f"For f(x) = {name} at x = {x}: {got!r}; the slope is {want:g}.",
                    zh=f"f(x) = {name}，x = {x} 处得到 {got!r}，斜率应当是 {want:g}。",
                )
    return right(
        en="Right: a fresh leaf in each call, so that nothing adds up.", zh="正确：每次调用都用新的叶子，就不会累加。"
    )


def _by_head(answer: Any) -> Verdict:
    try:
        x_grad, u_grad = (number(part) for part in answer)
    except (TypeError, ValueError):
        return wrong(en="Two numbers were expected: x_grad, u_grad.", zh="应当给出两个数：x_grad 和 u_grad。")
    if x_grad != 7:
        hint = {3.0: ("backward adds, it does not replace", "backward 是累加，不是替换")}.get(
            x_grad, ("2x from the first and 3 from the second, at x = 2", "第一次得 2x，第二次得 3，其中 x = 2")
        )
        return wrong(en=f"x.grad is not {x_grad:g}: {hint[0]}.", zh=f"x.grad 不是 {x_grad:g}：{hint[1]}。")
    if u_grad != 2:
        return wrong(
            en=f"u.grad is not {u_grad:g}: u.detach() counts as a constant, 2.",
            zh=f"u.grad 不是 {u_grad:g}：u.detach() 要当作常数 2。",
        )
    return right(en="Right: one sum, and one cut.", zh="正确：前者累加，后者被切断。")


def _swing(answer: object) -> Verdict:
    largest = number(answer)
    if 0.95 < largest < 1.1:
        return right(
            en="Right: it swings on for ever, a pendulum without friction.", zh="正确：它永远摆下去，像没有摩擦的摆。"
        )
    if 0 <= largest < 0.01:
        return wrong(
            en="That is the walk with zero_grad. Leave it out, as the exercise says.",
            zh="那是写了 zero_grad 的结果。按题目要求，把它去掉。",
        )
    return wrong(
        en=f"{largest:g} is not what 1000 steps from w = 1 with lr=0.1 give. Is the loss w**2 / 2, and |w| taken?",
        zh=f"从 w = 1 出发、lr=0.1、走 1000 步，得不到 {largest:g}。损失是 w**2 / 2 吗？取绝对值了吗？",
    )


def _without_autograd(f: Any, x: float) -> float:
    return float((f(torch.tensor(x + 0.1)) - f(torch.tensor(float(x)))) / 0.1)


def _tensor_slope(f: Any, x: float) -> torch.Tensor:
    point = torch.tensor(float(x), requires_grad=True)
    return torch.autograd.grad(f(point), point)[0]


_kept = torch.tensor(0.0, requires_grad=True)


def _adds_up(f: Any, x: float) -> float:
    _kept.data.fill_(x)
    f(_kept).backward()
    return float(_kept.grad)  # type: ignore[arg-type]


EXERCISES = (
    Exercise(
        "autograd/derivative",
        _derivative,
        (_without_autograd, _tensor_slope, _adds_up, lambda f, x: f(torch.tensor(x))),
    ),
    Exercise("autograd/by-head", _by_head, ((3, 2), (4, 2), (7, 4), 7)),
    Exercise("autograd/swing", _swing, (0.0, 2.0, float("inf"))),
)
