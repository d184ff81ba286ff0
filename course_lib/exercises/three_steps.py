"""Exercises of the page on the three steps."""

from __future__ import annotations

import math
from typing import Any

from course_lib.exercises import Exercise, Verdict, number, one_of, right, wrong

KINDS = ("regression", "classification", "structured", "classification")
UNSEEN = 7.73  # °C², of the least squares on four features; on one 8.12


def _kinds(answer: Any) -> Verdict:
    if not isinstance(answer, list | tuple) or len(answer) != len(KINDS):
        return wrong(en=f"Expected a list of four words, got {answer!r}.", zh=f"应为四个词的列表，得到 {answer!r}。")
    words = [one_of(word, KINDS) for word in answer]
    for task, (word, kind) in enumerate(zip(words, KINDS, strict=True), start=1):
        if word != kind:
            told = {
                1: ("the answer is a number", "答案是一个数"),
                2: ("the answer is one of 361 points, known beforehand", "答案是 361 个点之一，事先已知"),
                3: ("the answer is a text, whose words have to fit together", "答案是一段文字，词句之间要彼此配合"),
                4: ("the answer is one of two options", "答案是两个选项之一"),
            }[task]
            return wrong(en=f"({task}) is not {word!r}: {told[0]}.", zh=f"（{task}）不是 {word!r}：{told[1]}。")
    return right(en="Right: even Go is a classification, with 361 classes.", zh="正确：连围棋也是分类，有 361 个类别。")


def _four_features(answer: object) -> Verdict:
    loss = number(answer)
    if math.isclose(loss, UNSEEN, abs_tol=0.05):
        return right(
            en="Right: the other three measurements help a little, from 8.12 to 7.73.",
            zh="正确：另外三项测量有一点帮助，损失从 8.12 降到 7.73。",
        )
    if math.isnan(loss):
        return wrong(
            en="nan: the steps were too long for unscaled measurements, or something was divided by 0. lstsq of the "
            "hint takes no steps.",
            zh="结果是 nan：测量值没有缩放，步子太大；或者除以了 0。提示里的 lstsq 不需要一步步走。",
        )
    if loss > 90:
        return wrong(
            en=f"{loss:.4g} is worse than any constant. Have prediction and target the same shape, (365,)? A column "
            "minus a row is a table.",
            zh=f"{loss:.4g} 比任何常数预测都差。预测与目标的形状都是 (365,) 吗？一列减一行，得到的是一张表。",
        )
    if math.isclose(loss, 7.62, abs_tol=0.05):
        return wrong(
            en=f"{loss:.2f} is the loss on the training days; the last 365 were asked for.",
            zh=f"{loss:.2f} 是训练那几年的损失；题目问的是最后 365 天。",
        )
    return wrong(
        en=f"Not {loss:.4g}. Is there a column of ones for b, trained on 1095 days, measured on the last 365?",
        zh=f"不是 {loss:.4g}。有没有给 b 加一列 1？是否用前 1095 天训练、在最后 365 天上测量？",
    )


def _constants(answer: Any) -> Verdict:
    squared, absolute = (number(part) for part in answer)
    if math.isclose(squared, 3.03, abs_tol=0.06) and math.isclose(absolute, 0, abs_tol=0.005):
        return right(
            en="Right: the mean and the median. The loss decides which forecast is best.",
            zh="正确：分别是均值与中位数。哪种预报最好，由损失说了算。",
        )
    if math.isclose(absolute, 3.03, abs_tol=0.06) and math.isclose(squared, 0, abs_tol=0.005):
        return wrong(
            en="The other way round: the first one was to be the best b for the squared error.",
            zh="顺序反了：第一个应当是平方误差的最佳 b。",
        )
    if math.isclose(squared, absolute, abs_tol=0.05):
        return wrong(
            en="The two losses do not agree: a few days of heavy rain weigh more when squared.",
            zh="两种损失的答案并不相同：少数几天的大雨，平方之后分量更重。",
        )
    return wrong(
        en=f"({squared:.4g}, {absolute:.4g}) are not the lowest points; try all b from 0 to 6 in steps of 0.01.",
        zh=f"({squared:.4g}, {absolute:.4g}) 不是最低点；从 0 到 6 每隔 0.01 都试一遍。",
    )


EXERCISES = (
    Exercise(
        "three-steps/kinds",
        _kinds,
        (["regression"] * 4, ["regression", "structured", "structured", "classification"], ["regression"]),
    ),
    Exercise("three-steps/four-features", _four_features, (8.12, 7.62, float("nan"), 104.7)),
    Exercise("three-steps/constants", _constants, ((3.03, 3.03), (0.0, 3.03), (2.0, 1.0))),
)
