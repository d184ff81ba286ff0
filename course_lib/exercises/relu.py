"""Exercises of the page on ReLU and deep networks."""

from __future__ import annotations

from typing import Any

from course_lib.exercises import Exercise, Verdict, number, right, wrong


def _falling(answer: Any) -> Verdict:
    try:
        slope, shift, height = ([float(part) for part in pair] for pair in answer)
    except (TypeError, ValueError):
        slope = shift = height = []
    if not len(slope) == len(shift) == len(height) == 2:
        return wrong(
            en="w, b and c should be two numbers each, such as w = (1, 1).",
            zh="w、b、c 应当各有两个数，例如 w = (1, 1)。",
        )
    for x, expected in ((-5, 0), (2, 0), (3, -1.5), (4, -3), (50, -3)):
        y = sum(c * max(0.0, b + w * x) for w, b, c in zip(slope, shift, height, strict=True))
        if abs(y - expected) > 1e-6:
            return wrong(
                en=f"At x = {x} the sum is {y:g}; wanted {expected:g}.",
                zh=f"在 x = {x} 处和是 {y:g}，要求 {expected:g}。",
            )
    return right(en="Right: the second ReLU stops the first.", zh="正确：第二个 ReLU 一出发，就把第一个的斜率抵消了。")


def _fewest(answer: Any) -> Verdict:
    try:
        tent, absolute = answer
    except (TypeError, ValueError):
        return wrong(en="Two numbers were expected: tent, absolute.", zh="应当给出两个数：tent 和 absolute。")
    if number(tent) != 3:
        return wrong(
            en=f"Not {tent!r} for the tent: how often does its slope change?",
            zh=f"帐篷形不是 {tent!r} 个：它的斜率变了几次？",
        )
    if number(absolute) != 2:
        return wrong(
            en=f"Not {absolute!r} for |x|: one ReLU plus a constant is flat on one side of its kink. Is |x|?",
            zh=f"|x| 不是 {absolute!r} 个：一个 ReLU 加常数，总有一侧是平的，|x| 有平的一侧吗？",
        )
    return right(
        en="Right: a kink costs one ReLU, and a slope on the far left one more.",
        zh="正确：每个折点一个 ReLU；最左边如果不是平的，再多一个。",
    )


def _folds(answer: object) -> Verdict:
    pieces = number(answer)
    if pieces == 32:
        return right(en="Right: each fold doubles the pieces.", zh="正确：每折一次，段数翻倍。")
    if pieces in (10, 11):
        return wrong(
            en="That is what one layer of ten ReLUs gives. What does folding a folded curve do?",
            zh="那是十个 ReLU 排成一层的结果。把折过的曲线再折一次会怎样？",
        )
    if pieces > 32:
        return wrong(
            en=f"{pieces:g} are too many: a kink between two points of the grid is counted twice. Take 1025 points.",
            zh=f"{pieces:g} 段太多了：落在两个网格点之间的折点会被数两次。请取 1025 个点。",
        )
    return wrong(
        en=f"Not {pieces:g}. T has 2 pieces; measure T(T(x)), then go on.",
        zh=f"不是 {pieces:g}。T 有 2 段；先测量 T(T(x))，再往下推。",
    )


def _rescue(answer: object) -> Verdict:
    loss = number(answer)
    if 0 < loss < 0.1:
        return right(
            en="Right: the network could fit the digits all along; plain gradient descent could not get there.",
            zh="正确：这个网络本来就拟合得了这些数字，只是普通的梯度下降走不到那里。",
        )
    if 2.25 < loss < 2.35:
        return wrong(
            en=f"{loss:g} is what plain gradient descent gives. Is the optimiser torch.optim.Adam, with lr=0.01?",
            zh=f"{loss:g} 是普通梯度下降的结果。优化器换成 torch.optim.Adam、lr=0.01 了吗？",
        )
    return wrong(
        en=f"{loss:g} is not what this gives. Pixels divided by 16? 200 updates, each after zero_grad and backward?",
        zh=f"{loss:g} 与测量结果不符。像素除以 16 了吗？是否做了 200 次更新，每次都先 zero_grad 再 backward？",
    )


EXERCISES = (
    Exercise("relu/falling", _falling, (((1, 1), (-2, -4), (1.5, -1.5)), ((1, 1), (2, 4), (-1.5, 1.5)), (1, -2, 3))),
    Exercise("relu/fewest", _fewest, ((2, 1), (3, 1), (4, 2), 3)),
    Exercise("relu/folds", _folds, (11, 10, 31, 63)),
    Exercise("relu/rescue", _rescue, (2.3026, 1.5)),
)
