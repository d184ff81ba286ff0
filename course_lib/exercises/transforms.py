"""Exercises of the page on transforms."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _resized(answer: Any) -> Verdict:
    for height, width, size, expected in (
        (512, 768, 256, (256, 384)),
        (768, 512, 256, (384, 256)),
        (427, 640, 32, (32, 47)),
        (20, 30, 40, (40, 60)),
        (50, 50, 10, (10, 10)),
    ):
        pair: Any = answered(answer(height, width, size))  # what is no pair is told by check
        given = tuple(pair)
        if given != expected:
            return wrong(
                en=f"resized({height}, {width}, {size}) gives {given}; expected {expected}.",
                zh=f"resized({height}, {width}, {size}) 得到 {given}，应为 {expected}。",
            )
    return right(
        en="Right, for wide and tall pictures, and for those that are enlarged.",
        zh="正确：横的、竖的、需要放大的都对。",
    )


def _undo(answer: Any) -> Verdict:
    if not isinstance(answer, type):
        return wrong(en="Give the class itself: `Undo`, without brackets.", zh="请给出类本身：写 `Undo`，不要加括号。")
    if "__call__" not in vars(answer):
        raise NotImplementedError  # the starter
    mean, std = [0.25, 0.5, 0.75], [0.5, 0.25, 2.0]
    x = torch.arange(24.0).reshape(3, 2, 4)
    normalised = (x - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]
    undo: Any = answer(mean, std)
    given = answered(undo(normalised))
    if not isinstance(given, Tensor) or given.shape != x.shape or not torch.allclose(given, x, atol=1e-4):
        return wrong(
            en="A normalised tensor of shape (3, 2, 4) does not come back. Multiply by std first, then add mean, "
            "each channel with its own number.",
            zh="形状为 (3, 2, 4) 的张量归一化之后没有还原。先乘 std，再加 mean，每个通道用自己的数。",
        )
    return right(en="Right: the picture is back.", zh="正确：图片还原了。")


def _mirror(answer: object) -> Verdict:
    change = number(answer)
    if change > 0:
        return wrong(
            en="A gain? Subtract in the order asked for: with flips minus without. And is a mirrored 2 still a 2?",
            zh="提高了？请按题目的顺序相减：翻转的减去不翻转的。再想一想：镜子里的 2 还是 2 吗？",
        )
    if change < -1:
        return wrong(
            en="Accuracies lie between 0 and 1: was that percent?",
            zh="准确率在 0 到 1 之间，不会差这么多。是不是用了百分数？",
        )
    if change == 0:
        return wrong(en="Not one test picture differs? Measure again.", zh="连一张测试图片的差别都没有？请再测一次。")
    return right(
        en=f"Right: {-change:.3f} lost, by a transform that does not keep the label.",
        zh=f"正确：下降了 {-change:.3f}，因为这个变换改变了图片的含义，标签却没有变。",
    )


def _statistics(answer: Any) -> Verdict:
    batches = [torch.full((2, 2, 1, 2), 1.0), torch.full((2, 2, 1, 2), 3.0), torch.full((1, 2, 1, 2), 7.0)]
    for batch in batches:
        batch[:, 1] *= 10
    mean, std = (torch.tensor([value, 10 * value]) for value in (3.0, 2.1908902))
    given = answered(answer(iter(batches)))
    if not isinstance(given, tuple | list) or len(given) != 2:
        return wrong(en="Return two tensors, mean and standard deviation.", zh="请返回两个张量：均值和标准差。")
    got_mean, got_std = (torch.as_tensor(value, dtype=torch.float32).reshape(-1) for value in given)
    if got_mean.shape != mean.shape or not torch.allclose(got_mean, mean, atol=1e-3):
        return wrong(
            en=f"In batches of 2, 2 and 1 pictures with the values 1, 3 and 7 the mean is 3 (times 10 in the second "
            f"channel); got {got_mean.tolist()}. A smaller batch counts less.",
            zh=f"三个批量各有 2、2、1 张图片，值是 1、3、7，均值应为 3（第二个通道是它的 10 倍），"
            f"得到的是 {got_mean.tolist()}。小的批量，分量也要小。",
        )
    if got_std.shape != std.shape or not torch.allclose(got_std, std, atol=1e-3):
        return wrong(
            en=f"The mean is right. The standard deviation of all pixels is {std.tolist()}, got {got_std.tolist()}: "
            "each batch alone has none here, and we divide by the number of pixels.",
            zh=f"均值是对的。所有像素的标准差是 {std.tolist()}，得到的是 {got_std.tolist()}："
            "这里每个批量单独的标准差都是 0，而且要除以像素数。",
        )
    return right(
        en="Right, in one pass, whatever the sizes of the batches.", zh="正确：只走一遍，批量大小不一也没关系。"
    )


class _Backwards:
    def __init__(self, mean: list[float], std: list[float]) -> None:
        self.mean, self.std = torch.tensor(mean)[:, None, None], torch.tensor(std)[:, None, None]

    def __call__(self, x: Tensor) -> Tensor:
        return (x + self.mean) * self.std


def _mean_of_means(batches: Any) -> tuple[Tensor, Tensor]:
    kept = list(batches)
    return torch.stack([b.mean(dim=(0, 2, 3)) for b in kept]).mean(0), torch.ones(2)


def _mean_of_stds(batches: Any) -> tuple[Tensor, Tensor]:
    kept = list(batches)
    spread = torch.stack([b.std(dim=(0, 2, 3)) for b in kept]).mean(0)
    return torch.cat(kept).mean(dim=(0, 2, 3)), spread


EXERCISES = (
    Exercise(
        "transforms/resized",
        _resized,
        (lambda height, width, size: (size, size), lambda height, width, size: (size, size * width // height)),
    ),
    Exercise("transforms/undo", _undo, (_Backwards, _Backwards([0.0], [1.0]))),
    Exercise("transforms/mirror", _mirror, (0.02, -3.0, 0.0)),
    Exercise(
        "transforms/statistics",
        _statistics,
        (_mean_of_means, _mean_of_stds, lambda batches: torch.cat(list(batches)).mean()),
    ),
)
