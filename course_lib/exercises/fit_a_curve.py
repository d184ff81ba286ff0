"""Exercises of the lab that fits a curve."""

from __future__ import annotations

import math
from typing import Any

import torch

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong

_YEAR = 365.25  # days


def _degrees(answer: object) -> Verdict:
    degrees, want = number(answer), math.sqrt(0.2) * 6
    if math.isclose(degrees, want, rel_tol=0.01):
        return right(en="Right: √0.2 × 6 °C.", zh="正确：√0.2 × 6 °C。")
    if math.isclose(degrees, 0.2 * 6, rel_tol=0.01) or math.isclose(degrees, 0.2 * 36, rel_tol=0.01):
        return wrong(
            en=f"{degrees:g} has no root in it: the loss is the mean of squares.",
            zh=f"{degrees:g} 没有开方：损失是平方的均值。",
        )
    return wrong(
        en=f"Not {degrees:g}. Take the root of the loss, then undo the scaling.",
        zh=f"不是 {degrees:g}。先对损失开方，再还原缩放。",
    )


def _circle(answer: Any) -> Verdict:
    day = torch.tensor([1.0, 92.0, 183.0, 274.0])
    features = answered(answer(day))
    if not isinstance(features, torch.Tensor) or features.shape != (4, 2):
        shape = tuple(features.shape) if isinstance(features, torch.Tensor) else type(features).__name__
        return wrong(
            en=f"For 4 days the features should be a tensor of shape (4, 2), got {shape}.",
            zh=f"输入 4 天，特征应是形状为 (4, 2) 的张量，得到的是 {shape}。",
        )
    gap = (answer(day + _YEAR) - features).abs().max().item()
    if gap > 1e-3:
        return wrong(
            en=f"A day and the same day a year later should have equal features; they differ by {gap:.3g}.",
            zh=f"某一天和一年后的同一天，特征应当相等，现在最多相差 {gap:.3g}。",
        )
    if torch.pdist(features).min() < 0.1:
        return wrong(
            en="Two of the days 1, 92, 183, 274 have the same features, so no model could tell them apart.",
            zh="第 1、92、183、274 天中有两天的特征相同，什么模型也分不清它们。",
        )
    return right(en="Right: the year is closed.", zh="正确：一年首尾相接了。")


EXERCISES = (
    Exercise("fit-a-curve/degrees", _degrees, (0.2 * 6, 0.2 * 36, 0.2)),
    Exercise(
        "fit-a-curve/circle",
        _circle,
        (
            lambda d: d / _YEAR,
            lambda d: torch.stack([d / _YEAR, (d / _YEAR) ** 2], dim=1),
            lambda d: torch.stack([torch.cos(2 * torch.pi * d / _YEAR)] * 2, dim=1),
        ),
    ),
)
