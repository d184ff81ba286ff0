"""Exercises of the page on modules."""

from __future__ import annotations

from typing import Any

import torch

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _share(answer: object) -> Verdict:
    percent = number(answer)
    if abs(percent - 92.69) < 0.06 or percent == 93:
        return right(
            en="Right: more than nine tenths, in one layer that has never seen a neighbourhood of pixels.",
            zh="正确：九成以上的参数都在这一层，而它并不知道哪些像素相邻。",
        )
    if abs(percent - 92.576) < 0.05:
        return wrong(
            en=f"{percent:g} % are the weights alone. Each of the 500 outputs has a bias, too.",
            zh=f"{percent:g}% 只是权重。500 个输出还各有一个偏置。",
        )
    if abs(percent - 0.9269) < 0.006:
        return wrong(
            en="Right as a share of 1; the exercise asks for percent: multiply by 100.",
            zh="作为比例是对的；题目要的是百分数，请乘以 100。",
        )
    if percent == 400500:
        return wrong(en="That is their number. Divide by 432080.", zh="这是参数的个数，请再除以 432080。")
    return wrong(
        en=f"Not {percent:g} %: 500 rows of 800 weights and a bias each, out of 432080.",
        zh=f"不是 {percent:g}%：500 行，每行 800 个权重和一个偏置，总数是 432080。",
    )


def _affine(answer: Any) -> Verdict:
    if not isinstance(answer, type) or not issubclass(answer, torch.nn.Module):
        return wrong(
            en="Give the class itself, made from nn.Module: `Affine`, without brackets.",
            zh="请给出类本身，它应当继承 nn.Module：写 `Affine`，不要加括号。",
        )
    if answer.forward is torch.nn.Module.forward:
        if "__init__" not in vars(answer):
            raise NotImplementedError  # the starter
        return wrong(
            en="Affine has no method forward(self, x). Look at its spelling, and at the indentation.",
            zh="Affine 没有 forward(self, x) 这个方法。看看名字拼对没有，缩进对不对。",
        )
    made: Any = answer(3)
    learnt = {name: tuple(value.shape) for name, value in made.named_parameters()}
    if learnt != {"scale": (3,), "shift": (3,)}:
        return wrong(
            en=f"Affine(3) has the parameters {learnt}; expected scale and shift, 3 numbers each, as nn.Parameter.",
            zh=f"Affine(3) 的参数是 {learnt}；应当有 scale 和 shift，各 3 个数，并用 nn.Parameter 包起来。",
        )
    if answer(5).scale.shape != (5,):
        return wrong(
            en="Affine(5) has not 5 numbers in scale: use features, not 3.",
            zh="Affine(5) 的 scale 不是 5 个数：要用 features，不要写死成 3。",
        )
    x = torch.tensor([[1.0, 2.0, 3.0], [0.0, -1.0, 5.0]])
    if not torch.equal(answered(made(x)), x):  # type: ignore[arg-type]
        return wrong(
            en="At the start, with scale 1 and shift 0, the output should equal the input.",
            zh="刚建好时 scale 是 1，shift 是 0，输出应当等于输入。",
        )
    with torch.no_grad():
        made.scale.copy_(torch.tensor([2.0, 1.0, 0.0]))
        made.shift.copy_(torch.tensor([0.0, 1.0, 4.0]))
    if not torch.equal(made(x), torch.tensor([[2.0, 3.0, 4.0], [0.0, 0.0, 4.0]])):
        return wrong(
            en="With scale (2, 1, 0) and shift (0, 1, 4) the output is not x * scale + shift.",
            zh="取 scale = (2, 1, 0)、shift = (0, 1, 4) 时，输出不是 x * scale + shift。",
        )
    return right(
        en="Right: an optimiser, .to(device) and state_dict will all find both.",
        zh="正确：优化器、.to(device) 和 state_dict 都找得到这两个参数。",
    )


def _symmetry(answer: object) -> Verdict:
    different = number(answer)
    if different == 32:
        return right(
            en="Right: the second layer's weights give every neuron a gradient of its own.",
            zh="正确：第二层的权重各不相同，每个神经元得到的梯度也就不同。",
        )
    if different == 1:
        return wrong(
            en="One is what two constant layers gave. Does each neuron send its output on with the same weights?",
            zh="1 是两层都取常数时的结果。现在各个神经元还是用同样的权重把输出传下去的吗？",
        )
    return wrong(
        en=f"Not {different:g}. Round to four decimals and count the different rows of the (32, 64) matrix.",
        zh=f"不是 {different:g}。请四舍五入到四位小数，再数 (32, 64) 矩阵有多少个不同的行。",
    )


def _flat(answer: Any) -> Verdict:
    for size, expected in ((28, 800), (32, 1250), (29, 800), (17, 50), (64, 8450)):
        given = number(answer(size))
        if given != expected:
            if given in (side := (expected // 50) ** 0.5, side**2):
                return wrong(
                    en=f"flat({size}) gives {given:g}: the picture has two sides, and there are 50 channels of it.",
                    zh=f"flat({size}) 得到 {given:g}：图片有长和宽，而且一共有 50 个通道。",
                )
            return wrong(
                en=f"flat({size}) gives {given:g}; expected {expected}.",
                zh=f"flat({size}) 得到 {given:g}，应为 {expected}。",
            )
    return right(en="Right, odd sizes included.", zh="正确，奇数边长也算对了。")


class _Plain(torch.nn.Module):
    def __init__(self, features: int) -> None:
        super().__init__()
        self.scale, self.shift = torch.ones(features), torch.zeros(features)

    forward = torch.nn.Identity.forward  # never run: the parameters are looked at first


class _Learnt(torch.nn.Module):
    def __init__(self, features: int) -> None:
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(features))
        self.shift = torch.nn.Parameter(torch.zeros(features))


class _Three(torch.nn.Module):
    def __init__(self, features: int) -> None:
        super().__init__()
        self.scale, self.shift = torch.nn.Parameter(torch.ones(3)), torch.nn.Parameter(torch.zeros(3))

    forward = torch.nn.Identity.forward  # never run: the sizes are looked at first


class _ShiftFirst(_Learnt):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x + self.shift) * self.scale


class _Twice(_Learnt):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + x * self.scale + self.shift


EXERCISES = (
    Exercise("modules/share", _share, (0.9269, 92.58, 400500, 50)),
    Exercise("modules/affine", _affine, (_Plain, _Learnt, _Three, _ShiftFirst, _Twice, _Plain(3))),
    Exercise("modules/symmetry", _symmetry, (1, 16)),
    Exercise(
        "modules/flat",
        _flat,
        (
            lambda size: 50 * ((size - 12) / 4) ** 2,
            lambda size: ((size - 4) // 2 - 4) // 2,
            lambda size: 800,
            800,
        ),
    ),
)
