"""Exercises of the page on exploring PyTorch."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _find(answer: object) -> Verdict:
    name = (
        (answer if isinstance(answer, str) else getattr(answer, "__name__", repr(answer)))
        .removeprefix("torch.")
        .removesuffix("()")
    )
    function = getattr(torch, name, None)
    if not callable(function):
        return wrong(en=f"torch has no function {name!r}.", zh=f"torch 里没有名为 {name!r} 的函数。")
    try:
        got = function(torch.tensor([0, 2, 2]))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return wrong(
            en=f"torch.{name} does not take the tensor alone: {reason}",
            zh=f"torch.{name} 只传这一个张量不行：{reason}",
        )
    if not isinstance(got, torch.Tensor) or got.tolist() != [1, 0, 2]:
        return wrong(
            en=f"torch.{name} gives {got} for tensor([0, 2, 2]); wanted tensor([1, 0, 2]).",
            zh=f"对 tensor([0, 2, 2])，torch.{name} 得到 {got}；要的是 tensor([1, 0, 2])。",
        )
    return right(en="Right: it counts how often each number occurs.", zh="正确：它数出每个数出现几次。")


def _sample(a: int, b: object = None, *, c: float = 0.5, d: bool = False) -> None: ...


def _defaults(answer: Any) -> Verdict:
    for function, name in ((torch.nn.Linear, "torch.nn.Linear"), (_sample, "f(a, b=None, *, c=0.5, d=False)")):
        want = {
            key: parameter.default
            for key, parameter in inspect.signature(function).parameters.items()
            if parameter.default is not inspect.Parameter.empty
        }
        got = answered(answer(function))
        if not isinstance(got, dict):
            return wrong(
                en=f"A dictionary was asked for, got {type(got).__name__}.",
                zh=f"题目要的是字典，得到的却是 {type(got).__name__}。",
            )
        if got != want:
            return wrong(en=f"For {name}: {got}; expected {want}.", zh=f"对 {name} 得到 {got}，应为 {want}。")
    return right(
        en="Right: and None counts as a default, which `empty` does not.",
        zh="正确：None 也算默认值，`empty` 才表示没有。",
    )


def _share(answer: object) -> Verdict:
    share = number(answer)
    if 0.8 < share < 0.97:
        return right(
            en="Right: about nine in ten; Python is only the surface.", zh="正确：大约九成；Python 只是最外面一层。"
        )
    if 1 < share <= 100:
        return wrong(en="A share lies between 0 and 1, not a percentage.", zh="比例在 0 与 1 之间，不要用百分数。")
    if 0.03 < share < 0.2:
        return wrong(
            en="That is the share of those that have a signature; the others were asked for.",
            zh="这是有签名的那部分所占的比例，题目问的是另一部分。",
        )
    return wrong(
        en=f"{share:.2g} is not what we measure. Classes and modules left out, private names too?",
        zh=f"{share:.2g} 与测量结果不符。类、模块和私有名称都排除了吗？",
    )


EXERCISES = (
    Exercise("exploring/find", _find, ("count_nonzero", "unique", "kount", "full", torch.nonzero, 3)),
    Exercise(
        "exploring/defaults",
        _defaults,
        (
            lambda f: dict(inspect.signature(f).parameters),
            lambda f: {k: p.default for k, p in inspect.signature(f).parameters.items() if p.default},
            lambda f: list(inspect.signature(f).parameters),
        ),
    ),
    Exercise("exploring/share", _share, (90, 0.1, 0.5)),
)
