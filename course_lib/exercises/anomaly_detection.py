"""Exercises of the lab on anomaly detection."""

from __future__ import annotations

import math
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _alarms(answer: Any) -> Verdict:
    for rate, caught, false in ((0.001, 0.9, 0.05), (0.2, 0.5, 0.1)):
        got = number(answered(answer(rate, caught, false)))
        true, untrue = rate * caught, (1 - rate) * false
        if math.isclose(got, true / (true + untrue), rel_tol=1e-3):
            continue
        if math.isclose(got, caught / (caught + false), rel_tol=1e-3):
            return wrong(
                en=f"{got:.3g} forgets how rare anomalies are: many more pictures are normal, and give false alarms.",
                zh=f"{got:.3g} 忘了异常有多罕见：会触发虚警的正常图片要多得多。",
            )
        return wrong(
            en=f"With rate {rate:g} you gave {got:.3g}. Of 100000 pictures, {100000 * true:g} give a true alarm and "
            f"{100000 * untrue:g} a false one.",
            zh=f"当 rate 为 {rate:g} 时，你给出 {got:.3g}。100000 张图片里，{100000 * true:g} 张触发真警报，"
            f"{100000 * untrue:g} 张触发虚警。",
        )
    return right(en="Right: fewer than one alarm in fifty is true.", zh="正确：五十次警报里，真的还不到一次。")


EXERCISES = (
    Exercise(
        "anomaly-detection/alarms",
        _alarms,
        (
            lambda rate, caught, false: caught / (caught + false),
            lambda rate, caught, false: caught,
            lambda rate, caught, false: 1 - false,
            lambda rate, caught, false: rate * caught / (rate * caught + false),
        ),
    ),
)
