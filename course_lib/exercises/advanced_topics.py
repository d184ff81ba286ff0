"""Exercises of the page on seven advanced topics."""

from __future__ import annotations

import math
from typing import Any

import torch

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _threshold(answer: Any) -> Verdict:
    scores = torch.randperm(1000, generator=torch.Generator().manual_seed(0)) / 1000
    for share in (0.05, 0.2):
        limit = number(answered(answer(scores, share)))
        exceeding = (scores > limit).double().mean().item()
        if abs(exceeding - share) > 0.005:
            turned = abs(exceeding - (1 - share)) < 0.005
            return wrong(
                en=f"With false_alarms={share}, {exceeding:.1%} of the normal examples exceed your threshold."
                + (" A quantile counts from below." if turned else ""),
                zh=f"当 false_alarms={share} 时，超过你的阈值的正常样本占 {exceeding:.1%}。"
                + ("分位数是从小的一端数起的。" if turned else ""),
            )
    return right(en="Right, and no anomaly was needed.", zh="正确，而且没有用到任何异常样本。")


def _many_pixels(answer: object) -> Verdict:
    rise = number(answer)
    if math.isclose(rise, 2, rel_tol=0.01):
        return right(en="Right: 10000 terms of one sign.", zh="正确：一万项，符号全都相同。")
    if math.isclose(rise, 0.02, rel_tol=0.01):
        return wrong(
            en="0.02 is the spread with random signs. The attack chooses the signs.",
            zh="0.02 是符号随机时的标准差。而攻击会自己挑选符号。",
        )
    return wrong(
        en=f"Not {rise:g}. Each of the 10000 terms is ε times the size of the gradient.",
        zh=f"不是 {rise:g}。一共 10000 项，每一项都是 ε 乘以梯度的大小。",
    )


def _transfer(answer: object) -> Verdict:
    share = number(answer)
    if 0.03 < share < 0.4:
        return right(
            en="Right: it never saw the other's gradient, and falls for the same pictures.",
            zh="正确：攻击时从未用过它的梯度，它却栽在同样的图片上。",
        )
    if 0.4 <= share <= 1:
        return wrong(
            en=f"{share:g} is too good: did you measure on the pictures that were attacked, with signs from `model`?",
            zh=f"{share:g} 太好了：测的是攻击过的图片吗？攻击方向来自 `model` 吗？",
        )
    return wrong(
        en=f"{share:g} is no share between 0 and 1 that such a network reaches.",
        zh=f"{share:g} 不是这样的网络会得到的比例（应在 0 与 1 之间）。",
    )


EXERCISES = (
    Exercise(
        "advanced-topics/threshold",
        _threshold,
        (lambda scores, share: scores.quantile(share), lambda scores, share: scores.max(), lambda scores, share: share),
    ),
    Exercise("advanced-topics/many-pixels", _many_pixels, (0.02, 0.0002, 200)),
    Exercise("advanced-topics/transfer", _transfer, (0.97, 1, 0, 15)),
)
