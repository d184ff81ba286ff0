"""Exercises of the lab on domain adaptation."""

from __future__ import annotations

import math
from collections.abc import Iterable

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _undo(answer: object) -> Verdict:
    given = list(answer) if isinstance(answer, Iterable) else [answered(answer)]
    if len(given) != 3:
        return wrong(
            en=f"Three numbers are asked for: mean, standard deviation, standardised value; got {len(given)}.",
            zh=f"要三个数：均值、标准差、标准化之后的值；得到的是 {len(given)} 个。",
        )
    mean, spread, value = (number(one) for one in given)
    if not math.isclose(mean, 0.5, rel_tol=1e-3):
        return wrong(
            en=f"The mean is not {mean:g}: it goes through the scanner like every value.",
            zh=f"均值不是 {mean:g}：它和每个值一样要经过扫描仪。",
        )
    if not math.isclose(spread, 0.1, rel_tol=1e-3):
        return wrong(
            en=f"The standard deviation is not {spread:g}: it knows the factor, but nothing of the shift.",
            zh=f"标准差不是 {spread:g}：它跟着系数变，与平移无关。",
        )
    if not math.isclose(value, 2, rel_tol=1e-3):
        return wrong(
            en=f"Mean and spread are right, but the value is not {value:g}: 0.8 becomes 0.7 first.",
            zh=f"均值和标准差都对，但最后的值不是 {value:g}：0.8 先要变成 0.7。",
        )
    return right(en="Right: 2, as in the source.", zh="正确：是 2，与源领域里相同。")


EXERCISES = (
    Exercise("domain-adaptation/undo", _undo, ([0.5, 0.4, 0.5], [0.4, 0.2, 2], [0.5, 0.1, 3], [0.5, 0.1], 2)),
)
