"""Exercises of the page on generative adversarial networks."""

from __future__ import annotations

import math
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _best_judge(answer: Any) -> Verdict:
    for p, q in [(0.3, 0.1), (0.2, 0.2), (0.0, 0.5), (3.0, 1.0)]:
        got, want = answered(answer(p, q)), p / (p + q)
        if not math.isclose(number(got), want, abs_tol=1e-9):
            return wrong(
                en=f"best_judge({p}, {q}) gave {got}; expected {want:.3g}: the real ones' share of all examples there.",
                zh=f"best_judge({p}, {q}) 得到 {got}，应为 {want:.3g}：即此处全部样本中真实样本所占的比例。",
            )
    return right(
        en="Right: p / (p + q); where both densities are equal, it is a coin toss.",
        zh="正确：p / (p + q)；两个密度相等的地方，只能像抛硬币一样猜。",
    )


def _stronger(answer: object) -> Verdict:
    factor = number(answer)
    if math.isclose(factor, 49, rel_tol=0.01):
        return right(en="Right: 0.98 / 0.02.", zh="正确：0.98 / 0.02。")
    if math.isclose(factor, 1 / 49, rel_tol=0.01):
        return wrong(
            en="That is the other way round: ln(1 - D) is the weak one.", zh="倒过来了：弱的那个是 ln(1 - D)。"
        )
    return wrong(
        en=f"Not {factor:g}: the derivatives by the logit are D - 1 and -D, with D = 0.02.",
        zh=f"不是 {factor:g}：对 logit 的导数分别是 D - 1 与 -D，其中 D = 0.02。",
    )


def _floor(answer: object) -> Verdict:
    factor = number(answer)
    if 3.2 < factor < 4.9:
        return right(
            en="Right: about 4. The floor shrinks with the size of the sample itself, not with its root.",
            zh="正确：约为 4。这个下限与样本量成反比，而不是与它的平方根成反比。",
        )
    if 1.7 < factor < 2.3:
        return wrong(
            en=f"{factor:g} is what a square root would give. Measure it: the zeros in cdist(x, x) are 1 in n.",
            zh=f"{factor:g} 是按平方根推出来的。请实测：cdist(x, x) 里每 n 个元素就有一个零。",
        )
    return wrong(
        en=f"{factor:g} is not what 40 repetitions give; divide the mean at 250 points by the mean at 1000.",
        zh=f"{factor:g} 与 40 次重复的结果不符；请用 250 个点时的平均值除以 1000 个点时的平均值。",
    )


def _turns(answer: object) -> Verdict:
    ratio = number(answer)
    if ratio > 2:
        return right(
            en="Right: with a better judge each step of the generator goes a better way, at three times the work.",
            zh="正确：判别器更准，生成器的每一步方向就更好。代价是三倍的计算量。",
        )
    return wrong(
        en=f"A ratio of {ratio:g} says that more turns for the judge hardly help; is it equal turns / five turns?",
        zh=f"比值 {ratio:g} 意味着让判别器多走几步几乎没用；是用“各走一步”的平均距离除以“判别器走五步”的吗？",
    )


EXERCISES = (
    Exercise("gan/best-judge", _best_judge, (lambda p, q: p, lambda p, q: q / (p + q), lambda p, q: p - q)),
    Exercise("gan/stronger", _stronger, (1 / 49, 50, 0.98)),
    Exercise("gan/floor", _floor, (2, 16, 1)),
    Exercise("gan/turns", _turns, (1, 0.2)),
)
