"""Exercises of the page on schedules and Adam."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _plan(answer: Any) -> Verdict:
    for warm, total in ((4, 10), (50, 300)):
        for n in (0, 1, warm - 1, warm, warm + 1, (warm + total) // 2, total - 1, total):
            given = number(answer(n, warm, total))
            fallen = (1 + math.cos(math.pi * (n - warm) / (total - warm))) / 2
            expected = (n + 1) / (warm + 1) if n < warm else fallen
            if abs(given - expected) < 1e-6:
                continue
            call = f"factor({n}, {warm}, {total})"
            if n >= warm and abs(given - (1 + math.cos(math.pi * (n - warm) / total)) / 2) < 1e-6:
                return wrong(
                    en=f"{call} gives {given:.4g}, not {expected:.4g}: the fall takes total - warm updates, not total.",
                    zh=f"{call} 得到 {given:.4g}，应为 {expected:.4g}：下降只有 total - warm 次更新，不是 total 次。",
                )
            from_zero = [(1 + math.cos(math.pi * n / length)) / 2 for length in (total, total - warm)]
            if n >= warm and min(abs(given - value) for value in from_zero) < 1e-6:
                return wrong(
                    en=f"{call} gives {given:.4g}, not {expected:.4g}: the cosine begins at n = warm, at its own 0.",
                    zh=f"{call} 得到 {given:.4g}，应为 {expected:.4g}：余弦从 n = warm 处算起，那里是它的第 0 次。",
                )
            if n > warm and abs(given - (2 * fallen - 1)) < 1e-6:
                return wrong(
                    en=f"{call} gives {given:.4g}, not {expected:.4g}: a cosine falls from 1 to -1. Add 1, then halve.",
                    zh=f"{call} 得到 {given:.4g}，应为 {expected:.4g}：余弦从 1 降到 -1，要先加 1，再除以 2。",
                )
            if n > warm and abs(given - (total - n) / (total - warm)) < 1e-6:
                return wrong(
                    en=f"{call} gives {given:.4g}, not {expected:.4g}: that is a straight line, not a cosine.",
                    zh=f"{call} 得到 {given:.4g}，应为 {expected:.4g}：这是一条直线，不是余弦。",
                )
            if n < warm and abs(given - n / warm) < 1e-6:
                return wrong(
                    en=f"{call} gives {given:.4g}: with n / warm the first update does nothing. "
                    "Asked for is (n + 1) / (warm + 1).",
                    zh=f"{call} 得到 {given:.4g}：写成 n / warm，第一次更新就什么也没做。应为 (n + 1) / (warm + 1)。",
                )
            return wrong(
                en=f"{call} gives {given:.4g}; expected {expected:.4g}.",
                zh=f"{call} 得到 {given:.4g}，应为 {expected:.4g}。",
            )
    return right(
        en="Right, and it goes into LambdaLR as `lambda n: factor(n, 50, 300)`.",
        zh="正确。写成 `lambda n: factor(n, 50, 300)` 就可以交给 LambdaLR。",
    )


def _decay(answer: object) -> Verdict:
    remains = number(answer)
    if abs(remains - 0.6063) < 0.004:
        return right(
            en="Right: the decay follows the rate, whose mean factor is one half.",
            zh="正确：衰减跟着学习率走，而余弦的因子平均是二分之一。",
        )
    if abs(remains - 0.3677) < 0.004:
        return wrong(
            en="0.37 is what a constant rate leaves. Is scheduler.step() called, 1000 times?",
            zh="0.37 是学习率不变时剩下的。scheduler.step() 调用了吗，有 1000 次吗？",
        )
    if abs(remains - 1) < 1e-6:
        return wrong(
            en="Nothing has happened: a weight whose grad is None is passed over. Give it torch.zeros(1).",
            zh="什么都没有发生：grad 是 None 的权重会被跳过。请把它设成 torch.zeros(1)。",
        )
    if abs(remains - 0.394) < 0.004:
        return wrong(
            en=f"{remains:g} is what has gone. Asked for is what remains.",
            zh=f"{remains:g} 是消失的部分，题目问的是剩下的部分。",
        )
    if abs(remains - 0.6063) < 0.01:
        return wrong(
            en=f"Nearly. Give more digits than {remains:g}.",
            zh=f"差不多了，只是 {remains:g} 的位数太少，请多给几位。",
        )
    return wrong(
        en=f"Not {remains:g}. AdamW, lr=1e-2, weight_decay=0.1, cosine(1000) in a LambdaLR, 1000 updates.",
        zh=f"不是 {remains:g}。请用 AdamW，lr=1e-2，weight_decay=0.1，把 cosine(1000) 交给 LambdaLR，更新 1000 次。",
    )


def _t_max(answer: object) -> Verdict:
    times = number(answer)
    if times == 22:
        return right(en="Right: every 40 calls.", zh="正确：每 40 次调用回来一次。")
    if times == 23:
        return wrong(
            en="23 counts the rate before the first call. Asked for is how often it comes back.",
            zh="23 把第一次调用之前也算进去了。题目问的是它回来了几次。",
        )
    if times in (44, 45):
        return wrong(
            en=f"{times:g} is how often 20 calls fit. After 20 the rate is at its lowest: down and up take 40.",
            zh=f"{times:g} 是 900 里有几个 20。调用 20 次之后学习率在最低处，一降一升要 40 次。",
        )
    if times == 0:
        return wrong(
            en="With T_max in batches, 900, it would never come back. Here T_max is 20, in batches too.",
            zh="T_max 若按批量取 900，确实不会回来。这里 T_max 是 20，而调用也是每个批量一次。",
        )
    if times == 22.5:
        return wrong(
            en="900 / 40 = 22.5: after 900 calls the rate is at its lowest. How often was it at its highest?",
            zh="900 / 40 = 22.5：900 次之后学习率在最低处。在这之前它到过几次最高处？",
        )
    if times == 20:
        return wrong(
            en="20 is the number of epochs. The scheduler knows none, it counts its calls.",
            zh="20 是轮次数。调度器不知道轮次，只数自己被调用了几次。",
        )
    return wrong(
        en=f"Not {times:g}. Call both steps 900 times, and count where get_last_lr()[0] is within 1e-6 of the first.",
        zh=f"不是 {times:g}。两个 step 各调用 900 次，数一数有几次 get_last_lr()[0] 与最初的相差不到 1e-6。",
    )


def _one_step(theta: Tensor, g: Tensor, m: Tensor, v: Tensor, n: int, lr: float, decay: float) -> tuple[Tensor, ...]:
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    step = (m / (1 - 0.9**n)) / ((v / (1 - 0.999**n)).sqrt() + 1e-8)
    return (1 - lr * decay) * theta - lr * step, m, v


def _rounded(tensor: Tensor) -> str:
    return "[" + ", ".join(f"{x:.4g}" for x in tensor.flatten().tolist()) + "]"


def _slips(
    theta: Tensor, g: Tensor, m: Tensor, v: Tensor, n: int, lr: float, decay: float
) -> tuple[tuple[Tensor, str, str], ...]:
    """What theta becomes by each usual slip, and what to say of it."""
    l2 = _one_step(theta, g + decay * theta, m, v, n, lr, 0.0)[0]
    bare, m, v = _one_step(theta, g, m, v, n, lr, 0.0)
    m_hat, v_hat, kept = m / (1 - 0.9**n), v / (1 - 0.999**n), (1 - lr * decay) * theta
    return (
        (
            l2,
            "That is Adam with L2: decay * theta went into the gradient. In AdamW it does not.",
            "这是带 L2 的 Adam：decay * theta 加进了梯度。AdamW 不这样做。",
        ),
        (
            bare,
            "That is Adam without any decay: theta is not multiplied by 1 - lr * decay.",
            "这是没有权重衰减的 Adam：theta 没有乘以 1 - lr * decay。",
        ),
        (
            (1 - lr * decay) * bare,
            "The decay shrinks the step, too: multiply theta by 1 - lr * decay before Adam's step.",
            "这样连走出的一步也被缩小了：先把 theta 乘以 1 - lr * decay，再走 Adam 的一步。",
        ),
        (
            bare - decay * theta,
            "The decay is not multiplied by the rate: each update takes the share lr * decay of theta.",
            "衰减没有乘上学习率：每次更新从 theta 里减去的比例是 lr * decay。",
        ),
        (
            kept - lr * m / (v.sqrt() + 1e-8),
            "The bias correction is missing: divide m by 1 - 0.9**n and v by 1 - 0.999**n.",
            "没有修正偏差：m 要除以 1 - 0.9**n，v 要除以 1 - 0.999**n。",
        ),
        (
            kept - lr * m_hat / (v.sqrt() + 1e-8),
            "Only m is corrected: divide v by 1 - 0.999**n, too.",
            "只修正了 m：v 也要除以 1 - 0.999**n。",
        ),
        (
            kept - lr * m / (v_hat.sqrt() + 1e-8),
            "Only v is corrected: divide m by 1 - 0.9**n, too.",
            "只修正了 v：m 也要除以 1 - 0.9**n。",
        ),
        (
            kept - lr * m_hat / (v_hat + 1e-8).sqrt(),
            "ε stands outside the root: take the root first, then add 1e-8.",
            "ε 在根号外面：先开平方，再加 1e-8。",
        ),
        (
            kept - lr * m_hat / v_hat.sqrt(),
            "ε is missing. It counts here: some of the gradients are as small as 1e-8.",
            "少了 ε。它在这里有影响：有的梯度只有 1e-8 那么小。",
        ),
    )


def _adamw(answer: Any) -> Verdict:
    generator = torch.Generator().manual_seed(0)
    theta = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64)
    m, v = torch.zeros_like(theta), torch.zeros_like(theta)
    for n in range(1, 6):
        g = torch.randn(3, generator=generator, dtype=torch.float64)
        g[2] *= 1e-8  # as small as ε, so that it matters where ε stands
        before = (theta.clone(), g.clone(), m.clone(), v.clone())
        given = answered(answer(theta, g, m, v, n, 0.1, 0.5))
        if any(not torch.equal(one, two) for one, two in zip(before, (theta, g, m, v), strict=True)):
            return wrong(
                en="Your function changes the tensors it is given. Make new ones: no `+=`, no method that ends in `_`.",
                zh="你的函数改动了传进来的张量。请生成新的：不要用 `+=`，也不要用以 `_` 结尾的方法。",
            )
        kind = type(given).__name__
        if not isinstance(given, tuple | list) or len(given) != 3 or not all(isinstance(x, Tensor) for x in given):
            return wrong(
                en=f"Give back three tensors, theta, m, v; got {kind}.",
                zh=f"应当返回三个张量 theta、m、v，得到的却是 {kind}。",
            )
        expected = _one_step(*before, n, 0.1, 0.5)
        if given[0].isnan().any():
            return wrong(
                en=f"In update {n} theta is {_rounded(given[0])}: 0 was divided by 0, or a root taken of less "
                "than 0. Is n 1 in the first update, and v a mean of squares?",
                zh=f"第 {n} 次更新的 theta 是 {_rounded(given[0])}：出现了 0 除以 0，或者对负数开了平方。"
                "第一次更新时 n 是 1 吗？v 是平方的平均吗？",
            )
        for slip, en, zh in _slips(*before, n, 0.1, 0.5):
            if given[0].shape == theta.shape and torch.allclose(given[0].double(), slip, atol=1e-6):
                return wrong(en=en, zh=zh)
        theta_fits = given[0].shape == theta.shape and torch.allclose(given[0].double(), expected[0], atol=1e-6)
        if given[1].shape == m.shape and theta_fits and torch.allclose(given[1].double(), expected[1] / (1 - 0.9**n)):
            return wrong(
                en="Give back m and v as they are kept, not divided by 1 - 0.9**n and 1 - 0.999**n.",
                zh="返回的 m 和 v 应当是保存的值，不要除以 1 - 0.9**n 和 1 - 0.999**n。",
            )
        if given[1].shape == m.shape and torch.allclose(given[1].double(), 0.9 * m + g):
            return wrong(
                en="m is a mean: keep 0.9 of the old one and add only 0.1 of the gradient.",
                zh="m 是平均：旧的保留 0.9，新的梯度只加进 0.1。",
            )
        for name, one, two in zip(("theta", "m", "v"), given, expected, strict=True):
            if one.shape != two.shape or not torch.allclose(one.double(), two, atol=1e-6):
                return wrong(
                    en=f"In update {n} {name} is {_rounded(one)}, not {_rounded(two)}.",
                    zh=f"第 {n} 次更新的 {name} 是 {_rounded(one)}，应为 {_rounded(two)}。",
                )
        theta, m, v = expected
    return right(en="Right: five updates equal those of AdamW.", zh="正确：五次更新都与 AdamW 相同。")


def _of_total(n: int, warm: int, total: int) -> float:
    return (n + 1) / (warm + 1) if n < warm else (1 + math.cos(math.pi * (n - warm) / total)) / 2


def _unshifted(n: int, warm: int, total: int) -> float:
    return (n + 1) / (warm + 1) if n < warm else math.cos(math.pi * (n - warm) / (total - warm))


def _line(n: int, warm: int, total: int) -> float:
    return (n + 1) / (warm + 1) if n < warm else (total - n) / (total - warm)


def _from_zero(n: int, warm: int, total: int) -> float:
    return (n + 1) / (warm + 1) if n < warm else (1 + math.cos(math.pi * n / total)) / 2


def _in_place(theta: Tensor, g: Tensor, m: Tensor, v: Tensor, n: int, lr: float, decay: float) -> tuple[Tensor, ...]:
    m.mul_(0.9).add_(g, alpha=0.1)
    return _one_step(theta, g, m, v, n, lr, decay)


def _shrunk_last(theta: Tensor, g: Tensor, m: Tensor, v: Tensor, n: int, lr: float, decay: float) -> tuple[Tensor, ...]:
    theta, m, v = _one_step(theta, g, m, v, n, lr, 0.0)
    return theta * (1 - lr * decay), m, v


def _hats(theta: Tensor, g: Tensor, m: Tensor, v: Tensor, n: int, lr: float, decay: float) -> tuple[Tensor, ...]:
    theta, m, v = _one_step(theta, g, m, v, n, lr, decay)
    return theta, m / (1 - 0.9**n), v / (1 - 0.999**n)


def _swapped(theta: Tensor, g: Tensor, m: Tensor, v: Tensor, n: int, lr: float, decay: float) -> tuple[Tensor, ...]:
    theta, m, v = _one_step(theta, g, m, v, n, lr, decay)
    return theta, v, m


EXERCISES = (
    Exercise(
        "scheduling/plan",
        _plan,
        (
            _of_total,
            _from_zero,
            _unshifted,
            _line,
            lambda n, warm, total: n / warm,
            lambda n, warm, total: 1.0,
            lambda n: n,
            3,
        ),
    ),
    Exercise("scheduling/decay", _decay, (0.3677, 1.0, 0.394, 0.6, 0.5)),
    Exercise("scheduling/t-max", _t_max, (23, 45, 22.5, 20, 0, 900)),
    Exercise(
        "scheduling/adamw",
        _adamw,
        (
            lambda theta, g, m, v, n, lr, decay: _one_step(theta, g + decay * theta, m, v, n, lr, 0.0),
            lambda theta, g, m, v, n, lr, decay: _one_step(theta, g, m, v, n, lr, 0.0),
            lambda theta, g, m, v, n, lr, decay: _one_step(theta, g, m, v, 10**6, lr, decay),
            _in_place,
            _shrunk_last,
            _hats,
            _swapped,
            lambda theta, g, m, v, n, lr, decay: _one_step(theta, g, m, v, n - 1, lr, decay),
            lambda theta, g, m, v, n, lr, decay: (_slips(theta, g, m, v, n, lr, decay)[7][0], m, v),
            lambda theta, g, m, v, n, lr, decay: (theta, 0.9 * m + g, v),
            lambda *_: torch.zeros(3),
            0.1,
        ),
    ),
)
