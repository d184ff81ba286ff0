"""Exercises of the page on momentum."""

from __future__ import annotations

import math
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _pair(given: Any) -> tuple[float, float] | None:
    try:
        first, second = given
    except (TypeError, ValueError):
        return None
    return number(first), number(second)


def _step(answer: Any) -> Verdict:
    for w, m, slope, lr, momentum in (
        (1.0, 0.0, 2.0, 0.1, 0.9),
        (1.0, 0.5, 2.0, 0.1, 0.8),
        (-3.0, -0.2, -1.0, 0.5, 0.0),
    ):
        pair = _pair(answered(answer(w, m, slope, lr, momentum)))
        if pair is None:
            return wrong(
                en="The answer is a pair: `return w, m`, both the new ones.",
                zh="应当返回两个数：`return w, m`，都是新的值。",
            )
        new = momentum * m - lr * slope
        asked = f"step({w}, {m}, {slope}, {lr}, {momentum})"
        if math.isclose(pair[0], w + new, abs_tol=1e-5) and math.isclose(pair[1], new, abs_tol=1e-5):
            continue
        if math.isclose(pair[0], w + m, abs_tol=1e-5) and math.isclose(pair[1], new, abs_tol=1e-5):
            return wrong(
                en=f"{asked} moves w by the old movement. Compute the new one first, then move by it.",
                zh=f"{asked} 用旧的移动量移动了 w。应当先算出新的移动量，再用它移动。",
            )
        buffer = momentum * m + slope
        if math.isclose(pair[1], buffer, abs_tol=1e-5):
            return wrong(
                en=f"{asked} gives the movement {pair[1]:g}: that is PyTorch's buffer. "
                "In the lecture's form the rate and the minus sign stand in the movement.",
                zh=f"{asked} 得到的移动量是 {pair[1]:g}，这是 PyTorch 缓冲区里的值。"
                "课上的写法把学习率和负号放在移动量里面。",
            )
        if math.isclose(pair[0], new, abs_tol=1e-5) and math.isclose(pair[1], w + new, abs_tol=1e-5):
            return wrong(en="The new w comes first, then the new m.", zh="先返回新的 w，再返回新的 m。")
        gave = f"({pair[0]:g}, {pair[1]:g})"
        if math.isclose(pair[1], new, abs_tol=1e-5):
            return wrong(
                en=f"{asked} gave {gave}. The new m is right; the new w is the old w plus this m: {w + new:g}.",
                zh=f"{asked} 得到 {gave}。新的 m 对了；新的 w 应当是旧的 w 加上这个 m，即 {w + new:g}。",
            )
        if math.isclose(pair[1], momentum * m + lr * slope, abs_tol=1e-5):
            return wrong(
                en=f"{asked} gave {gave}. In the lecture's form the minus sign stands in m, "
                "and w + m is the new w: m keeps a share of itself, minus the rate times the slope.",
                zh=f"{asked} 得到 {gave}。课上的写法里，负号放在 m 里面，新的 w 是 w + m："
                "m 保留自己的一部分，再减去学习率乘以斜率。",
            )
        return wrong(
            en=f"{asked} gave {gave}; expected ({w + new:g}, {new:g}).",
            zh=f"{asked} 得到 {gave}，应为 ({w + new:g}, {new:g})。",
        )
    return right(
        en="Right: a share of the last movement, minus the rate times the slope.",
        zh="正确：上一次移动的一部分，减去学习率乘以斜率。",
    )


def _memory(answer: object) -> Verdict:
    count = number(answer)
    if count == 7:
        return right(
            en="Right: the seven newest outweigh all older ones together.",
            zh="正确：最新七个梯度的权重，超过其余所有旧梯度的权重之和。",
        )
    if 6 < count < 7:
        return wrong(
            en=f"{count:g} solves the equation; how many whole gradients does it take?",
            zh=f"{count:g} 是方程的解；梯度的个数是整数，至少要几个？",
        )
    if 7 < count < 10:
        return wrong(
            en=f"{count:g} hold {1 - 0.9**count:.0%} of the weight, which is enough. Do fewer do?",
            zh=f"{count:g} 个占全部权重的 {1 - 0.9**count:.0%}，够了。再少几个还够吗？",
        )
    if count == 10:
        return wrong(
            en="10 is 1 / (1 - μ), the sum of all weights. The ten newest hold 65 % of it.",
            zh="10 是 1 / (1 - μ)，即全部权重之和。最新的十个占其中的 65%。",
        )
    return wrong(
        en=f"Not {count:g}: the newest n hold 1 - 0.9^n of the weight. For which n is this at least a half?",
        zh=f"不是 {count:g}：最新的 n 个占全部权重的 1 - 0.9^n。n 从多少起，这个比例不小于一半？",
    )


