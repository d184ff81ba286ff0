"""Exercises of the page on adaptive learning rates."""

from __future__ import annotations

import math
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _movement(answer: Any) -> Verdict:
    for gradients, lr in (([3.0, 4.0], 0.5), ([-2.0], 0.1), ([1.0, 2.0, -2.0, 4.0], 1.0)):
        root = math.sqrt(sum(g * g for g in gradients))
        for form, sigma in (("sum", root), ("mean", root / math.sqrt(len(gradients)))):
            got, want = number(answered(answer(list(gradients), lr, form))), -lr / sigma * gradients[-1]
            if math.isclose(got, want, rel_tol=1e-4, abs_tol=1e-9):
                continue
            call = f"movement({gradients}, {lr}, {form!r})"
            if math.isclose(got, -want, rel_tol=1e-4):
                return wrong(
                    en=f"{call} gave {got:.4f}: the right length, but it goes up. The step goes against the gradient.",
                    zh=f"{call} 得到 {got:.4f}：大小对，方向反了，是在往上走。应当朝梯度的反方向移动。",
                )
            if math.isclose(abs(got), lr / sigma, rel_tol=1e-4):
                return wrong(
                    en=f"{call} gave {got:.4f}, which is the rate η/σ. The step is the rate times the latest gradient.",
                    zh=f"{call} 得到 {got:.4f}，这是学习率 η/σ。这一步还要乘上最近一次的梯度。",
                )
            if math.isclose(abs(got), abs(want) / sigma, rel_tol=1e-4):
                return wrong(
                    en=f"{call} gave {got:.4f}: σ is the root of the {form} of squares; the root is missing.",
                    zh=f"{call} 得到 {got:.4f}：σ 要开平方，这里少了根号。",
                )
            other = want * math.sqrt(len(gradients)) ** (1 if form == "sum" else -1)
            if math.isclose(got, other, rel_tol=1e-4):
                return wrong(
                    en=f"{call} gave {got:.4f}, the step of the other form. Does the answer depend on `form`?",
                    zh=f"{call} 得到 {got:.4f}，这是另一种形式的一步。你的答案用到 `form` 了吗？",
                )
            if form == "mean" and math.isclose(got, -lr / root * len(gradients) * gradients[-1], rel_tol=1e-4):
                return wrong(
                    en=f"{call} gave {got:.4f}: divide the sum by the number of gradients first, then take the root.",
                    zh=f"{call} 得到 {got:.4f}：应当先把平方和除以梯度的个数，再开平方。",
                )
            if math.isclose(got, -lr / sigma * gradients[0], rel_tol=1e-4):
                return wrong(
                    en=f"{call} gave {got:.4f}: that steps along the oldest gradient. The latest is gradients[-1].",
                    zh=f"{call} 得到 {got:.4f}：用的是最早的梯度。最近的是 gradients[-1]。",
                )
            if math.isclose(got, -lr / sigma * sum(gradients), rel_tol=1e-4):
                return wrong(
                    en=f"{call} gave {got:.4f}: all gradients enter σ, but the step is along the latest alone.",
                    zh=f"{call} 得到 {got:.4f}：所有梯度都进入 σ，但这一步只沿最近的那个梯度走。",
                )
            return wrong(
                en=f"{call} gave {got:.4f}; expected {want:.4f}.",
                zh=f"{call} 得到 {got:.4f}，应为 {want:.4f}。",
            )
    return right(
        en="Right: the two forms differ by the root of the number of gradients.",
        zh="正确：两种形式相差梯度个数的平方根。",
    )


def _far(answer: object) -> Verdict:
    steps = number(answer)
    if steps == 2574:
        return right(
            en="Right: 26 times as many as the mean form. The rate dies, the walk goes on.",
            zh="正确：大约是均值形式的 26 倍。学习率趋于零，但仍然走得到。",
        )
    if abs(steps - 2574) <= 1:
        return wrong(
            en=f"Nearly: {steps:g} is one off. Count the step in which 10 is reached.",
            zh=f"差一点：{steps:g} 差了 1。走到 10 的那一步也要算。",
        )
    if steps == 100:
        return wrong(
            en="100 is the mean form, whose steps stay 0.1 long. In the sum form they shrink.",
            zh="100 是均值形式的答案，那里每一步一直是 0.1。求和形式的步子会越来越短。",
        )
    return wrong(
        en=f"Not {steps:g}: step n is 0.1 / √n long. Add them up until the sum is 10.",
        zh=f"不是 {steps:g}：第 n 步的长度是 0.1 / √n，逐步累加，直到总和达到 10。",
    )


