"""Exercises of the page on the ten mistakes."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course_lib.exercises import Exercise, Verdict, number, right, wrong


def _floor(answer: Any) -> Verdict:
    for classes in (2, 10, 1000):
        given, expected = number(answer(classes)), math.log(1 + (classes - 1) / math.e)
        if abs(given - expected) > 1e-4:
            return wrong(
                en=f"floor({classes}) gives {given:.4g}; cross-entropy of one score 1 and {classes - 1} scores 0 "
                f"gives {expected:.4g}.",
                zh=f"floor({classes}) 得到 {given:.4g}；一个得分为 1、{classes - 1} 个得分为 0 时，"
                f"交叉熵是 {expected:.4g}。",
            )
    return right(en="Right, for any number of classes.", zh="正确，不管多少个类别都成立。")


def _sums(answer: object) -> Verdict:
    change = number(answer)
    if abs(change + 5.5) < 1e-4:
        return right(
            en="Right: 1 + 2 + … + 10 = 55 tenths, instead of 10.",
            zh="正确：1 + 2 + … + 10 = 55，一共走了 55 个 0.1，而不是 10 个。",
        )
    if abs(change - 5.5) < 1e-4:
        return wrong(
            en="The size is right. Which way does gradient descent go?", zh="大小是对的。梯度下降朝哪个方向走？"
        )
    if abs(change + 1) < 1e-4:
        return wrong(en="That is with zero_grad. Leave it out.", zh="这是有 zero_grad 时的结果，请去掉它。")
    return wrong(
        en=f"Not {change:g}: in step n the gradient in .grad is n, and each step moves by 0.1 of it.",
        zh=f"不是 {change:g}：第 n 步时 .grad 里是 n，这一步移动的是它的 0.1 倍。",
    )


def _clusters() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(400) % 4
    middles = 2 * torch.eye(4).repeat(1, 2)
    return middles[labels] + 0.6 * torch.randn(400, 8, generator=generator), labels


def _three(answer: Any) -> Verdict:
    pixels, labels = _clusters()
    torch.manual_seed(0)
    model: Any = nn.Linear(8, 4)  # Any, since torch's hooks have no types
    classes: list[int] = []
    before = model.weight.detach().clone()

    def look(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        nearest = torch.cdist(inputs[0], pixels).argmin(1)
        classes.append(len(set(labels[nearest].tolist())))

    latest, added = [torch.zeros(())], []
    hooks = [
        model.register_forward_pre_hook(look),
        model.weight.register_hook(lambda gradient: latest.append(gradient.clone())),
        model.weight.register_post_accumulate_grad_hook(
            lambda weight: added.append(not torch.equal(weight.grad, latest[-1]))
        ),
    ]
    answer(model, pixels, labels, 3)
    for hook in hooks:
        hook.remove()
    if torch.equal(model.weight, before):
        return wrong(
            en="After 3 epochs the weights are what they were. Where do the gradients go before step()?",
            zh="训练了 3 轮，权重还是原样。在 step() 之前，梯度到哪里去了？",
        )
    if sum(classes) < 3 * len(classes):
        return wrong(
            en=f"The weights move. But the batches hold {sum(classes) / len(classes):.1f} of the 4 classes on average: "
            "they should be drawn at random.",
            zh=f"权重动了。但平均每个批量里只有 4 个类别中的 {sum(classes) / len(classes):.1f} 个：批量应当随机抽取。",
        )
    if any(added):
        return wrong(
            en="The weights move, the batches are mixed. But backward() adds to gradients of the step before: "
            "zero_grad should be moved, not removed.",
            zh="权重动了，批量也打乱了。但 backward() 加到了上一步的梯度上：zero_grad 应当挪个位置，而不是删掉。",
        )
    loss = cross_entropy(model(pixels), labels).item()
    if loss > 0.3:
        return wrong(
            en=f"The weights move, the batches are mixed. But after 3 epochs the loss is {loss:.3f}; it should be "
            "below 0.3. What does cross_entropy expect?",
            zh=f"权重动了，批量也打乱了。但 3 轮之后损失是 {loss:.3f}，应当低于 0.3。cross_entropy 要的是什么？",
        )
    return right(
        en=f"Right: a loss of {loss:.3f} after 3 epochs. One mistake hid two others.",
        zh=f"正确：3 轮之后损失是 {loss:.3f}。一个错误把另外两个藏了起来。",
    )


def _learn(*, sort: bool, softmax: bool, late_zero: bool, zero: bool = True) -> Any:
    def learn(model: nn.Module, pixels: Tensor, labels: Tensor, epochs: int) -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(epochs):
            order: Any = labels.argsort() if sort else torch.randperm(len(labels))
            for batch in order.split(32):
                if zero:
                    optimizer.zero_grad()
                logits = model(pixels[batch])
                loss: Any = cross_entropy(logits.softmax(1) if softmax else logits, labels[batch])
                loss.backward()
                if late_zero:
                    optimizer.zero_grad()
                optimizer.step()

    return learn


EXERCISES = (
    Exercise("training-mistakes/floor", _floor, (lambda classes: 1.4612, lambda classes: math.log(classes))),
    Exercise("training-mistakes/sums", _sums, (5.5, -1, -10)),
    Exercise(
        "training-mistakes/three",
        _three,
        (
            _learn(sort=True, softmax=True, late_zero=True),
            _learn(sort=True, softmax=False, late_zero=False),
            _learn(sort=False, softmax=True, late_zero=False),
            _learn(sort=False, softmax=False, late_zero=False, zero=False),
        ),
    ),
)