def _largest_rate(answer: object) -> Verdict:
    rate = number(answer)
    if 0.0745 <= rate <= 0.0765:
        return right(
            en="Right: the limit is 2 (1 + μ) / 50 = 0.076, nearly twice plain descent's.",
            zh="正确：极限是 2 (1 + μ) / 50 = 0.076，几乎是普通梯度下降的两倍。",
        )
    if math.isclose(rate, 0.004, abs_tol=2e-4):
        return wrong(
            en="0.004 would be a tenth of plain descent's limit. Measure: ten times as much converges, too.",
            zh="0.004 是普通梯度下降极限的十分之一。实际测一测：它的十倍也收敛。",
        )
    if math.isclose(rate, 0.04, abs_tol=1e-3):
        return wrong(
            en="0.04 is the limit without momentum. Try 0.05 with momentum 0.9.",
            zh="0.04 是没有动量时的极限。动量取 0.9，试试学习率 0.05。",
        )
    if 0 < rate < 0.0745:
        return wrong(
            en=f"Not {rate:g}: at this rate the walk converges, and with 0.001 more, too. Try larger rates.",
            zh=f"不是 {rate:g}：用这个学习率会收敛，再加 0.001 也会。请试试更大的学习率。",
        )
    if rate > 0:
        return wrong(
            en=f"Not {rate:g}: at this rate the walk jumps across the ravine further and further. Try smaller rates.",
            zh=f"不是 {rate:g}：用这个学习率，路线在峡谷两坡之间越跳越远。请试试更小的学习率。",
        )
    return wrong(en=f"Not {rate:g}: a learning rate is above 0.", zh=f"不是 {rate:g}：学习率应当大于 0。")


def _rolling_on(answer: object) -> Verdict:
    distance = number(answer)
    if math.isclose(distance, 9, rel_tol=1e-3):
        return right(en="Right: μ / (1 - μ).", zh="正确：μ / (1 - μ)。")
    if math.isclose(distance, 10, rel_tol=1e-3):
        return wrong(
            en="10 counts the last movement, too, which is made already.",
            zh="10 把已经走完的上一次移动也算进去了。",
        )
    if distance == 0:
        return wrong(
            en="0 is PyTorch's form. Here the rate stands in front of new gradients only.",
            zh="0 是 PyTorch 的写法。在这里，学习率只乘在新的梯度上。",
        )
    if math.isclose(distance, 0.9, rel_tol=1e-3):
        return wrong(
            en="0.9 is the next movement alone; add up all of them.", zh="0.9 只是下一次的移动，请把以后的全部加起来。"
        )
    return wrong(
        en=f"Not {distance:g}: m becomes 0.9 m each time; add up all movements to come.",
        zh=f"不是 {distance:g}：每次 m 变成 0.9 m，把以后的移动全部加起来。",
    )


EXERCISES = (
    Exercise(
        "momentum/step",
        _step,
        (
            lambda w, m, slope, lr, momentum: (w + m, momentum * m - lr * slope),
            lambda w, m, slope, lr, momentum: (w - lr * (momentum * m + slope), momentum * m + slope),
            lambda w, m, slope, lr, momentum: (momentum * m - lr * slope, w + momentum * m - lr * slope),
            lambda w, m, slope, lr, momentum: (w - lr * slope, -lr * slope),
            lambda w, m, slope, lr, momentum: (w - momentum * m - lr * slope, momentum * m + lr * slope),
            lambda w, m, slope, lr, momentum: (w + momentum * (momentum * m - lr * slope), momentum * m - lr * slope),
            lambda w, m, slope, lr, momentum: w + momentum * m - lr * slope,
            0.5,
        ),
    ),
    Exercise("momentum/memory", _memory, (6.58, 10, 8, 6, "7")),
    Exercise("momentum/largest-rate", _largest_rate, (0.004, 0.04, 0.4, 0.06, 0)),
    Exercise("momentum/rolling-on", _rolling_on, (10, 0, 0.9, 1)),
)
