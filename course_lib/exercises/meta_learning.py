"""Exercises of the lab on meta-learning."""

from __future__ import annotations

import math
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _through(answer: Any) -> Verdict:
    for theta, a, c, alpha in ((1.0, 0.0, 2.0, 0.1), (-1.0, 2.0, 0.5, 0.4)):
        got = number(answered(answer(theta, a, c, alpha)))
        away, kept = theta - a, 1 - alpha * c
        if math.isclose(got, c * kept**2 * away, rel_tol=1e-3):
            continue
        if math.isclose(got, c * kept * away, rel_tol=1e-3):
            return wrong(
                en=f"{got:.3g} is the slope at the place reached. How does that place move when θ moves?",
                zh=f"{got:.3g} 是到达的那个位置的斜率。θ 移动时，那个位置怎样移动？",
            )
        if math.isclose(got, c * away, rel_tol=1e-3):
            return wrong(en=f"{got:.3g} is the slope before the step.", zh=f"{got:.3g} 是走这一步之前的斜率。")
        return wrong(
            en=f"For θ = {theta:g}, a = {a:g}, c = {c:g}, α = {alpha:g} you gave {got:.4g}; after the step the "
            f"distance to a is {kept * away:.4g}.",
            zh=f"当 θ = {theta:g}、a = {a:g}、c = {c:g}、α = {alpha:g} 时，你给出 {got:.4g}；走一步之后，到 a 的距离是 "
            f"{kept * away:.4g}。",
        )
    return right(en="Right: the factor 1 − αc comes twice.", zh="正确：因子 1 − αc 出现两次。")


EXERCISES = (
    Exercise(
        "meta-learning/through",
        _through,
        (
            lambda theta, a, c, alpha: c * (1 - alpha * c) * (theta - a),
            lambda theta, a, c, alpha: c * (theta - a),
            lambda theta, a, c, alpha: c * (1 - alpha * c) ** 2 * theta,
            lambda theta, a, c, alpha: 0.0,
        ),
    ),
)
