"""Exercises of the page on tensors."""

from __future__ import annotations

import math
from typing import Any

import torch

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _standardise(answer: Any) -> Verdict:
    table = torch.tensor([[1.0, 10.0, 300.0], [2.0, 30.0, 100.0], [6.0, 20.0, 500.0], [3.0, 0.0, 100.0]])
    before = table.clone()
    got = answered(answer(table))
    if not isinstance(got, torch.Tensor) or got.shape != table.shape:
        shape = tuple(got.shape) if isinstance(got, torch.Tensor) else type(got).__name__
        return wrong(
            en=f"For a table of shape (4, 3) a tensor of that shape should come back; got {shape}.",
            zh=f"传入形状 (4, 3) 的表，返回的也应当是同样形状的张量，得到的却是 {shape}。",
        )
    if not torch.equal(table, before):
        return wrong(
            en="Your function changed the table that it was given. Avoid -=, /= and x[...] = ...; make a new tensor.",
            zh="你的函数把传进来的表也改掉了。请不要用 -=、/= 和 x[...] = ...，而要得到一个新张量。",
        )
    if torch.allclose(got, (table - table.mean()) / table.std(), atol=1e-5):
        return wrong(
            en="That is one mean and one spread for the whole table. Take them along dim=0, for each column.",
            zh="你对整张表只用了一个均值和一个标准差。请沿 dim=0 为每一列各求一个。",
        )
    if torch.allclose(got.mean(1), torch.zeros(4), atol=1e-5):
        return wrong(
            en="Those are the rows. Columns: reduce along dim=0.", zh="你标准化的是行。要的是列：沿 dim=0 归约。"
        )
    means = [round(value, 3) for value in got.mean(0).tolist()]
    if not torch.allclose(got.mean(0), torch.zeros(3), atol=1e-5):
        return wrong(en=f"The columns have the means {means}, not 0.", zh=f"各列的均值是 {means}，不是 0。")
    if not any(torch.allclose(got.std(0, correction=c), torch.ones(3), atol=1e-4) for c in (0, 1)):
        spreads = [round(value, 3) for value in got.std(0).tolist()]
        return wrong(
            en=f"The means are 0; the standard deviations are {spreads}, not 1.",
            zh=f"均值都是 0 了，但标准差是 {spreads}，不是 1。",
        )
    return right(
        en="Right: (d) broadcasts over the N rows of (N, d).",
        zh="正确：(d) 沿 (N, d) 的 N 行广播，每一行都用上同一组数。",
    )


def _shape(answer: object) -> tuple[int, ...]:
    if not isinstance(answered(answer), tuple | list) or not all(isinstance(size, int) for size in answer):  # type: ignore[attr-defined]
        raise TypeError  # no shape at all
    return tuple(answer)  # type: ignore[arg-type]


def _shapes(answer: Any) -> Verdict:
    try:
        added, unsqueezed, stacked = (_shape(part) for part in answer)
    except (TypeError, ValueError):
        return wrong(
            en="Three tuples of whole numbers were expected, such as (2, 3), (5, 3, 2), (4,).",
            zh="应当给出三个由整数组成的元组，形如 (2, 3), (5, 3, 2), (4,)。",
        )
    if added != (8, 7, 6):
        return wrong(
            en=f"The sum does not have the shape {added}. Align (8, 1, 6) and (7, 1) at the right.",
            zh=f"和的形状不是 {added}。把 (8, 1, 6) 与 (7, 1) 靠右对齐，遇到 1 就拉长。",
        )
    if unsqueezed != (2, 1, 3):
        return wrong(
            en=f"unsqueeze(-2) does not give {unsqueezed}: -2 is the last but one axis of the result, which has three.",
            zh=f"unsqueeze(-2) 得到的不是 {unsqueezed}：-2 指的是结果的倒数第二个轴，而结果有三个轴。",
        )
    if stacked != (2, 5, 3):
        return wrong(
            en=f"stack does not give {stacked}: five tensors, and the new axis of size 5 is axis 1.",
            zh=f"stack 得到的不是 {stacked}：一共五个张量，大小为 5 的新轴是第 1 轴。",
        )
    return right(
        en="Right: negative places count in the result, not in the input.", zh="正确：负的位置按结果数，不按输入数。"
    )


def _perfect(answer: object) -> Verdict:
    loss = number(answer)
    if math.isclose(loss, 2, abs_tol=0.01):
        return right(
            en="Right: twice the variance, the mean over all pairs of examples.",
            zh="正确：方差的两倍，也就是所有样本两两之差平方的平均。",
        )
    if abs(loss) < 1e-6:
        return wrong(
            en="That is the loss of two lists. y_hat is a column: what is the shape of y_hat - y?",
            zh="这是两个一维张量之间的损失。y_hat 是一列：y_hat - y 的形状是什么？",
        )
    if math.isclose(loss, 1, abs_tol=0.01):
        return wrong(
            en="1 is the variance, the loss of a model that answers 0. Here both sides of the difference vary.",
            zh="1 是方差，也就是永远回答 0 的模型的损失。这里相减的两边都在变。",
        )
    return wrong(
        en=f"Not {loss:g}. Is y standardised with std(correction=0), and is it the mean, not the sum?",
        zh=f"不是 {loss:g}。y 是用 std(correction=0) 标准化的吗？取的是平均，不是总和吧？",
    )


def _counting(answer: object) -> Verdict:
    stopped = number(answer)
    if stopped == 2**24:
        return right(
            en="Right: 2 to the power 24; beyond it float32 knows only even numbers.",
            zh="正确：2 的 24 次方；再往上，float32 只能表示偶数。",
        )
    if stopped == 2**53:
        return wrong(
            en="That is float64's limit: a plain Python number is one. Begin with torch.tensor(1.0).",
            zh="那是 float64 的极限：普通的 Python 小数就是 float64。请从 torch.tensor(1.0) 开始。",
        )
    if stopped == 24:
        return wrong(
            en="24 is the number of doublings. Asked for is the number that x has become.",
            zh="24 是翻倍的次数。题目问的是 x 变成了多少。",
        )
    if stopped == 2**25:
        return wrong(
            en="33554432 is one doubling too far: test x + 1 == x before you double x.",
            zh="33554432 多翻了一倍：应当先看 x + 1 == x 是否成立，再翻倍。",
        )
    return wrong(
        en=f"Not {stopped:.10g}. Double x until x + 1 == x, and give the x at which that holds.",
        zh=f"不是 {stopped:.10g}。不断把 x 翻倍，直到 x + 1 == x，给出此时的 x。",
    )


EXERCISES = (
    Exercise(
        "tensors/standardise",
        _standardise,
        (
            lambda x: (x - x.mean()) / x.std(),
            lambda x: (x - x.mean(1, keepdim=True)) / x.std(1, keepdim=True),
            lambda x: x - x.mean(0),
            lambda x: x / x.std(0),
            lambda x: x.mean(0),
            lambda x: x.sub_(x.mean(0)).div_(x.std(0)),
        ),
    ),
    Exercise(
        "tensors/shapes",
        _shapes,
        (
            ((8, 1, 6), (2, 1, 3), (2, 5, 3)),
            ((8, 7, 6), (1, 2, 3), (2, 5, 3)),
            ((8, 7, 6), (2, 1, 3), (5, 2, 3)),
            (8, 7, 6),
            3,
        ),
    ),
    Exercise("tensors/perfect", _perfect, (0.0, 1.0, 442.0)),
    Exercise("tensors/counting", _counting, (2.0**53, 2.0**25, 2.0**23, 24)),
)
