"""Exercises of the page on critical points."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises import Exercise, Verdict, answered, number, one_of, right, wrong
from course_lib.landscape import gradient, hessian


def _name_the_point(answer: object) -> Verdict:
    word = str(answered(answer)).lower().removeprefix("local ").removesuffix(" point")
    if one_of(word, ("minimum", "maximum", "saddle")) == "saddle":
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
    if 0.0011 < share < 0.0028:
        return right(
            en="Right: about one in 500, far rarer than 1/16.", zh="正确：大约五百个里有一个，比 1/16 少得多。"
        )
    if 0 < share <= 0.0011:
        return wrong(
            en=f"{share:g} is less than symmetrised matrices give: `eigvalsh` looks only at the lower triangle, "
            "so average with the transpose first.",
            zh=f"{share:g} 比对称化之后的结果小：`eigvalsh` 只看下三角，所以要先与转置取平均。",
        )
    if 0.0028 <= share < 0.006:
        return wrong(
            en=f"{share:g} is too many. Did matrices whose eigenvalues are all negative count, too?",
            zh=f"{share:g} 偏大。特征值全为负的矩阵是不是也算进去了？",
        )
    if share == 1 / 16:
        return wrong(
            en="1/16 would be right if the four signs were independent. Measure: are they?",
            zh="如果四个正负号互相独立，就是 1/16。请测量一下：它们独立吗？",
        )
    return wrong(
        en=f"{share:g} is not what 20000 such matrices give. Did you symmetrise, and ask for all four eigenvalues?",
        zh=f"{share:g} 与 20000 个矩阵的测量结果不符。做过对称化了吗？要求四个特征值都为正了吗？",
    )


def _bent(p: Tensor) -> Tensor:
    return (p**3).sum() + 2 * p[0] * p[1] - p[1] ** 2


def _along(answer: Any) -> Verdict:
    for point, v in (((1.0, 2.0), (1.0, 0.0)), ((0.0, 0.0), (0.0, 3.0)), ((0.5, -1.0), (2.0, -4.0))):
        at, direction = torch.tensor(point, dtype=torch.float64), torch.tensor(v, dtype=torch.float64)
        product = hessian(_bent, at) @ direction
        want = (direction @ product / (direction @ direction)).item()
        given = number(answer(_bent, at.clone(), direction.clone()))
        if math.isclose(given, want, rel_tol=1e-4, abs_tol=1e-6):
            continue
        if math.isclose(given, (direction @ product).item(), rel_tol=1e-4):
            return wrong(
                en=f"For v = {v} it gives {given:g}, for a vector of length 1 in this direction {want:g}: "
                "the length of v should not matter.",
                zh=f"v = {v} 时得到 {given:g}，而同方向、长度为 1 的向量应得到 {want:g}：答案不应当与 v 的长度有关。",
            )
        if math.isclose(given, (direction @ product / direction.norm()).item(), rel_tol=1e-4):
            return wrong(
                en=f"For v = {v} it gives {given:g}; expected {want:g}. v stands in vᵀHv twice: "
                "divide by its length twice.",
                zh=f"v = {v} 时得到 {given:g}，应为 {want:g}。v 在 vᵀHv 里出现两次，所以要除以长度两次。",
            )
        if math.isclose(given, (gradient(_bent, at) @ direction).item(), rel_tol=1e-4):
            return wrong(
                en="That is the slope along v, the first derivative; the exercise asks for the second.",
                zh="这是沿 v 的斜率，即一阶导数；题目要的是二阶导数。",
            )
        return wrong(
            en=f"At {point} along v = {v} it gives {given:g}; expected {want:g}.",
            zh=f"在 {point} 处沿 v = {v} 得到 {given:g}，应为 {want:g}。",
        )
    return right(en="Right: vᵀHv divided by vᵀv; one product is enough.", zh="正确：vᵀHv 除以 vᵀv，只需一次乘积。")


def _another_rate(answer: object) -> Verdict:
    largest = number(answer)
    if 3.75 < largest < 4.4:
        return right(
            en="Right: 2 divided by the rate. The smaller rate ends in a steeper place.",
            zh="正确：2 除以学习率。学习率小一些，就会停在更陡的地方。",
        )
    if 3.2 < largest <= 3.75:
        return wrong(
            en=f"{largest:g} is what the rate 0.6 gives. Walk again with 0.5.",
            zh=f"{largest:g} 是学习率 0.6 的结果。请用 0.5 再走一遍。",
        )
    if 2.6 < largest < 3.2:
        return wrong(
            en=f"{largest:g}: is that 3.4 times 0.5 / 0.6? It is the other way round: "
            "the smaller the rate, the steeper the place where the walk settles.",
            zh=f"{largest:g}：是把 3.4 乘以 0.5 / 0.6 了吗？方向反了：学习率越小，停的地方越陡。",
        )
    return wrong(
        en=f"{largest:g} is not what this gives. Starts 0 to 4, rate 0.5, 1000 updates, then the last of each row of "
        "eigenvalues?",
        zh=f"{largest:g} 与测量结果不符。是从起点 0 到 4 出发、学习率 0.5、更新 1000 次，再取每行最后一个特征值吗？",
    )


EXERCISES = (
    Exercise("critical-points/name-the-point", _name_the_point, ("minimum", "maximum", "sadle")),
    Exercise("critical-points/direction", _direction, ((1, 1), (1, 0), 1)),
    Exercise("critical-points/random-matrices", _random_matrices, (1 / 16, 0.5, 0.0006, 0.004, "1/16")),
    Exercise(
        "critical-points/along",
        _along,
        (
            lambda loss, point, v: v @ hessian(loss, point) @ v,
            lambda loss, point, v: v @ hessian(loss, point) @ v / v.norm(),
            lambda loss, point, v: v @ gradient(loss, point),
            lambda loss, point, v: hessian(loss, point) @ v,
            lambda loss, point, v: 1.0,
            2.0,
        ),
    ),
    Exercise("critical-points/another-rate", _another_rate, (3.4, 2.83, 2, "4")),
)
