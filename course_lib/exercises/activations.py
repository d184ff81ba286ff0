"""Exercises of the page on activations."""

from __future__ import annotations

from typing import Any

import torch

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _leaky(answer: Any) -> Verdict:
    x = torch.tensor([-3.0, -1.0, 0.0, 2.0])
    for slope in (0.01, 0.5):
        given = answered(answer(x, slope))
        expected = torch.where(x > 0, x, slope * x)
        if not isinstance(given, torch.Tensor) or given.shape != x.shape or not torch.allclose(given, expected):
            shown = given.double().round(decimals=4).tolist() if isinstance(given, torch.Tensor) else given
            return wrong(
                en=f"leaky({x.tolist()}, {slope}) gives {shown}; expected {[round(y, 2) for y in expected.tolist()]}.",
                zh=f"leaky({x.tolist()}, {slope}) 得到 {shown}，应为 {[round(y, 2) for y in expected.tolist()]}。",
            )
    return right(en="Right: one ReLU for each side.", zh="正确：一侧一个 ReLU。")


def _zero(answer: Any) -> Verdict:
    try:
        single, double = answer
    except (TypeError, ValueError):
        return wrong(en="Two numbers were expected: single, double.", zh="应当给出两个数：single 和 double。")
    if number(single) != 17:
        return wrong(
            en=f"Not {number(single):g} for float32: the slope is 0 as soon as 1 + exp(-r) rounds to 1. Count from 1.",
            zh=f"float32 的答案不是 {number(single):g}：一旦 1 + exp(-r) 舍入成 1，斜率就是 0。请从 1 数起。",
        )
    if number(double) != 37:
        return wrong(
            en=f"Not {number(double):g} for float64. Did you pass dtype=torch.float64 to arange?",
            zh=f"float64 的答案不是 {number(double):g}。给 arange 传 dtype=torch.float64 了吗？",
        )
    return right(en="Right: 24 ln 2 and 53 ln 2, rounded up.", zh="正确：24 ln 2 与 53 ln 2，向上取整。")


def _inplace(answer: Any) -> Verdict:
    try:
        z = [number(part) for part in answer]
    except TypeError:
        z = []
    if z == [0, 4]:
        return right(
            en="Right: h was overwritten before the sum, so z is twice the ReLU.",
            zh="正确：求和之前 h 已被覆盖，所以 z 是 ReLU 的两倍。",
        )
    if z == [-1, 4]:
        return wrong(
            en="[-1, 4] is what was meant. Run it: the ReLU has overwritten the h on the left, too.",
            zh="[-1, 4] 是本来想要的结果。运行一下就知道：左边的 h 也被 ReLU 覆盖了。",
        )
    return wrong(
        en=f"Not {z}: two numbers, what h holds when the sum is taken plus the ReLU of (-1, 2).",
        zh=f"不是 {z}：应为两个数，即求和那一刻的 h，加上 (-1, 2) 的 ReLU。",
    )


def _kaiming(answer: object) -> Verdict:
    ratio = number(answer)
    if 0.5 < ratio < 2:
        return right(
            en="Right: near 1, hundreds of times what PyTorch's usual values give.",
            zh="正确：接近 1，是 PyTorch 默认初值的几百倍。",
        )
    if 0.0005 < ratio < 0.01:
        return wrong(
            en=f"{ratio:g} is what PyTorch's usual values give. Are all eight filled before the layers run?",
            zh=f"{ratio:g} 是 PyTorch 默认初值的结果。运行之前，八层的权重都重新填过了吗？",
        )
    return wrong(
        en=f"{ratio:g} is not what this gives. First over eighth layer, lengths of the gradients of the sums?",
        zh=f"{ratio:g} 与测量结果不符。是拿第一层除以第八层吗？取的是损失对加权和的梯度的长度吗？",
    )


EXERCISES = (
    Exercise(
        "activations/leaky",
        _leaky,
        (
            lambda x, slope: torch.relu(x) + slope * torch.relu(-x),
            lambda x, slope: torch.relu(x) - 0.01 * torch.relu(-x),
            lambda x, slope: 0.0,
            4,
        ),
    ),
    Exercise("activations/zero", _zero, ((20, 37), (17, 20), (16, 36), 17)),
    Exercise("activations/inplace", _inplace, ([-1, 4], [0, 2], 4)),
    Exercise("activations/kaiming", _kaiming, (0.0024, 5.0, 0.0)),
)
