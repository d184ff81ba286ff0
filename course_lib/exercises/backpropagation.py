"""Exercises of the page on backpropagation."""

from __future__ import annotations

import math
from typing import Any

import torch

from course_lib.autograd import Value
from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _step_back(answer: Any) -> Verdict:
    torch.manual_seed(0)
    z = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    for width in (4, 3):  # a square W lets the transposed one through: the numbers have to tell
        W, delta = torch.randn(width, 3, dtype=torch.float64), torch.randn(5, width, dtype=torch.float64)
        a = torch.tanh(z)
        (want,) = torch.autograd.grad(a @ W.T, z, delta)
        got = answered(answer(delta, W, a.detach()))
        if not isinstance(got, torch.Tensor):
            return wrong(
                en=f"Expected a tensor, got {type(got).__name__}.",
                zh=f"应当返回张量，得到的却是 {type(got).__name__}。",
            )
        if got.shape != want.shape:
            return wrong(
                en=f"For N = 5, W {width} × 3: the shape should be (5, 3), got {tuple(got.shape)}.",
                zh=f"N = 5，W 为 {width} × 3 时，形状应当是 (5, 3)，得到的却是 {tuple(got.shape)}。",
            )
        back, slope = delta @ W, 1 - a**2
        mistakes = [
            (
                back,
                "That is the slope in the activations A. One factor is missing: the slope of tanh.",
                "这是对激活值 A 的斜率，还差一个因子：tanh 的斜率。",
            ),
            (
                slope,
                "That is the slope of tanh alone; delta has yet to come back through W.",
                "这只是 tanh 的斜率，delta 还没有经过 W 往回走。",
            ),
            (
                a * (1 - a) * back,
                "a (1 - a) is the slope of the sigmoid; that of tanh is 1 - tanh².",
                "a (1 - a) 是 sigmoid 的斜率，tanh 的斜率是 1 - tanh²。",
            ),
            (
                (1 - torch.tanh(a) ** 2) * back,
                "a is tanh(z) already: here it went into tanh once more.",
                "a 已经是 tanh(z) 了，这里又对它取了一次 tanh。",
            ),
            (
                1 - a**2 * back,
                "Python multiplies before it subtracts: put 1 - a**2 in brackets.",
                "Python 先乘后减：请给 1 - a**2 加上括号。",
            ),
            (
                want / len(z),
                "The 1/N is in delta already, since the last layer; do not divide once more.",
                "1/N 在最后一层就已经乘进 delta 了，不要再除一次。",
            ),
        ]
        if width == 3:
            mistakes.append(
                (
                    slope * (delta @ W.T),
                    "With a square W every product has the right shape, but backward takes W, not W.T.",
                    "W 是方阵，怎么乘形状都对；但反向要用的是 W，不是 W.T。",
                )
            )
        for mistaken, en, zh in mistakes:
            if torch.allclose(got, mistaken):
                return wrong(en=en, zh=zh)
        if not torch.allclose(got, want):
            first = f"{got[0, 0]:.3f}", f"{want[0, 0]:.3f}"
            return wrong(
                en=f"The shape is right, the numbers are not: entry (0, 0) is {first[0]}, expected {first[1]}.",
                zh=f"形状对，数值不对：第 (0, 0) 个元素是 {first[0]}，应为 {first[1]}。",
            )
    return right(en="Right: back through the weights, times the slope.", zh="正确：先沿权重往回走，再乘以斜率。")


def _maximum(answer: Any) -> Verdict:
    for first, second, want in ((3.0, -1.0, (6.0, 0.0)), (-2.0, 0.5, (0.0, 1.0)), (1.0, 1.0, (1.0, 1.0))):
        a, b = Value(first), Value(second)
        larger = answered(answer(a, b))
        if not isinstance(larger, Value):
            return wrong(
                en=f"Expected a Value, got {type(larger).__name__}.",
                zh=f"应当返回 Value，得到的却是 {type(larger).__name__}。",
            )
        if larger.data != max(first, second):
            return wrong(
                en=f"maximum of {first:g} and {second:g}: got {larger.data:g}.",
                zh=f"{first:g} 与 {second:g} 的最大值：得到 {larger.data:g}。",
            )
        for source in larger.sources:
            if not (isinstance(source, tuple) and len(source) == 2 and isinstance(source[0], Value)):
                return wrong(
                    en="Behind the operation's name stand pairs: (a, slope in a), (b, slope in b).",
                    zh="运算名后面要写成对的：(a, 对 a 的斜率), (b, 对 b 的斜率)。",
                )
        (larger * larger).backward()  # the slope that comes from behind is 2 · larger, so 1 in its place shows
        got = (a.grad, b.grad)
        if got != want:
            if larger is a or larger is b:
                hint = (
                    "one of the inputs itself came back; for equal ones the slope cannot be halved then",
                    "返回的就是其中一个输入，两数相等时就没法各得一半斜率",
                )
            elif first == second:
                hint = ("they are equal: half for each", "两数相等，各得一半")
            elif not larger.sources:
                hint = ("it does not know its inputs, so nothing goes back", "它不知道自己的输入，什么也传不回去")
            else:
                hint = ("slope 1 for the larger, 0 for the other", "较大者的斜率为 1，另一个为 0")
            return wrong(
                en=f"Slopes of maximum(a, b)² at a = {first:g}, b = {second:g}: got {got}, not {want}; {hint[0]}.",
                zh=f"maximum(a, b)² 在 a = {first:g}、b = {second:g} 处的斜率：得到 {got}，应为 {want}；{hint[1]}。",
            )
    return right(en="Right: a switch, which lets one through.", zh="正确：它是一个开关，只放行其中一个。")


