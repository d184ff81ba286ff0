"""Exercises of the lab on a fast-gradient attack and its defence."""

from __future__ import annotations

from typing import Any

import torch

from course_lib.exercises import Exercise, Verdict, answered, right, wrong


def _border(answer: Any) -> Verdict:
    w, b = torch.tensor([1.0, -2.0, 0.5]), -0.5
    x = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
    got = answered(answer(w, b, x))
    if not isinstance(got, torch.Tensor) or got.shape != (3,):
        shape = tuple(got.shape) if isinstance(got, torch.Tensor) else type(got).__name__
        return wrong(
            en=f"For 3 pictures the answer should be a tensor of shape (3,), got {shape}.",
            zh=f"输入 3 张图片，答案应是形状为 (3,) 的张量，得到的是 {shape}。",
        )
    score = x @ w + b  # 0.5, -2.5, 1
    if torch.allclose(got, score.abs() / w.abs().sum(), atol=1e-4):
        return right(en="Right: |z| / Σ|w|.", zh="正确：|z| / Σ|w|。")
    if torch.allclose(got, score / w.abs().sum(), atol=1e-4):
        return wrong(
            en="A score below 0 has a distance, too: ε is not negative.",
            zh="得分为负时同样有距离：ε 不会是负数。",
        )
    if torch.allclose(got, score.abs() / w.norm(), atol=1e-4):
        return wrong(
            en="You divided by the length of w: that is the way straight to the border. FGSM moves every pixel by ε.",
            zh="你除以的是 w 的长度，那是垂直走向边界的距离。而 FGSM 让每个像素都移动 ε。",
        )
    return wrong(
        en=f"For w = [1, -2, 0.5], b = -0.5, x = [1, 0, 0] the score is 0.5 and Σ|w| is 3.5; you gave {got[0]:.3g}.",
        zh=f"当 w = [1, -2, 0.5]、b = -0.5、x = [1, 0, 0] 时，得分是 0.5，Σ|w| 是 3.5；你给出的是 {got[0]:.3g}。",
    )


EXERCISES = (
    Exercise(
        "fast-gradient-attack/border",
        _border,
        (
            lambda w, b, x: (x @ w + b) / w.abs().sum(),
            lambda w, b, x: (x @ w + b).abs() / w.norm(),
            lambda w, b, x: (x @ w).abs() / w.abs().sum(),
            lambda w, b, x: 0.1,
        ),
    ),
)
