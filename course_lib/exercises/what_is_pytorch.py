"""Exercises of the page on what PyTorch is."""

from __future__ import annotations

from typing import Any

from course_lib.exercises import Exercise, Verdict, number, right, wrong

_STEPS = ("zero_grad", "forward", "loss", "backward", "step")


def _order(answer: Any) -> Verdict:
    if not isinstance(answer, list | tuple) or sorted(map(str, answer)) != sorted(_STEPS):
        return wrong(
            en=f"Expected a list of these five words, each once: {', '.join(sorted(_STEPS))}.",
            zh=f"应当给出一个列表，包含这五个词，每个一次：{'、'.join(sorted(_STEPS))}。",
        )
    place = {name: position for position, name in enumerate(answer)}
    for first, then, en, zh in (
        ("forward", "loss", "the loss compares a prediction with the target", "损失要拿预测与目标相比"),
        ("loss", "backward", "backward starts at the loss", "backward 从损失出发"),
        ("backward", "step", "step uses the gradients that backward writes", "step 要用 backward 写下的梯度"),
    ):
        if place[first] > place[then]:
            return wrong(en=f"{first} comes before {then}: {en}.", zh=f"{first} 要在 {then} 之前：{zh}。")
    if place["backward"] < place["zero_grad"] < place["step"]:
        return wrong(
            en="Between backward and step, zero_grad throws the new gradients away.",
            zh="zero_grad 放在 backward 与 step 之间，刚求出的梯度就全丢了。",
        )
    return right(en="Right: every step finds what it needs.", zh="正确：每一步需要的东西都已备好。")


def _parameters(answer: object) -> Verdict:
    count = number(answer)
    if count == 1510:
        return right(en="Right: weights and biases of both layers.", zh="正确：两层的权重和偏置都算上了。")
    if count == 1480:
        return wrong(
            en="Those are the weights alone. Each unit has a bias, too.", zh="这只是权重。每个单元还有一个偏置。"
        )
    return wrong(
        en=f"Not {count:g}. Two layers: from 64 to 20 and from 20 to 10, each with weights and biases.",
        zh=f"不是 {count:g}。一共两层：64 到 20，20 到 10，每层都有权重和偏置。",
    )


def _loop(answer: object) -> Verdict:
    ratio = number(answer)
    if ratio > 3:
        return right(
            en="Right: tensors are fast at whole operations, and slow one number at a time.",
            zh="正确：张量整体运算快，逐个取数却很慢。",
        )
    if ratio < 1 / 3:
        return wrong(
            en=f"{ratio:.3g} says that the list is slower. Divide the time over the tensor by that over the list.",
            zh=f"{ratio:.3g} 的意思成了列表更慢。应当用遍历张量的时间，除以遍历列表的时间。",
        )
    return wrong(
        en=f"{ratio:.3g} says that both take about as long. Do both loops run in Python, over x and over x.tolist()?",
        zh=f"{ratio:.3g} 表示两者差不多。两个都是 Python 循环吗？一个遍历 x，一个遍历 x.tolist()？",
    )


EXERCISES = (
    Exercise(
        "what-is-pytorch/order",
        _order,
        (
            ["zero_grad", "loss", "forward", "backward", "step"],
            ["zero_grad", "forward", "backward", "loss", "step"],
            ["zero_grad", "forward", "loss", "step", "backward"],
            ["forward", "loss", "backward", "zero_grad", "step"],
            ["forward", "loss", "backward", "step"],
        ),
    ),
    Exercise("what-is-pytorch/parameters", _parameters, (1480, 1500, 4810)),
    Exercise("what-is-pytorch/loop", _loop, (0.02, 1.0, -3)),
)
