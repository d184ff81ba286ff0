"""Exercises of the lab on pruning and quantisation."""

from __future__ import annotations

from course_lib.exercises import Exercise, Verdict, number, right, wrong


def _accumulator(answer: object) -> Verdict:
    bits = number(answer)
    if bits == 21:
        return right(
            en="Right: 64 · 127² = 1032256 lies below 2²⁰, and one bit is for the sign.",
            zh="正确：64 · 127² = 1032256，小于 2²⁰，再加一位符号。",
        )
    if bits == 20:
        return wrong(en="20 bits hold the largest sum, but not its sign.", zh="20 位放得下最大的和，却没有留出符号位。")
    if bits in (14, 15):
        return wrong(
            en=f"{bits:g} bits are about right for one product; 64 of them are added up.",
            zh=f"{bits:g} 位差不多够放一个乘积；可是有 64 个要加起来。",
        )
    if bits > 21:
        return wrong(en=f"{bits:g} bits are enough, but fewer are, too.", zh=f"{bits:g} 位够了，不过更少也行。")
    return wrong(
        en=f"{bits:g} bits reach up to {2 ** (bits - 1) - 1:g}; the largest sum is 64 · 127 · 127.",
        zh=f"{bits:g} 位最大到 {2 ** (bits - 1) - 1:g}；而最大的和是 64 · 127 · 127。",
    )


EXERCISES = (Exercise("prune-and-quantise/accumulator", _accumulator, (8, 14, 15, 16, 20, 32, 1032256)),)
