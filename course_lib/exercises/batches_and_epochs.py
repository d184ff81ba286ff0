"""Exercises of the page on batches and epochs."""

from __future__ import annotations

from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _updates(answer: object) -> Verdict:
    updates = number(answer)
    if updates == 4690:
        return right(en="Right: 10 · ⌈468.75⌉.", zh="正确：10 · ⌈468.75⌉。")
    if updates in (4688, 4687.5):
        return wrong(
            en=f"Not {updates:g}: every epoch ends with a batch of its own; round up before multiplying.",
            zh=f"不是 {updates:g}：每个轮次末尾都有一个不满的批量，要先向上取整再相乘。",
        )
    if updates == 4680:
        return wrong(en="4680 drops the last batch of each epoch.", zh="4680 丢掉了每个轮次的最后一个批量。")
    return wrong(
        en=f"Not {updates:g}: how many batches of 128 does it take to use all 60000?",
        zh=f"不是 {updates:g}：要用完 60000 个样本，需要多少个大小为 128 的批量？",
    )


def _cut(answer: Any) -> Verdict:
    for examples, size, expected in ((10, 4, [4, 4, 2]), (8, 4, [4, 4]), (3, 5, [3]), (3, 1, [1, 1, 1])):
        given = answered(answer(examples, size))
        if not isinstance(given, list | tuple) or list(given) != expected:
            return wrong(
                en=f"sizes({examples}, {size}) gives {given!r}; expected {expected}.",
                zh=f"sizes({examples}, {size}) 得到 {given!r}，应为 {expected}。",
            )
    return right(en="Right: full batches, then the rest.", zh="正确：先是满的批量，最后是剩下的。")


def _with_replacement(answer: object) -> Verdict:
    share = number(answer)
    if share > 1:
        return wrong(
            en=f"{share:g} is no share between 0 and 1: divide what was never drawn by N.",
            zh=f"{share:g} 不是 0 到 1 之间的比例：请用从未抽到的个数除以 N。",
        )
    if abs(share - 0.3679) < 0.02:
        return right(en="Right: 1/e, more than a third.", zh="正确：1/e，超过三分之一。")
    if abs(share - 0.6321) < 0.02:
        return wrong(
            en="That is the share that was drawn. How many never were?", zh="这是抽到过的比例。从未抽到的有多少？"
        )
    return wrong(
        en=f"{share:g} is not what 10000 draws out of 10000 leave out. Did you count each example once?",
        zh=f"{share:g} 与从 10000 个里抽 10000 次的结果不符。每个样本只数一次了吗？",
    )


EXERCISES = (
    Exercise("batches-and-epochs/updates", _updates, (4688, 4680, 469, 4687.5)),
    Exercise("batches-and-epochs/cut", _cut, (lambda n, b: [b] * (n // b), lambda n, b: [b] * (n // b) + [n % b], 3)),
    Exercise("batches-and-epochs/with-replacement", _with_replacement, (0, 0.5, 0.632)),
)
