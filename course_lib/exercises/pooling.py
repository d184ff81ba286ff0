"""Exercises of the page on pooling."""

from __future__ import annotations

from typing import Any

import torch

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _smallest(answer: Any) -> Verdict:
    x = torch.tensor([[[[3.0, 1.0, -2.0, 4.0], [2.0, 5.0, 0.0, -1.0]]]])
    given = answered(answer(x))
    expected = torch.tensor([[[[1.0, -2.0]]]])
    if not isinstance(given, torch.Tensor) or given.shape != expected.shape or not torch.equal(given, expected):
        shown = given.tolist() if isinstance(given, torch.Tensor) else given
        return wrong(
            en=f"smallest({x.tolist()}) gives {shown}; expected {expected.tolist()}.",
            zh=f"smallest({x.tolist()}) 得到 {shown}，应为 {expected.tolist()}。",
        )
    return right(en="Right: turned over, pooled, turned back.", zh="正确：先取相反数，再池化，最后再取一次相反数。")


def _sizes(answer: Any) -> Verdict:
    try:
        sizes = [number(part) for part in answer]
    except TypeError:
        sizes = []
    if len(sizes) != 3:
        return wrong(en="Three numbers were expected: (a), (b), (c).", zh="应当给出三个数：(a)、(b)、(c)。")
    if sizes == [3, 4, 3]:
        return wrong(
            en="(a) and (b) are right. In (c) the third window would start where the input ends: run it.",
            zh="(a) 和 (b) 正确。(c) 的第三个窗口恰好从输入结束的地方开始：运行一下就知道。",
        )
    if sizes[:2] == [2, 3]:
        return wrong(
            en="That is rounded down: ceil_mode=True rounds up.", zh="这是向下取整：ceil_mode=True 是向上取整。"
        )
    for name, given, expected in zip("abc", sizes, (3, 4, 2), strict=True):
        if given != expected:
            return wrong(
                en=f"({name}) is not {given:g}. How far can the window move, in how many steps, rounded up?",
                zh=f"({name}) 不是 {given:g}。窗口能移动多远？要几步？向上取整。",
            )
    return right(
        en="Right: 3, 4, and 2, as the last window was dropped.", zh="正确：3、4，以及去掉最后一个窗口之后的 2。"
    )


def _shift(answer: Any) -> Verdict:
    share = number(answer)
    if 0.28 < share < 0.40:
        return right(en="Right: about 2 of 6.", zh="正确：大约是六分之二。")
    if 0.45 < share < 0.55:
        return wrong(
            en="A half would hold if the two windows were compared with four pixels in all. They have six together.",
            zh="两个窗口合起来如果只有四个像素，才会是一半；实际上是六个。",
        )
    if share > 1:
        return wrong(en="A share lies between 0 and 1: was that percent?", zh="比例在 0 到 1 之间。是不是用了百分数？")
    return wrong(
        en=f"{share:g} is not what this gives. Compare number by number, without moving the pooled maps.",
        zh=f"{share:g} 与测量不符。请逐个数比较，不要移动池化之后的图。",
    )


def _holes(answer: Any) -> Verdict:
    try:
        twos, powers, upwards = (number(part) for part in answer)
    except (TypeError, ValueError):
        return wrong(en="Three numbers were expected.", zh="应当给出三个数。")
    if twos == 169:
        return wrong(
            en="169 is the square that 2, 2, 2 span. Which pixels in it are reached? No offset is odd.",
            zh="169 是 2、2、2 横跨的正方形里的像素总数。其中哪些够得着？偏移没有一个是奇数。",
        )
    for name, given, expected in (("2, 2, 2", twos, 49), ("1, 2, 4", powers, 225), ("1, 2, 3", upwards, 169)):
        if given != expected:
            return wrong(
                en=f"Not {given:g} for {name}. Count pixels, of both axes, not paths.",
                zh=f"{name} 不是 {given:g}。要数的是高、宽两个方向上的像素，不是路径。",
            )
    return right(en="Right: 2, 2, 2 sees 49 of 169.", zh="正确：2、2、2 只看到 169 个中的 49 个。")


EXERCISES = (
    Exercise(
        "pooling/smallest",
        _smallest,
        (
            lambda x: torch.nn.functional.max_pool2d(x, 2),
            lambda x: torch.nn.functional.max_pool2d(-x, 2),
            lambda x: 1,
        ),
    ),
    Exercise("pooling/sizes", _sizes, ([3, 4, 3], [2, 3, 2], [3, 3, 2], [3, 4], 3)),
    Exercise("pooling/shift", _shift, (0.5, 0.25, 1.0, 33)),
    Exercise("pooling/holes", _holes, ((169, 225, 169), (7, 15, 13), (49, 225, 49), 49)),
)
