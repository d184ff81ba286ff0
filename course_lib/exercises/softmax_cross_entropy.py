"""Exercises of the page on softmax and cross-entropy."""

from __future__ import annotations

import math
from typing import Any

import torch

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _stable(answer: Any) -> Verdict:
    small = torch.tensor([[3.0, 1.0, -3.0], [0.0, 0.0, 0.0]])
    large = torch.tensor([[1000.0, 0.0], [-1000.0, -1000.0], [5.0, 1000.0]])
    for z in (small, large):
        given = answered(answer(z.clone()))
        if not isinstance(given, torch.Tensor) or given.shape != z.shape:
            shape = tuple(given.shape) if isinstance(given, torch.Tensor) else type(given).__name__
            return wrong(
                en=f"For z of shape {tuple(z.shape)} it gives {shape}; expected a tensor of the same shape.",
                zh=f"z 的形状是 {tuple(z.shape)}，得到的却是 {shape}；应当是形状相同的张量。",
            )
        if torch.allclose(given, z / z.sum(1, keepdim=True), equal_nan=True):
            return wrong(
                en="The scores themselves are divided by their sum. First comes exp, which makes each positive.",
                zh="直接用得分除以总和了。应当先取指数，让每个数都为正。",
            )
        common = (z - z.max()).exp()
        if z is large and torch.allclose(given, common / common.sum(1, keepdim=True), equal_nan=True):
            return wrong(
                en=f"For {z.tolist()} it gives 0/0 in a row: beside the largest of all, the powers of "
                "that row are 0. Subtract each row's own largest.",
                zh=f"对 {z.tolist()} 有一行得到 0/0：减去全体的最大值之后，"
                "那一行的指数值全是 0。请减去每一行自己的最大值。",
            )
        if given.isnan().any():
            return wrong(
                en=f"For {z.tolist()} it gives NaN: exp of a large score is infinite. Subtract each row's largest.",
                zh=f"对 {z.tolist()} 得到 NaN：很大的得分取指数就是无穷大。请先减去每一行的最大值。",
            )
        if torch.allclose(given, z.softmax(0)):
            return wrong(
                en="Each column sums to 1: that is along the examples. The classes are axis 1.",
                zh="每一列之和为 1，那是沿着样本算的。类别在第 1 轴。",
            )
        if not torch.allclose(given, z.softmax(1), atol=1e-6):
            sums = given.sum(1)
            if not torch.allclose(sums, torch.ones_like(sums), atol=1e-5):
                told = ", ".join(f"{value:.3g}" for value in sums.tolist())
                return wrong(
                    en=f"For {z.tolist()} the rows sum to {told}; each should sum to 1. Divide by the sum of the row.",
                    zh=f"对 {z.tolist()}，各行之和是 {told}，每一行都应当是 1。请除以这一行的总和。",
                )
            got, want = ([[round(p, 3) for p in row] for row in table.tolist()] for table in (given, z.softmax(1)))
            return wrong(
                en=f"For {z.tolist()} it gives {got}; expected {want}.",
                zh=f"对 {z.tolist()} 得到 {got}，应为 {want}。",
            )
    return right(en="Right: no power is above 1.", zh="正确：所有的指数值都不超过 1。")


def _flat(answer: object) -> Verdict:
    m = number(answer)
    if m == 6:
        return right(
            en="Right: at p near 1/400, the ratio being 4 p (1 - p).",
            zh="正确：比值是 4 p (1 - p)，p 约为 1/400 时就到了。",
        )
    if not m.is_integer() or m < 0:
        return wrong(en=f"{m:g}: asked for is a whole number m ≥ 0.", zh=f"{m:g}：题目要的是整数 m ≥ 0。")
    p = 1 / (1 + math.exp(min(m, 100)))
    ratio = f"{4 * p * (1 - p):.2g}"
    if m < 6:
        return wrong(
            en=f"At m = {m:g} the ratio of the lengths is still {ratio}, not below 0.01.",
            zh=f"m = {m:g} 时，两个长度之比还有 {ratio}，没有低于 0.01。",
        )
    return wrong(
        en=f"At m = {m:g} the ratio of the lengths is {ratio}: below 0.01, but not for the first time.",
        zh=f"m = {m:g} 时，两个长度之比是 {ratio}，低于 0.01，但不是第一次。",
    )


