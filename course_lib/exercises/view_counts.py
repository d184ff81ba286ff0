"""Exercises of the page on predicting view counts."""

from __future__ import annotations

from course_lib.exercises import Exercise, Verdict, number, right, wrong


def _parameters(answer: object) -> Verdict:
    parameters = number(answer)
    if parameters == 2913:
        return right(en="Right: 1824 + 1056 + 33, for 217 days.", zh="正确：1824 + 1056 + 33，而数据只有 217 天。")
    if parameters == 2848:
        return wrong(
            en="2848 are the weights. Each unit has a bias, too.", zh="2848 是权重的个数，每个单元还有一个偏置。"
        )
    return wrong(
        en=f"Not {parameters:g}: 56 to 32, 32 to 32, 32 to 1; each step has a matrix and a vector.",
        zh=f"不是 {parameters:g}：56 到 32、32 到 32、32 到 1，每一步都有一个矩阵和一个向量。",
    )


def _two_days(answer: object) -> Verdict:
    loss = number(answer)
    if abs(loss - 0.832) < 0.01:
        return right(en="Right: two days do nearly what seven do.", zh="正确：两天几乎顶得上七天。")
    if abs(loss - 0.806) < 0.01:
        return wrong(en="0.81 is the loss with all seven days.", zh="0.81 是用全部七天时的损失。")
    if abs(loss - 0.616) < 0.01:
        return wrong(
            en="0.62 is the training loss. Judge on the unseen days.", zh="0.62 是训练损失，请在未见过的日子上评判。"
        )
    return wrong(
        en=f"{loss:g} is not what columns 0 and 6 give. Is the constant among the columns, and the loss in thousands?",
        zh=f"{loss:g} 与第 0 列和第 6 列的结果不符。加上常数列了吗？损失的单位是千次吗？",
    )


def _logarithms(answer: object) -> Verdict:
    loss = number(answer)
    if abs(loss - 0.557) < 0.005:
        return right(en="Right: knowing that it multiplies beats depth.", zh="正确：知道数据是相乘的，胜过加深网络。")
    if abs(loss - 0.568) < 0.005:
        return wrong(en="0.568 is the line on the views themselves.", zh="0.568 是直接用播放量拟合直线的损失。")
    if abs(loss - 0.412) < 0.005:
        return wrong(en="0.412 is the training loss.", zh="0.412 是训练损失。")
    return wrong(
        en=f"{loss:g} is not it. Fit without the last 365 rows, then compare exp(prediction) with the true views.",
        zh=f"{loss:g} 不对。拟合时不要用最后 365 行，再把 exp(预测值) 与真实播放量比较。",
    )


EXERCISES = (
    Exercise("view-counts/parameters", _parameters, (2848, 57, 2880)),
    Exercise("view-counts/two-days", _two_days, (0.806, 0.616, 1.49)),
    Exercise("view-counts/logarithms", _logarithms, (0.568, 0.412, 0.1)),
)
