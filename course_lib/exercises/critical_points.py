"""Exercises of the page on critical points."""

from __future__ import annotations

from typing import Any

from course_lib.exercises import Exercise, Verdict, number, right, wrong


def _name_the_point(answer: object) -> Verdict:
    if str(answer).lower() in ("saddle", "saddle point"):
        return right(en="Right: its eigenvalues are -2 and 4.", zh="正确：特征值是 -2 和 4。")
    return wrong(
        en=f"Not {answer!r}: along (1, -1) the value vᵀHv is -4, along (1, 1) it is 8.",
        zh=f"不是 {answer!r}：沿 (1, -1) 方向 vᵀHv 等于 -4，沿 (1, 1) 方向等于 8。",
    )


def _direction(answer: Any) -> Verdict:
    try:
        first, second = (float(part) for part in answer)
    except (TypeError, ValueError):
        return wrong(en="A direction is a pair of numbers, such as (1, 0).", zh="方向应当是两个数，例如 (1, 0)。")
    change = first**2 + 4 * first * second + second**2
    if change < 0:
        return right(en=f"Right: the loss changes by {change:.3g}.", zh=f"正确：损失的变化是 {change:.3g}。")
    return wrong(
        en=f"Along ({first:g}, {second:g}) the loss changes by {change:.3g}, which is not below 0.",
        zh=f"沿 ({first:g}, {second:g}) 方向，损失的变化是 {change:.3g}，并没有下降。",
    )


def _random_matrices(answer: object) -> Verdict:
    share = number(answer)
    if 0 < share < 0.02:
        return right(en="Right: far rarer than 1/16.", zh="正确：比 1/16 少得多。")
    if share == 1 / 16:
        return wrong(
            en="1/16 would be right if the four signs were independent. Measure: are they?",
            zh="如果四个正负号互相独立，就是 1/16。请测量一下：它们独立吗？",
        )
    return wrong(
        en=f"{share:g} is not what 20000 such matrices give. Did you symmetrise, and ask for all four eigenvalues?",
        zh=f"{share:g} 与 20000 个矩阵的测量结果不符。做过对称化了吗？要求四个特征值都为正了吗？",
    )


EXERCISES = (
    Exercise("critical-points/name-the-point", _name_the_point, ("minimum", "maximum")),
    Exercise("critical-points/direction", _direction, ((1, 1), (1, 0), 1)),
    Exercise("critical-points/random-matrices", _random_matrices, (1 / 16, 0.5, "1/16")),
)
