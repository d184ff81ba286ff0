"""Exercises of the lab on explaining a prediction."""

from __future__ import annotations

from collections.abc import Iterable

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _witnesses(answer: object) -> Verdict:
    given = list(answer) if isinstance(answer, Iterable) else [answered(answer)]
    if len(given) != 3:
        return wrong(
            en=f"Three numbers are asked for: first pixel, second pixel, both; got {len(given)}.",
            zh=f"要三个数：第一个像素、第二个像素、两个一起；得到的是 {len(given)} 个。",
        )
    first, second, both = (number(fall) for fall in given)
    if (first, second, both) == (0, 0, 1):
        return right(
            en="Right: alone neither matters, together they are everything.",
            zh="正确：单独看都无关紧要，合起来却是全部。",
        )
    if first != 0 or second != 0:
        return wrong(
            en="Cover the first pixel only: the score is max(0, 1). How far is that below max(1, 1)?",
            zh="只遮第一个像素时，得分是 max(0, 1)。它比 max(1, 1) 低多少？",
        )
    return wrong(
        en=f"The first two are right. With both covered the score is max(0, 0), so the fall is not {both:g}.",
        zh=f"前两个对了。两个都遮住时，得分是 max(0, 0)，所以下降的不是 {both:g}。",
    )


EXERCISES = (
    Exercise("explain-a-prediction/witnesses", _witnesses, ([0.5, 0.5, 1], [1, 1, 1], [0, 0, 0], [0, 1], 0)),
)
