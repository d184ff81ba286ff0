"""Exercises of the page on the sigmoid."""

from __future__ import annotations

from typing import Any

from course_lib.exercises import Exercise, Verdict, number, right, wrong


def _read_off(answer: Any) -> Verdict:
    try:
        c, b, w = (float(part) for part in answer)
    except (TypeError, ValueError):
        return wrong(en="Three numbers were expected: c, b, w.", zh="应当给出三个数：c、b、w。")
    if c != 2:
        return wrong(en=f"The height c is not {c:g}: it falls from 2 to 0.", zh=f"高度 c 不是 {c:g}：它从 2 降到 0。")
    if abs(c * w / 4 + 1) > 1e-6:
        return wrong(
            en=f"The slope in the middle, c w / 4, is {c * w / 4:g}; wanted -1.",
            zh=f"中点的斜率 c w / 4 是 {c * w / 4:g}，要求 -1。",
        )
    if abs(-b / w - 3) > 1e-6:
        return wrong(en=f"The step stands at -b/w = {-b / w:g}; wanted 3.", zh=f"台阶在 -b/w = {-b / w:g} 处，要求 3。")
    return right(en="Right: height, slope, place.", zh="正确：高度、斜率、位置。")


def _from_output(answer: Any) -> Verdict:
    for a in (0.0, 0.5, -0.5, 0.9):
        slope = number(answer(a))
        if abs(slope - (1 - a * a)) > 1e-6:  # room for float32
            return wrong(
                en=f"slope({a:g}) gives {slope:g}; measured on tanh it is {1 - a * a:g}.",
                zh=f"slope({a:g}) 得到 {slope:g}，而在 tanh 上测得 {1 - a * a:g}。",
            )
    return right(en="Right: 1 - a².", zh="正确：1 - a²。")


def _saturated(answer: object) -> Verdict:
    distance = number(answer)
    if abs(distance - 6.0) < 0.051:
        return right(en="Right: ln 400 ≈ 6. Saturation begins close by.", zh="正确：ln 400 ≈ 6。离 0 不远就已经饱和。")
    if abs(distance - 4.6) < 0.051:
        return wrong(
            en="4.6 is where the slope itself is 0.01. A hundredth of the largest slope, 1/4, is 0.0025.",
            zh="4.6 处斜率本身是 0.01。最大斜率是 1/4，它的百分之一是 0.0025。",
        )
    return wrong(
        en=f"Not {distance:g}: look where σ(r)(1 - σ(r)) falls below 0.0025.",
        zh=f"不是 {distance:g}：看看 σ(r)(1 - σ(r)) 在哪里降到 0.0025 以下。",
    )


EXERCISES = (
    Exercise("sigmoid/read-off", _read_off, ((2, 6, 2), (2, -6, -2), (1, 6, -2), 2)),
    Exercise("sigmoid/from-output", _from_output, (lambda a: a * (1 - a), lambda a: 1 - a, 0.5)),
    Exercise("sigmoid/saturated", _saturated, (4.6, 10)),
)
