"""Exercises of the page on TensorBoard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


@dataclass(frozen=True)
class _Point:
    step: int
    value: float


def _best(answer: Any) -> Verdict:
    for values, expected in (([3.0, 1.0, 2.0], 10), ([0.5, 0.7], 0), ([2.0, 1.0, 1.0], 10), ([4.0, 3.0, -1.0], 20)):
        given = number(answer([_Point(10 * index, value) for index, value in enumerate(values)]))
        if given in values and given != expected:
            return wrong(
                en=f"{given:g} is a value. Return the step at which it stands, {expected}.",
                zh=f"{given:g} 是数值。请返回它在第几步，即 {expected}。",
            )
        if given != expected:
            return wrong(
                en=f"For the values {values} at the steps 0, 10, 20 best gives {given:g}; expected {expected}.",
                zh=f"在第 0、10、20 步的值是 {values} 时，best 得到 {given:g}，应为 {expected}。",
            )
    return right(en="Right: of equals the first, as `min` does it.", zh="正确：相等时取第一个，`min` 正是这样做的。")


def _grid(answer: object) -> Verdict:
    given = answered(answer)
    if not isinstance(given, tuple | list) or len(given) != 2:
        return wrong(en="Give two numbers: (height, width).", zh="请给出两个数：(高, 宽)。")
    height, width = number(given[0]), number(given[1])
    if (height, width) == (24, 64):
        return right(
            en="Right: three rows of eight, the last one filled up with black.",
            zh="正确：三行，每行八张，最后一行用黑色补满。",
        )
    if (height, width) == (64, 24):
        return wrong(en="The other way round: the height first.", zh="写反了：先写高。")
    return wrong(
        en=f"Not {height:g} × {width:g}. Rows of eight pictures of 8 × 8 pixels; how many rows do 20 need?",
        zh=f"不是 {height:g} × {width:g}。每行八张 8 × 8 像素的图，20 张要几行？",
    )


def _smoothing(answer: Any) -> Verdict:
    for values, weight, expected in (
        ([5.0, 5.0, 5.0], 0.9, [5.0, 5.0, 5.0]),
        ([4.0, 0.0], 0.5, [4.0, 4.0 / 3]),
        ([1.0, 2.0, 3.0], 0.0, [1.0, 2.0, 3.0]),
    ):
        smooth: Any = answered(answer(values, weight))
        given = [number(value) for value in smooth]
        if len(given) != len(expected):
            return wrong(
                en=f"{len(values)} values went in and {len(given)} came out; each value has its smoothed one.",
                zh=f"给了 {len(values)} 个值，得到 {len(given)} 个；每个值都应当有对应的平滑值。",
            )
        if any(abs(ours - theirs) > 1e-9 for ours, theirs in zip(given, expected, strict=True)):
            shown, wanted = [round(value, 4) for value in given], [round(value, 4) for value in expected]
            return wrong(
                en=f"smoothed({values}, {weight}) gives {shown}; expected {wanted}. A level curve stays as it is.",
                zh=f"smoothed({values}, {weight}) 得到 {shown}，应为 {wanted}。水平的曲线应当保持不变。",
            )
    return right(
        en="Right: a level curve stays level from its first point on.", zh="正确：水平的曲线从第一个点起就保持水平。"
    )


def _undivided(values: list[float], weight: float) -> list[float]:
    average, curve = 0.0, []
    for value in values:
        average = weight * average + (1 - weight) * value
        curve.append(average)
    return curve


EXERCISES = (
    Exercise(
        "tensorboard/best",
        _best,
        (
            lambda points: min(point.value for point in points),
            lambda points: max(points, key=lambda point: point.value).step,
            lambda points: min(reversed(points), key=lambda point: point.value).step,
        ),
    ),
    Exercise("tensorboard/grid", _grid, ((64, 24), (40, 32), (24, 80), 24)),
    Exercise("tensorboard/smoothing", _smoothing, (_undivided, lambda values, weight: values[1:])),
)
