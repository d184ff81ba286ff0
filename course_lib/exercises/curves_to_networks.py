"""Exercises of the page from curves to networks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from course_lib.exercises import Exercise, Verdict, number, right, wrong


def _count(answer: object) -> Verdict:
    length = number(answer)
    if length == 3001:
        return right(en="Right: 2800 + 100 + 100 + 1.", zh="正确：2800 + 100 + 100 + 1。")
    return wrong(
        en=f"Not {length:g}. W has one row per sigmoid and one column per feature; b, c and the last b come on top.",
        zh=f"不是 {length:g}。W 每个 sigmoid 一行、每个特征一列；此外还有向量 b、c 和最后的标量 b。",
    )


def _sigmoid(r: float) -> float:
    return 0.5 * (1 + math.tanh(r / 2))


def _bump(answer: Any) -> Verdict:
    try:
        steepness, shift, height = ([float(part) for part in pair] for pair in answer)
    except (TypeError, ValueError):
        steepness = shift = height = []
    if not len(steepness) == len(shift) == len(height) == 2:
        return wrong(
            en="w, b and c should be two numbers each, such as w = (1, 1).",
            zh="w、b、c 应当各有两个数，例如 w = (1, 1)。",
        )
    demands: tuple[tuple[int, Callable[[float], bool], str], ...] = (
        (0, lambda y: y > 0.9, "> 0.9"),
        (-2, lambda y: abs(y) < 0.1, "|y| < 0.1"),
        (2, lambda y: abs(y) < 0.1, "|y| < 0.1"),
    )
    for x, fits, wanted in demands:
        y = sum(c * _sigmoid(b + w * x) for w, b, c in zip(steepness, shift, height, strict=True))
        if not fits(y):
            return wrong(
                en=f"At x = {x} the sum is {y:.3f}; wanted {wanted}.", zh=f"在 x = {x} 处和是 {y:.3f}，要求 {wanted}。"
            )
    return right(en="Right: a step up and a step down.", zh="正确：上一级台阶，再下一级台阶。")


def _steepest(answer: object) -> Verdict:
    slope = number(answer)
    if abs(slope - 1) < 1e-3:
        return right(en="Right: w / 4, here 4 / 4.", zh="正确：w / 4，这里是 4 / 4。")
    if abs(slope - 0.25) < 1e-3:
        return wrong(
            en="0.25 is the largest slope of σ(x). What does the chain rule add for σ(4x)?",
            zh="0.25 是 σ(x) 的最大斜率。对 σ(4x)，链式法则还要乘上什么？",
        )
    return wrong(
        en=f"Not {slope:g}. The slope is 4 · σ'(4x), and it is largest at x = 0: how large is σ'(0)?",
        zh=f"不是 {slope:g}。斜率是 4 · σ'(4x)，在 x = 0 处最大：σ'(0) 是多少？",
    )


EXERCISES = (
    Exercise("curves-to-networks/count", _count, (2800, 2900)),
    Exercise("curves-to-networks/bump", _bump, (((10, 10), (10, -10), (1, 1)), ((1, 1), (0, 0), (1, -1)))),
    Exercise("curves-to-networks/steepest", _steepest, (4, 0.25, "1")),
)
