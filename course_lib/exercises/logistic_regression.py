"""Exercises of the page on logistic regression."""

from __future__ import annotations

import math
from typing import Any

from course_lib.exercises import Exercise, Verdict, number, right, wrong


def _prior(answer: Any) -> Verdict:
    for b, old, new in ((0.0, 0.5, 0.01), (2.0, 0.37, 0.37), (-1.5, 0.2, 0.6)):
        given, change = number(answer(b, old, new)), math.log(new / (1 - new)) - math.log(old / (1 - old))
        if not math.isclose(given, b + change, abs_tol=1e-6):
            said = f"corrected({b}, {old}, {new})"
            if math.isclose(given, b - change, abs_tol=1e-6):
                return wrong(
                    en=f"{said} gives {given:.3f}: the wrong way round. Where fewer are ill, b should be smaller.",
                    zh=f"{said} 得到 {given:.3f}：方向反了。患病的人少了，b 应当变小。",
                )
            if math.isclose(given, b + math.log(new / old), abs_tol=1e-6):
                return wrong(
                    en=f"{said} gives {given:.3f}. In b stands ln(P(1) / P(0)): the share of the healthy changes, too.",
                    zh=f"{said} 得到 {given:.3f}。b 里的项是 ln(P(1) / P(0))：健康人的比例也变了。",
                )
            if b and math.isclose(given, math.log(new / (1 - new)), abs_tol=1e-6):
                return wrong(
                    en=f"{said} gives {given:.3f}: the old b is lost. Its other terms stay; only one is exchanged.",
                    zh=f"{said} 得到 {given:.3f}：原来的 b 丢了。b 的其余各项不变，只换掉一项。",
                )
            if math.isclose(given, b + math.log(new / (1 - new)), abs_tol=1e-6):
                return wrong(
                    en=f"{said} gives {given:.3f}; expected {b + change:.3f}. The old term is still in b: take it out.",
                    zh=f"{said} 得到 {given:.3f}，应为 {b + change:.3f}。旧的那一项还在 b 里，请去掉。",
                )
            if math.isclose(given, b + change / math.log(10), abs_tol=1e-6):
                return wrong(
                    en=f"{said} gives {given:.3f}: that is with log10. The formula has ln, in Python `math.log`.",
                    zh=f"{said} 得到 {given:.3f}：这是用 log10 算的。公式里是 ln，在 Python 里写作 `math.log`。",
                )
            return wrong(
                en=f"{said} gives {given:.3f}; expected {b + change:.3f}. Only the term ln(P(1) / P(0)) changes.",
                zh=f"{said} 得到 {given:.3f}，应为 {b + change:.3f}。变的只有 ln(P(1) / P(0)) 这一项。",
            )
    return right(
        en="Right: the weights stay, and the bias moves by the change of the logarithm of the odds.",
        zh="正确：权重不变，偏置移动的量等于对数几率的变化。",
    )


def _feature(answer: Any) -> Verdict:
    values = [number(answer(x1, x2)) for x1, x2 in ((0, 0), (0, 1), (1, 0), (1, 1))]
    if not all(map(math.isfinite, values)):
        return wrong(
            en=f"On the four corners it gives {values}: finite numbers are needed.",
            zh=f"在四个角上得到 {values}：应当是有限的数。",
        )
    # a plane through x1, x2 and the feature separates the corners exactly if these two sums differ
    if math.isclose(values[0] + values[3], values[1] + values[2], abs_tol=1e-9):
        return wrong(
            en=f"On (0, 0), (0, 1), (1, 0), (1, 1) it gives {values}: a weighted sum of 1, x1 and x2 does the same.",
            zh=f"在 (0, 0)、(0, 1)、(1, 0)、(1, 1) 上得到 {values}：用 1、x1 和 x2 的加权和也能得到，没有新东西。",
        )
    return right(en="Right: with it a plane separates the four.", zh="正确：加上它，一个平面就能把四个点分开。")


