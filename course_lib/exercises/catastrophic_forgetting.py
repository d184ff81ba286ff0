"""Exercises of the lab on catastrophic forgetting."""

from __future__ import annotations

import math
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _rest(answer: Any) -> Verdict:
    for a, stiffness, b, curvature, strength in ((0.0, 3.0, 8.0, 1.0, 1.0), (2.0, 0.5, -1.0, 2.0, 4.0)):
        got = number(answered(answer(a, stiffness, b, curvature, strength)))
        pull = strength * stiffness
        if math.isclose(got, (curvature * b + pull * a) / (curvature + pull), rel_tol=1e-4, abs_tol=1e-6):
            continue
        at = f"a = {a:g}, F = {stiffness:g}, b = {b:g}, h = {curvature:g}, λ = {strength:g}"
        if math.isclose(got, (curvature * a + pull * b) / (curvature + pull), rel_tol=1e-4):
            return wrong(
                en=f"For {at} you gave {got:.4g}: the stiffer spring should hold θ nearer to its own end.",
                zh=f"当 {at} 时，你给出 {got:.4g}：更硬的弹簧应当把 θ 拉得离自己那一端更近。",
            )
        slope = curvature * (got - b) + pull * (got - a)
        return wrong(
            en=f"For {at} you gave {got:.4g}, where the derivative of the sum is {slope:.3g}, not 0.",
            zh=f"当 {at} 时，你给出 {got:.4g}，两者之和在那里的导数是 {slope:.3g}，不是 0。",
        )
    return right(en="Right: a weighted mean of a and b.", zh="正确：a 与 b 的加权平均。")


EXERCISES = (
    Exercise(
        "catastrophic-forgetting/rest",
        _rest,
        (
            lambda a, F, b, h, strength: (a + b) / 2,
            lambda a, F, b, h, strength: (h * a + strength * F * b) / (h + strength * F),
            lambda a, F, b, h, strength: b,
            lambda a, F, b, h, strength: (h * b + F * a) / (h + F),
        ),
    ),
)