def _frozen(answer: Any) -> Verdict:
    try:
        only_last, only_first = (number(part) for part in answer)
    except (TypeError, ValueError):
        return wrong(
            en="Two numbers were expected: only_last, only_first.", zh="应当给出两个数：only_last 和 only_first。"
        )
    if not math.isclose(only_last, 0.1, abs_tol=1e-6):
        hint = {
            1.9: ("that is with all layers trained", "那是全部层都训练时的比值"),
            0.2: ("nobody needs Δ for the layers before it", "前面各层都用不着 Δ"),
        }.get(only_last, ("one matrix product out of ten", "只有一次矩阵乘法，而前向有十次"))
        return wrong(
            en=f"Only the last layer trained: not {only_last:g}; {hint[0]}.",
            zh=f"只训练最后一层：不是 {only_last:g}；{hint[1]}。",
        )
    if not math.isclose(only_first, 1.0, abs_tol=1e-6):
        hint = {
            0.1: ("Δ must first get there", "Δ 得先传到那里"),
            1.9: ("the layers between need no gradient of their weights", "中间各层不需要对权重的梯度"),
        }.get(only_first, ("nine products to carry Δ, one for the weights", "传递 Δ 要九次乘法，求权重的梯度要一次"))
        return wrong(
            en=f"Only the first layer trained: not {only_first:g}; {hint[0]}.",
            zh=f"只训练第一层：不是 {only_first:g}；{hint[1]}。",
        )
    return right(
        en="Right: backward goes only as far as somebody needs it.", zh="正确：反向过程只走到还有人需要的地方。"
    )


def _tanh(answer: object) -> Verdict:
    q = number(answer)
    if 1.33 < q < 1.43:
        return right(en="Right: saturated, and yet it explodes.", zh="正确：虽然饱和，梯度却仍然爆炸。")
    if 0.69 < q < 0.76:
        return wrong(
            en="That is the factor from layer 1 to layer 30. Asked for is the way back: first over last.",
            zh="这是从第 1 层到第 30 层的倍数。题目问的是往回走：第一层除以最后一层。",
        )
    if 9_000 < q < 13_000:
        return wrong(
            en="That is the factor of all 29 layers together; take its 29th root.",
            zh="这是 29 层合起来的倍数，请开 29 次方。",
        )
    for factor, en, zh in (
        (1.609, "3 √(2/64), three times He's; here it is 3/√64", "3 √(2/64)，即 Kaiming 初始化的三倍；这里应为 3/√64"),
        (0.373, "3/64; the root of 64 is missing", "3/64，少了一个根号"),
        (3.323, "3, without dividing by √64", "3，没有除以 √64"),
    ):
        if abs(q - factor) < 0.01:
            return wrong(en=f"{q:g} belongs to a standard deviation of {en}.", zh=f"{q:g} 对应的标准差是 {zh}。")
    if abs(q - 2.132) < 0.01:
        return wrong(en=f"{q:g} belongs to ReLUs: put tanh in their place.", zh=f"{q:g} 是 ReLU 的结果：请换成 tanh。")
    return wrong(
        en=f"{q:g} is not what comes out for seed 0. Are the weights normal with deviation 3/8, the biases 0?",
        zh=f"用种子 0 得不到 {q:g}。权重是标准差为 3/8 的正态分布吗？偏置是 0 吗？",
    )


def _first_only(a: Value, b: Value) -> Value:
    return a if a.data >= b.data else b


EXERCISES = (
    Exercise(
        "backpropagation/step-back",
        _step_back,
        (
            lambda delta, W, a: delta @ W,
            lambda delta, W, a: a * (1 - a) * (delta @ W),
            lambda delta, W, a: (1 - torch.tanh(a) ** 2) * (delta @ W),
            lambda delta, W, a: (1 - a**2) * (delta @ W.T),
            lambda delta, W, a: 1 - a**2 * (delta @ W),
            lambda delta, W, a: (1 - a**2) * (delta @ W) / len(a),
            lambda delta, W, a: (1 - a**2) * (delta @ (W if len(W) == 4 else W.T)),
            lambda delta, W, a: 1 - a**2,
            lambda delta, W, a: (1 - a) ** 2 * (delta @ W),
            lambda delta, W, a: delta,
            lambda delta, W, a: 0,
        ),
    ),
    Exercise(
        "backpropagation/maximum",
        _maximum,
        (
            _first_only,
            lambda a, b: max(a.data, b.data),
            lambda a, b: Value(max(a.data, b.data)),
            lambda a, b: Value(
                max(a.data, b.data), "", "max", (a, float(a.data > b.data)), (b, float(b.data > a.data))
            ),
            lambda a, b: Value(max(a.data, b.data), "", "max", (a, 1.0), (b, 1.0)),
            lambda a, b: Value(max(a.data, b.data), "", "max", a, b),
            lambda a, b: a + b,
        ),
    ),
    Exercise(
        "backpropagation/frozen", _frozen, ((1.9, 1.0), (0.2, 1.0), (0.5, 1), (0.1, 0.1), (0.1, 1.9), (0.1, 2), 7)
    ),
    Exercise("backpropagation/tanh", _tanh, (0.03, 0.7262, 10161.0, 1.0, 1.6087, 0.3729, 3.3234, 2.1319)),
)