def _temperature(answer: object) -> Verdict:
    given = number(answer)
    if given <= 0:
        return wrong(en="A temperature is above 0.", zh="温度应当大于 0。")
    share = (torch.tensor([3.0, 1.0, -3.0], dtype=torch.float64) / given).softmax(0)[0].item()
    if abs(share - 0.6) < 0.0015:
        return right(
            en="Right: above 1, as the answer should be less sure.",
            zh="正确：大于 1，因为要让答案没那么有把握。",
        )
    if abs((torch.tensor([3.0, 1.0, -3.0], dtype=torch.float64) * given).softmax(0)[0].item() - 0.6) < 0.005:
        return wrong(
            en=f"{given:g} is 1 / T: the scores are divided by the temperature.",
            zh=f"{given:g} 是 1 / T：得分要除以温度。",
        )
    return wrong(
        en=f"At T = {given:g} the first class gets {share:.3f}, not 0.6.",
        zh=f"T = {given:g} 时，第一个类别得到 {share:.3f}，不是 0.6。",
    )


def _noise(answer: object) -> Verdict:
    lowest = number(answer)
    if abs(lowest - 0.5448) < 0.003:
        return right(
            en="Right: the entropy of the labels. No model can do better in the long run.",
            zh="正确：就是标签的熵。样本足够多时，没有模型能做得更好。",
        )
    if abs(lowest - 0.1054) < 0.003:
        return wrong(
            en="0.105 is -ln 0.9, what the right labels pay. The wrong ones pay much more.",
            zh="0.105 是 -ln 0.9，只是标签正确时的损失。标签错误时，损失大得多。",
        )
    if abs(lowest - 0.3251) < 0.003:
        return wrong(
            en="0.325 is the entropy of two outcomes. The wrong labels are spread over nine classes.",
            zh="0.325 是只有两种结果时的熵。标错的标签分散在九个类别里。",
        )
    if abs(lowest + 0.5448) < 0.003:
        return wrong(en="A minus sign is missing: no cross-entropy is negative.", zh="少了一个负号：交叉熵不会是负数。")
    if abs(lowest - 0.786) < 0.003:
        return wrong(
            en="0.786 is with the logarithm to the base 2; cross-entropy here has the natural one.",
            zh="0.786 用的是以 2 为底的对数，这里的交叉熵用自然对数。",
        )
    if abs(lowest - math.log(10)) < 0.003:
        return wrong(
            en="2.303 is the loss of equal scores: ln 10. Now descend, until the loss stands still.",
            zh="2.303 是得分全相等时的损失 ln 10。请接着优化，直到损失不再变化为止。",
        )
    if lowest == 0:
        return wrong(
            en="0 would need each label to be certain. Here a picture of a 0 is labelled 0 in nine cases of ten.",
            zh="损失为 0，要求每个标签都是确定的。这里一张 0 的图片，十次里只有九次标为 0。",
        )
    return wrong(
        en=f"Not {lowest:g}: targets 0.9 once and 0.1/9 nine times, and minimise until the loss stands still.",
        zh=f"不是 {lowest:g}：目标是一个 0.9 和九个 0.1/9，一直优化到损失不再变化为止。",
    )


EXERCISES = (
    Exercise(
        "softmax-cross-entropy/stable",
        _stable,
        (
            lambda z: z.exp() / z.exp().sum(1, keepdim=True),
            lambda z: z.softmax(0),
            lambda z: z.sigmoid(),
            lambda z: z / z.sum(1, keepdim=True),
            lambda z: (z - z.max()).exp() / (z - z.max()).exp().sum(1, keepdim=True),
            lambda z: (z / 10).softmax(1),
            lambda z: z[0],
            lambda z: 1.0,
            3,
        ),
    ),
    Exercise("softmax-cross-entropy/flat", _flat, (5, 20, 6.5, -1, 10**6, math.nan)),
    Exercise("softmax-cross-entropy/temperature", _temperature, (-1, 0.324, 1.5)),
    Exercise("softmax-cross-entropy/noise", _noise, (0.105, 0.325, 0, -0.545, 0.786, 2.303, 0.54)),
)
