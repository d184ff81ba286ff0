"""Exercises of the page on the training loop."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _left_out(answer: object) -> Verdict:
    difference = number(answer)
    if difference == 0:
        return right(
            en="Right: plain gradient descent remembers nothing between two steps, so nothing was lost.",
            zh="正确：普通的梯度下降在两步之间什么也不记，所以什么也没丢。",
        )
    return wrong(
        en=f"Not {difference:g}. Do both runs draw the same dropout? The random numbers have to go on where they were, "
        "and the optimiser is made without momentum.",
        zh=f"不是 {difference:g}。两次训练的随机失活相同吗？随机数要从中断处接着抽，优化器也不能带动量。",
    )


def _batches(x: Any, y: Any, sizes: list[int]) -> list[Any]:
    return list(zip(x.split(sizes), y.split(sizes), strict=True))


def _unequal(answer: Any) -> Verdict:
    torch.manual_seed(0)
    model: Any = nn.Linear(4, 3)
    x, y = torch.randn(35, 4), torch.arange(35) % 3
    (expected,) = torch.autograd.grad(cross_entropy(model(x), y), model.weight)
    calls: list[Any] = []
    model.register_forward_hook(lambda *call: calls.append(call))
    for sizes in ([5] * 7, [16, 16, 3], [1, 34]):
        answer(model, _batches(x, y, sizes))
        if not calls:
            raise NotImplementedError  # the starter does nothing
        if model.weight.grad is None:
            return wrong(
                en="The model was called, but its `.grad` is empty. Who calls backward()?",
                zh="模型被调用了，但 `.grad` 是空的。谁来调用 backward()？",
            )
        if not torch.allclose(model.weight.grad, expected, atol=1e-6):
            ratio = (model.weight.grad.norm() / expected.norm()).item()
            return wrong(
                en=f"With batches of {sizes} examples the gradient is not that of all 35 ({ratio:.2f} times as long). "
                "Weigh each batch with its share of the examples, and begin without old gradients.",
                zh=f"批量大小为 {sizes} 时，梯度与 35 个样本的不同（长度是它的 {ratio:.2f} 倍）。"
                "请按样本所占的比例给每个批量加权，并且先清掉旧的梯度。",
            )
    return right(en="Right, whatever the sizes.", zh="正确，批量大小不管怎么分都行。")


def _stopping(answer: Any) -> Verdict:
    for losses, patience, expected in (
        ([3.0, 2.0, 1.0], 2, (3, 3)),
        ([3.0, 2.0, 2.5, 2.4, 1.0], 2, (4, 2)),
        ([3.0, 2.0, 2.5, 1.9, 2.0, 2.0], 3, (6, 4)),
        ([2.0, 2.0, 2.0, 1.0], 2, (3, 1)),
        ([1.0, 2.0], 1, (2, 1)),
    ):
        given = answered(answer(losses, patience))
        if isinstance(given, tuple) and given == (..., ...):
            raise NotImplementedError
        if not isinstance(given, tuple | list) or tuple(given) != expected:
            return wrong(
                en=f"stop({losses}, {patience}) gives {given}; expected {expected}.",
                zh=f"stop({losses}, {patience}) 得到 {given}，应为 {expected}。",
            )
    return right(
        en="Right: ties count as no progress, and the best epoch is kept, not the last.",
        zh="正确：持平不算进步，保留的是最好的一轮，而不是最后一轮。",
    )


def _means(answer: object) -> Verdict:
    given = answered(answer)
    if not isinstance(given, tuple | list) or len(given) != 2:
        return wrong(en="Give two numbers: (reported, true).", zh="请给出两个数：(报告值, 真实值)。")
    reported, true = number(given[0]), number(given[1])
    if abs(reported - 0.5) < 1e-6 and abs(true - 0.8) < 1e-6:
        return right(
            en="Right: 0.5 is reported, 0.8 is true. The smaller the last batch, the worse.",
            zh="正确：报告的是 0.5，真实的是 0.8。最后一个批量越小，偏得越多。",
        )
    if abs(reported - 0.8) < 1e-6 and abs(true - 0.5) < 1e-6:
        return wrong(en="The other way round: (reported, true).", zh="写反了：先写报告值，再写真实值。")
    return wrong(
        en=f"Not ({reported:g}, {true:g}). Reported: the mean of two numbers, one per batch. True: hits over examples.",
        zh=f"不是 ({reported:g}, {true:g})。报告值是两个批量各自准确率的平均；真实值是答对的个数除以样本数。",
    )


def _summed(model: nn.Module, batches: Any) -> None:
    model.zero_grad()
    for x, y in batches:
        loss: Any = cross_entropy(model(x), y)
        loss.backward()


def _equal(model: nn.Module, batches: Any) -> None:
    model.zero_grad()
    for x, y in batches:
        loss: Any = cross_entropy(model(x), y) / len(batches)
        loss.backward()


EXERCISES = (
    Exercise("training-loop/left-out", _left_out, (0.13, 0.01)),
    Exercise("training-loop/unequal", _unequal, (_summed, _equal, lambda model, batches: model(batches[0][0]))),
    Exercise(
        "training-loop/stopping",
        _stopping,
        (lambda losses, patience: (len(losses), losses.index(min(losses)) + 1), lambda losses, patience: 3),
    ),
    Exercise("training-loop/means", _means, ((0.8, 0.5), (0.8, 0.8), 0.5)),
)
