"""Exercises of the page on self-supervised learning."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _turning(answer: Any) -> Verdict:
    pictures = torch.arange(18.0).reshape(2, 1, 3, 3)
    got = answered(answer(pictures))
    if not isinstance(got, tuple | list) or len(got) != 2 or not all(isinstance(part, torch.Tensor) for part in got):
        return wrong(
            en="Expected two tensors, the pictures and the labels: `return pictures, labels`.",
            zh="应当返回两个张量，即图片和标签：`return pictures, labels`。",
        )
    views, labels = got
    want = torch.cat([torch.rot90(pictures, turns, (2, 3)) for turns in range(4)])
    if views.shape != want.shape or labels.shape != (8,):
        return wrong(
            en=f"Shapes {tuple(views.shape)} and {tuple(labels.shape)}; for 2 pictures of 3 × 3 pixels expected "
            "(8, 1, 3, 3) and (8,).",
            zh=f"形状是 {tuple(views.shape)} 和 {tuple(labels.shape)}；2 张 3 × 3 的图应得到 (8, 1, 3, 3) 和 (8,)。",
        )
    if not torch.equal(views, want):
        return wrong(
            en="The pictures differ: first all unturned, then all by one quarter turn, and so on, over axes (2, 3).",
            zh="图不对：先是全部不转的，再是全部转 90° 的，依此类推，在第 2、3 轴上旋转。",
        )
    if labels.dtype != torch.int64:
        return wrong(
            en=f"The labels are of type {labels.dtype}; a class is a whole number, torch.int64.",
            zh=f"标签的类型是 {labels.dtype}；类别应当是整数，即 torch.int64。",
        )
    if labels.tolist() != [0, 0, 1, 1, 2, 2, 3, 3]:
        return wrong(
            en=f"The labels are {labels.tolist()}; expected [0, 0, 1, 1, 2, 2, 3, 3], in the order of the pictures.",
            zh=f"标签是 {labels.tolist()}；应为 [0, 0, 1, 1, 2, 2, 3, 3]，与图的次序一致。",
        )
    return right(en="Right: eight labels, and nobody was asked.", zh="正确：八个标签，没有劳烦任何人。")


def _one_among_many(answer: Any) -> Verdict:
    generator = torch.Generator().manual_seed(0)
    one, other = (F.normalize(torch.randn(6, 4, generator=generator), dim=1) for _ in range(2))
    got = torch.as_tensor(answered(answer(one, other, 0.5)))
    want = F.cross_entropy(one @ other.T / 0.5, torch.arange(6))
    if got.numel() == 1 and torch.isclose(got.float().reshape(()), want, atol=1e-4):
        return right(en="Right; for equal vectors it is ln B.", zh="正确；所有向量都相等时，它等于 ln B。")
    if got.numel() != 1:
        return wrong(
            en=f"Expected one number, got shape {tuple(got.shape)}.", zh=f"应为一个数，得到形状 {tuple(got.shape)}。"
        )
    hints = {
        "summed": (want * 6, "It is the sum; the loss is the mean over the batch.", "这是总和，损失应取批量的平均。"),
        "warm": (F.cross_entropy(one @ other.T, torch.arange(6)), "The temperature is missing.", "没有除以温度。"),
        "times": (
            F.cross_entropy(one @ other.T * 0.5, torch.arange(6)),
            "Divide by the temperature.",
            "应当除以温度。",
        ),
    }
    for value, en, zh in hints.values():
        if torch.isclose(got.float().reshape(()), value, atol=1e-4):
            return wrong(en=en, zh=zh)
    return wrong(
        en=f"It gave {got.item():.4f} for six random pairs at τ = 0.5; expected {want.item():.4f}.",
        zh=f"对六对随机向量、τ = 0.5，得到 {got.item():.4f}，应为 {want.item():.4f}。",
    )


def _too_far(answer: Any) -> Verdict:
    accuracy = number(answer)
    if 0.6 < accuracy < 0.82:
        return right(en="Right: the views taught it to ignore what matters.", zh="正确：视图教它忽略了要紧的东西。")
    if accuracy >= 0.82:
        return wrong(
            en=f"{accuracy:.3g} is too high for 180°. Did degrees=180.0 reach `views`? What became of 6 and 9?",
            zh=f"{accuracy:.3g} 对 180° 来说太高了。degrees=180.0 传到 `views` 了吗？6 和 9 会怎样？",
        )
    return wrong(
        en=f"{accuracy:.3g} is too low: some shape is still learned. Was the probe trained on `few(5, draw)`?",
        zh=f"{accuracy:.3g} 太低了：形状毕竟还学到一些。探针是用 `few(5, draw)` 训练的吗？",
    )


EXERCISES = (
    Exercise(
        "self-supervised/turning",
        _turning,
        (
            lambda pictures: (pictures, torch.zeros(len(pictures), dtype=torch.int64)),
            lambda pictures: (
                torch.cat([torch.rot90(pictures, turns, (2, 3)) for turns in range(4)]),
                torch.arange(4).repeat(len(pictures)),
            ),
        ),
    ),
    Exercise(
        "self-supervised/one-among-many",
        _one_among_many,
        (
            lambda one, other, temperature: F.cross_entropy(one @ other.T, torch.arange(len(one))),
            lambda one, other, temperature: 1 - (one * other).sum(1).mean(),
        ),
    ),
    Exercise("self-supervised/too-far", _too_far, (0.9, 0.1)),
)
