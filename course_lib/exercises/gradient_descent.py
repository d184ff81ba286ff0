"""Exercises of the page on gradient descent."""

from __future__ import annotations

import math
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _first_step(answer: Any) -> Verdict:
    for w, slope, lr in [(1.0, 2.0, 0.1), (-3.0, -4.0, 0.5), (0.5, 0.0, 1.0)]:
        got, want = answered(answer(w, slope, lr)), w - lr * slope
        if not math.isclose(number(got), want, abs_tol=1e-6):
            return wrong(
                en=f"step({w}, {slope}, {lr}) gave {got}; expected {want}. "
                "The step goes against the slope and is lr × slope long.",
                zh=f"step({w}, {slope}, {lr}) 得到 {got}，应为 {want}。步子要朝斜率的反方向走，长度是 lr × slope。",
            )
    return right(en="Right: against the slope, lr × slope far.", zh="正确：逆着斜率走，步子是 lr × 斜率。")


def _largest_rate(answer: object) -> Verdict:
    lr = number(answer)
    if math.isclose(lr, 1 / 3, rel_tol=0.01):
        return right(en="Right: 2 divided by the curvature 6.", zh="正确：2 除以曲率 6。")
    if math.isclose(lr, 1 / 6, rel_tol=0.01):
        return wrong(
            en="1/6 is the rate that arrives in one step; larger ones still converge.",
            zh="1/6 是一步到位的学习率；再大一些仍然收敛。",
        )
    return wrong(
        en=f"{lr:g} is not the edge. The curvature of 3w² is 6, not 3; what does |1 - lr·k| < 1 say?",
        zh=f"{lr:g} 不是临界值。3w² 的曲率是 6 而不是 3；由 |1 - lr·k| < 1 能得到什么？",
    )


def _valley(answer: object) -> Verdict:
    start = number(answer)
    if math.isclose(start, 0.6, abs_tol=0.01):
        return right(
            en="Right: the top of the hill is at 0.55, and 0.5 lies beyond it.",
            zh="正确：山顶在 0.55 处，0.5 已经在山的另一边。",
        )
    if start < 0.6:
        return wrong(
            en=f"A walk from {start:g} does not end at w = 1, or {start:g} has more than one decimal place. "
            "Walk from 0.1, 0.2, … and print where each ends.",
            zh=f"从 {start:g} 出发到不了 w = 1，或者它不止一位小数。请从 0.1、0.2……分别出发，打印各自停在哪里。",
        )
    return wrong(
        en=f"{start:g} is not the smallest: a walk from a smaller start ends at w = 1, too.",
        zh=f"{start:g} 不是最小的：从更小的起点出发也能走到 w = 1。",
    )


EXERCISES = (
    Exercise(
        "gradient-descent/first-step",
        _first_step,
        (lambda w, slope, lr: w + lr * slope, lambda w, slope, lr: -lr * slope),
    ),
    Exercise("gradient-descent/largest-rate", _largest_rate, (1 / 6, 2 / 3, "1/3")),
    Exercise("gradient-descent/valley", _valley, (0.5, 1.0)),
)