def _settled(answer: object) -> Verdict:
    step = number(answer)
    if step == 43:
        return right(
            en="Right: there the weights of the gradients sum up to more than 1 / 1.21.",
            zh="正确：到这时，各个梯度的权重之和超过了 1 / 1.21。",
        )
    if step == 42:
        return wrong(
            en="Step 42 is still 1.104 η long (did you count from 0?).",
            zh="第 42 步仍有 1.104 η（是不是从 0 数起了？）。",
        )
    if step == 175:
        return wrong(
            en="175 is for the default α = 0.99. The exercise asks for 0.96.",
            zh="175 是默认的 α = 0.99 的答案，题目问的是 0.96。",
        )
    if step == 44:
        return wrong(
            en="Step 43 is 1.0995 η long already (did you begin to count from 1 and add 1 after it?).",
            zh="第 43 步已经只有 1.0995 η（是不是从 1 数起，走完又多加了 1？）。",
        )
    return wrong(
        en=f"Not {step:g}: with σ² = 1 - 0.96ⁿ, where is 1 / σ below 1.1 for the first time?",
        zh=f"不是 {step:g}：σ² = 1 - 0.96ⁿ，1 / σ 在哪一步第一次小于 1.1？",
    )


def _burst(answer: object) -> Verdict:
    step = number(answer)
    if step == 104:
        return right(
            en="Right: the same step as in the ravine. The scale of the gradients does not matter.",
            zh="正确：与峡谷里是同一步。梯度的尺度无关紧要。",
        )
    if step == 0:
        return wrong(
            en="There is one. σ shrinks while w2 rests, whatever the curvature is. Walk and look.",
            zh="会的。只要 w2 静止，σ 就缩小，与曲率大小无关。走一遍看看。",
        )
    if step in (35, 36, 37):
        return wrong(
            en=f"At step {step:g} σ passes the edge, and w2 begins to grow. It is visible much later.",
            zh=f"第 {step:g} 步是 σ 越过边界、w2 开始增大的时候，要过很久才看得出来。",
        )
    if 0 < step <= 20:
        return wrong(
            en=f"At step {step:g} w2 is still on its way down from its start. Look at later steps.",
            zh=f"第 {step:g} 步时 w2 还在从起点往下走。请看后面的步。",
        )
    if step in (83, 84):
        return wrong(
            en=f"{step:g} counts from where you cut the walk. walk[20:] begins with step 20: add what you cut off.",
            zh=f"{step:g} 是从截断处数起的。walk[20:] 从第 20 步开始，截掉的要加回去。",
        )
    return wrong(
        en=f"Not {step:g}. Walk in bowl from (-4, 0.05), lr=0.02, form='mean', and list the steps with |w2| > 0.01.",
        zh=f"不是 {step:g}。在 bowl 里从 (-4, 0.05) 出发，lr=0.02、form='mean'，列出 |w2| > 0.01 的步。",
    )


EXERCISES = (
    Exercise(
        "adaptive-learning-rate/movement",
        _movement,
        (
            lambda gradients, lr, form: lr / sum(g * g for g in gradients) ** 0.5 * gradients[-1],
            lambda gradients, lr, form: -lr / sum(g * g for g in gradients) ** 0.5 * gradients[-1],
            lambda gradients, lr, form: (
                -lr / sum(g * g for g in gradients) ** 0.5 * gradients[-1] * (len(gradients) if form == "mean" else 1)
            ),
            lambda gradients, lr, form: lr / sum(g * g for g in gradients) ** 0.5,
            lambda gradients, lr, form: -lr / sum(g * g for g in gradients) * gradients[-1],
            lambda gradients, lr, form: -lr / sum(g * g for g in gradients) ** 0.5 * len(gradients) * gradients[-1],
            lambda gradients, lr, form: -lr / sum(g * g for g in gradients) ** 0.5 * gradients[0],
            lambda gradients, lr, form: -lr / sum(g * g for g in gradients) ** 0.5 * sum(gradients),
            3,
        ),
    ),
    Exercise("adaptive-learning-rate/far", _far, (100, 2573, 1000)),
    Exercise("adaptive-learning-rate/settled", _settled, (42, 44, 175, 10)),
    Exercise("adaptive-learning-rate/burst", _burst, (0, 36, 5, 84, 200)),
)
