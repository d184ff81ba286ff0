"""Exercises of the page on convolution."""

from __future__ import annotations

from typing import Any

import torch

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _same(answer: Any) -> Verdict:
    for size, dilation in ((1, 1), (3, 1), (5, 1), (3, 2), (7, 3)):
        given = number(answered(answer(size, dilation)))
        if given != int(given) or given < 0:
            return wrong(
                en=f"same({size}, {dilation}) gives {given:g}: a padding is a whole number, 0 or more. // divides so.",
                zh=f"same({size}, {dilation}) 得到 {given:g}：填充必须是不小于 0 的整数。整除写成 //。",
            )
        span = dilation * (size - 1) + 1
        x, w = torch.zeros(1, 1, 9, 9), torch.zeros(1, 1, size, size)
        if 9 + 2 * int(given) < span:
            return wrong(
                en=f"same({size}, {dilation}) = {given:g}: the kernel spans {span} pixels and does not fit.",
                zh=f"same({size}, {dilation}) = {given:g}：卷积核横跨 {span} 个像素，放不下。",
            )
        side = torch.nn.functional.conv2d(x, w, padding=int(given), dilation=dilation).shape[2]
        if side != 9:
            return wrong(
                en=f"same({size}, {dilation}) = {given:g} turns a side of 9 into {side}.",
                zh=f"same({size}, {dilation}) = {given:g} 会把边长 9 变成 {side}。",
            )
    return right(en="Right: half of D(K - 1).", zh="正确：D(K - 1) 的一半。")


def _polynomials(answer: Any) -> Verdict:
    for first, second, product in (
        ([1.0, 2.0, 3.0], [4.0, 5.0], [4.0, 13.0, 22.0, 15.0]),
        ([1.0, 1.0], [0.0, 0.0, 2.0], [0.0, 0.0, 2.0, 2.0]),
        ([7.0], [1.0, -1.0], [7.0, -7.0]),
    ):
        given = answered(answer(torch.tensor(first), torch.tensor(second)))
        if not isinstance(given, torch.Tensor) or given.shape != (len(product),):
            size = tuple(given.shape) if isinstance(given, torch.Tensor) else given
            return wrong(
                en=f"{first} times {second} has {len(product)} coefficients in one axis, shape {(len(product),)};"
                f" yours: {size}.",
                zh=f"{first} 乘 {second} 应得到只有一个轴、{len(product)} 个系数的张量，形状是 {(len(product),)}，"
                f"你的是 {size}。",
            )
        if not torch.allclose(given, torch.tensor(product)):
            return wrong(
                en=f"{first} times {second} is {product}, not {given.tolist()}. In which order does the kernel stand?",
                zh=f"{first} 乘 {second} 是 {product}，不是 {given.tolist()}。卷积核是按什么顺序排的？",
            )
    return right(
        en="Right: full padding, and the kernel turned round.",
        zh="正确：全填充，并且把卷积核倒过来。",
    )


def _border(answer: Any) -> Verdict:
    try:
        once, five_times = answer
    except (TypeError, ValueError):
        return wrong(en="Two numbers were expected: once, five_times.", zh="应当给出两个数：once 和 five_times。")
    if abs(number(once) - 4 / 9) > 0.005:
        return wrong(
            en=f"Not {number(once):g} after one layer: how many of the nine numbers in the corner's window are ones?",
            zh=f"一层之后不是 {number(once):g}：角上的窗口里，九个数中有几个是 1？",
        )
    if abs(number(five_times) - 0.156) > 0.005:
        return wrong(
            en=f"Not {number(five_times):g} after five layers. The neighbours of the corner darken too, but less:"
            " no power of 4/9. Measure it.",
            zh=f"五层之后不是 {number(five_times):g}。角旁边的像素也变暗，但没有那么多，所以不是 4/9 的幂。请测量。",
        )
    return right(en="Right: 4/9, then 0.156.", zh="正确：4/9，然后是 0.156。")


def _shuffled(answer: Any) -> Verdict:
    try:
        convolutional, connected = (number(part) for part in answer)
    except (TypeError, ValueError):
        return wrong(en="Two numbers were expected.", zh="应当给出两个数。")
    if max(abs(convolutional), abs(connected)) > 1:
        return wrong(
            en="Accuracies lie between 0 and 1: was that percent?",
            zh="准确率在 0 到 1 之间，不会差这么多。是不是用了百分数？",
        )
    if abs(connected) > 0.025:
        return wrong(
            en=f"{connected:g} for the fully connected network is too much. Was it trained on shuffled pixels, too?"
            " One order for all digits?",
            zh=f"全连接网络下降 {connected:g}，太多了。它也是用打乱的像素训练的吗？所有数字用的是同一个顺序吗？",
        )
    if not 0 < convolutional < 0.2:  # means of other triples of seeds: 0.015 to 0.035; with a small learning rate 0.13
        return wrong(
            en=f"{convolutional:g} for the convolutional network is not what this gives. In order minus shuffled?",
            zh=f"卷积网络下降 {convolutional:g}，与测量不符。是用原来的顺序减去打乱之后吗？",
        )
    return right(
        en="Right: only the network that counts on neighbours suffers.",
        zh="正确：只有依靠相邻像素的网络才会变差。",
    )


EXERCISES = (
    Exercise(
        "convolution/same",
        _same,
        (
            lambda size, dilation: size // 2,
            lambda size, dilation: (size - 1) / 2 + 0.25,
            lambda size, dilation: 0,
            lambda size, dilation: -1,
            lambda size, dilation: min(dilation * (size - 1) // 2, 4),
            4,
        ),
    ),
    Exercise(
        "convolution/polynomials",
        _polynomials,
        (
            lambda a, b: torch.nn.functional.conv1d(a[None, None], b[None, None], padding=len(b) - 1)[0, 0],
            lambda a, b: a,
            lambda a, b: 3,
        ),
    ),
    Exercise("convolution/border", _border, ((1.0, 1.0), (4 / 9, (4 / 9) ** 5), (5 / 9, 0.156), 3)),
    Exercise("convolution/shuffled", _shuffled, ((0.05, 0.05), (0.0, 0.0), (-0.05, 0.0), (3.5, 0.1), 0.05)),
)