def _separable(answer: object) -> Verdict:
    length = number(answer)
    if abs(length - 9.764) < 0.15:
        return right(
            en="Right: about 3 more for ten times the updates. The length grows like a logarithm.",
            zh="正确：更新次数增加到十倍，长度只多了 3 左右，像对数一样增长。",
        )
    for times, en, zh in ((10, "ten", "十"), (3, "three", "三")):
        if abs(length - times * 6.7) < 0.3 * times:
            return wrong(
                en=f"{length:g} is {en} times 6.7, a prediction. Measure: the steps shrink as the errors do.",
                zh=f"{length:g} 是 6.7 的{zh}倍，只是预测。请测量：误差变小，步子也跟着变小。",
            )
    if abs(length - 6.7) < 0.15:
        return wrong(
            en=f"{length:g} is the length after 1000 updates; the exercise asks for 10000, at rate 1 (not 0.1).",
            zh=f"{length:g} 是更新 1000 次之后的长度，题目要的是 10000 次，学习率为 1（不是 0.1）。",
        )
    if abs(length - 19.08) < 0.2:
        return wrong(
            en=f"{length:g} comes out with all ten digits. Keep the rows with y < 2 only.",
            zh=f"{length:g} 是十个数字全用上的结果。请只取 y < 2 的那些行。",
        )
    if abs(length - 10.51) < 0.15:
        return wrong(en="The pixels are not divided by 16.", zh="像素没有除以 16。")
    if abs(length - 13.159) < 0.15:
        return wrong(en="That is after 100000 updates.", zh="这是更新 100000 次之后的长度。")
    return wrong(
        en=f"{length:g} is not what this gives. Pixels / 16, y = 1.0 for a one, rate 1, float64, from zeros?",
        zh=f"{length:g} 与测量结果不符。像素除以 16 了吗？数字 1 的 y 取 1.0、学习率取 1、用 float64、从零出发了吗？",
    )


def _steepest(answer: object) -> Verdict:
    p = number(answer)
    if abs(p - 1 / 3) < 0.005:
        return right(
            en="Right, a third: wrong, but not very. The worse ones are listened to less.",
            zh="正确，三分之一：错了，但错得不多。错得更厉害的，反而更不受重视。",
        )
    if abs(p - 0.5) < 0.005:
        return wrong(
            en="At 0.5 the factor p (1 - p) is largest, but the other factor, 1 - p, still grows to the left.",
            zh="p (1 - p) 在 0.5 处最大，但另一个因子 1 - p 往左还在变大。",
        )
    if abs(p) < 0.005:
        return wrong(
            en="0 is the answer for the cross-entropy. For the squared error the factor p makes it 0 there.",
            zh="0 是交叉熵的答案。平方误差的导数多了因子 p，在那里是 0。",
        )
    if abs(p + math.log(2)) < 0.01:
        return wrong(
            en="That is z = -ln 2; the exercise asks for the probability σ(z).",
            zh="这是 z = -ln 2，题目要的是概率 σ(z)。",
        )
    if abs(p - 2 / 3) < 0.005:
        return wrong(
            en="That is the answer for y = 0. With y = 1 the size is 2 p (1 - p)².",
            zh="这是 y = 0 时的答案。y = 1 时，绝对值是 2 p (1 - p)²。",
        )
    if abs(p - 8 / 27) < 0.002:
        return wrong(
            en="That is how large the derivative gets; the exercise asks for the p at which it does.",
            zh="这是导数绝对值的最大值，题目要的是在哪个 p 处取到它。",
        )
    return wrong(
        en=f"Not {p:g}: where is 2 p (1 - p)² largest, for p from 0 to 1?",
        zh=f"不是 {p:g}：p 从 0 到 1，2 p (1 - p)² 在哪里最大？",
    )


EXERCISES = (
    Exercise(
        "logistic-regression/prior",
        _prior,
        (
            lambda b, old, new: b + math.log(old / (1 - old)) - math.log(new / (1 - new)),
            lambda b, old, new: b + math.log(new / old),
            lambda b, old, new: b,
            lambda b, old, new: math.log(new / (1 - new)),
            lambda b, old, new: b + math.log(new / (1 - new)),
            lambda b, old, new: b + math.log10(new / (1 - new)) - math.log10(old / (1 - old)),
            0.5,
        ),
    ),
    Exercise(
        "logistic-regression/feature",
        _feature,
        (lambda x1, x2: x1 + x2, lambda x1, x2: x1**2 + x2**2, lambda x1, x2: 1.0, lambda x1, x2: math.inf, 1),
    ),
    Exercise("logistic-regression/separable", _separable, (67, 6.7, 13.16, 20.1, 19.08, 10.51, 12)),
    Exercise("logistic-regression/steepest", _steepest, (0.5, 0, -0.693, 0.25, 0.667, 0.296)),
)
