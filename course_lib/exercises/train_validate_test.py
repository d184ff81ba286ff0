"""Exercises of the page on training, validation and test sets."""

from __future__ import annotations

import math
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _folds(answer: Any) -> Verdict:
    for n, k in ((10, 5), (7, 3), (3, 3), (23, 4)):
        parts: Any = answered(answer(n, k))
        lists = [list(part) for part in parts]
        if len(lists) != k:
            return wrong(
                en=f"folds({n}, {k}) gave {len(lists)} lists.", zh=f"folds({n}, {k}) 给出 {len(lists)} 个列表。"
            )
        if sorted(example for part in lists for example in part) != list(range(n)):
            return wrong(
                en=f"folds({n}, {k}) gave {lists}: each of 0 to {n - 1} should be in exactly one list.",
                zh=f"folds({n}, {k}) 得到 {lists}：0 到 {n - 1} 的每个数应当恰好在一个列表里。",
            )
        sizes = [len(part) for part in lists]
        if max(sizes) - min(sizes) > 1:
            return wrong(
                en=f"folds({n}, {k}) gave lists of {sizes} numbers; they may differ by one at most.",
                zh=f"folds({n}, {k}) 的列表长度是 {sizes}，最多只能相差一。",
            )
    return right(en="Right: every example validates exactly once.", zh="正确：每个样本恰好验证一次。")


def _how_large(answer: object) -> Verdict:
    n = number(answer)
    if any(math.isclose(n, fits, abs_tol=1e-6) for fits in (900, 901)):  # 0.9 * 0.1 / 0.01**2 is a hair above 900
        return right(
            en="Right: and for half that spread it takes four times as many.",
            zh="正确：要让它再减半，就得有四倍的样本。",
        )
    if n == 90:
        return wrong(en="At n = 90 it is 0.032; it shrinks as 1/√n.", zh="n = 90 时是 0.032；它按 1/√n 减小。")
    return wrong(
        en=f"At n = {n:g} it is {(0.09 / n) ** 0.5:.4f}." if n > 0 else "n should be above 0.",
        zh=f"n = {n:g} 时是 {(0.09 / n) ** 0.5:.4f}。" if n > 0 else "n 应当大于 0。",
    )


def _leak(answer: Any) -> Verdict:
    leaky, honest = (number(part) for part in answer)
    if leaky > 1 or honest > 1:
        return wrong(en="Accuracies lie between 0 and 1.", zh="准确率在 0 与 1 之间。")
    if abs(leaky - honest) < 0.2:
        return wrong(
            en=f"({leaky:.3f}, {honest:.3f}) hardly differ: does choose_on depend on honest?",
            zh=f"({leaky:.3f}, {honest:.3f}) 几乎没有差别：choose_on 随 honest 变化了吗？",
        )
    if leaky > 0.85 and abs(honest - 0.5) < 0.12:
        return right(
            en="Right: noise looks like knowledge when the test helps to choose.",
            zh="正确：让测试数据参与挑选，噪声看起来就像知识。",
        )
    return wrong(
        en=f"({leaky:.3f}, {honest:.3f}) is not what ten seeds give; the first is the leaky one.",
        zh=f"({leaky:.3f}, {honest:.3f}) 与十个种子的结果不符；前一个应当是泄漏的那种做法。",
    )


EXERCISES = (
    Exercise(
        "train-validate-test/folds",
        _folds,
        (
            lambda n, k: [list(range(n))] * k,
            lambda n, k: [list(range(start, n - 1, k)) for start in range(k)],
            lambda n, k: [[0], *([] for _ in range(k - 2)), list(range(1, n))],
            lambda n, k: [],
        ),
    ),
    Exercise("train-validate-test/how-large", _how_large, (90, 9, 0)),
    Exercise("train-validate-test/leak", _leak, ((0.5, 0.5), (0.5, 0.92), (92, 50))),
)
