"""Exercises of the page on reinforcement learning."""

from __future__ import annotations

import math
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _returns(answer: Any) -> Verdict:
    for rewards, gamma, want in [
        ([0.0, 0.0, 1.0], 0.5, [0.25, 0.5, 1.0]),
        ([1.0, -2.0, 4.0], 0.5, [1.0, 0.0, 4.0]),
        ([3.0], 0.9, [3.0]),
        ([1.0, 1.0, 1.0, 1.0], 1.0, [4.0, 3.0, 2.0, 1.0]),
    ]:
        given: Any = answered(answer(list(rewards), gamma))
        got = [float(value) for value in given]
        if len(got) != len(want) or any(abs(g - w) > 1e-6 for g, w in zip(got, want, strict=True)):
            return wrong(
                en=f"returns({rewards}, {gamma}) gave {got}; expected {want}: one number a step, from it to the end.",
                zh=f"returns({rewards}, {gamma}) 得到 {got}，应为 {want}：每一步一个数，从这一步算到结尾。",
            )
    return right(
        en="Right: one pass from the end, instead of a sum for each step.",
        zh="正确：从后往前一遍算完，不必每一步各求一次和。",
    )


def _baseline(answer: object) -> Verdict:
    best = number(answer)
    if abs(best - 0.8) < 0.011:
        return right(
            en="Right: then both actions give the same sample, and the noise is gone.",
            zh="正确：这时两个动作给出的样本值相同，噪声完全消失。",
        )
    if abs(best - 0.2) < 0.011:
        return wrong(
            en="0.2 is the mean reward: better than no baseline, but there is one without any noise.",
            zh="0.2 是平均奖励：比没有基线好，但还有一个完全没有噪声的取值。",
        )
    return wrong(
        en=f"At {best:g} the two samples {0.8 * (1 - best):.3g} (A) and {0.2 * best:.3g} (B) differ.",
        zh=f"取 {best:g} 时，两个样本值 {0.8 * (1 - best):.3g}（A）与 {0.2 * best:.3g}（B）不相等。",
    )


def _hurry(answer: object) -> Verdict:
    price = number(answer)
    if math.isclose(price, 1 / 3, rel_tol=0.02):
        return right(en="Right: 1 - 8c = -1 - 2c at c = 1/3.", zh="正确：c = 1/3 时 1 - 8c = -1 - 2c。")
    return wrong(
        en=f"At c = {price:g} the goal earns {1 - 8 * price:.3g} and the pit {-1 - 2 * price:.3g}, not the same.",
        zh=f"c = {price:g} 时，走到终点得 {1 - 8 * price:.3g}，走进陷阱得 {-1 - 2 * price:.3g}；两者应当相等。",
    )


def _discounted_forward(rewards: list[float], gamma: float) -> list[float]:
    return [gamma**t * reward for t, reward in enumerate(rewards)]


EXERCISES = (
    Exercise(
        "reinforcement-learning/returns",
        _returns,
        (_discounted_forward, lambda rewards, gamma: [sum(rewards)] * len(rewards), lambda rewards, _: sum(rewards)),
    ),
    Exercise("reinforcement-learning/baseline", _baseline, (0.2, 0.5, 0)),
    Exercise("reinforcement-learning/hurry", _hurry, (0.125, 0.2, 2 / 3)),
)
