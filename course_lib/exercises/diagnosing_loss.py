"""Exercises of the page on diagnosing the loss."""

from __future__ import annotations

from typing import Any

from course_lib.exercises import Exercise, Verdict, number, one_of, right, wrong

TROUBLES = ("optimisation", "overfitting", "mismatch", "model bias")


def _four_patients(answer: Any) -> Verdict:
    if not isinstance(answer, list | tuple) or len(answer) != len(TROUBLES):
        return wrong(en=f"Expected a list of four words, got {answer!r}.", zh=f"应为四个词的列表，得到 {answer!r}。")
    words = [one_of(word, TROUBLES) for word in answer]
    for run, (word, trouble) in enumerate(zip(words, TROUBLES, strict=True), start=1):
        if word != trouble:
            told = {
                1: ("a smaller model has the lower training loss", "更小的模型训练损失反而更低"),
                2: ("small in training, large on data held out from the same source", "训练损失小，留出数据上损失大"),
                3: ("held-out data are fine, only the new data are not", "留出的数据没有问题，只有新数据有问题"),
                4: ("large in training, and the smaller model is no better", "训练损失大，更小的模型也没有更好"),
            }[run]  # fmt: skip
            return wrong(en=f"Run {run} is not {word!r}: {told[0]}.", zh=f"第 {run} 次训练不是 {word!r}：{told[1]}。")
    return right(
        en="Right: training loss first, then the smaller model or the held-out data.",
        zh="正确：先看训练损失，再看更小的模型或留出的数据。",
    )


def _enough_data(answer: object) -> Verdict:
    digits = number(answer)
    if digits in (120, 240):  # on which side of the threshold 120 falls hangs on the last digits
        return right(
            en="Right: with more data the same network no longer overfits.",
            zh="正确：数据多了，同一个网络就不再过拟合。",
        )
    if digits in (30, 60):
        return wrong(
            en=f"With {digits:g} digits the held-out loss still rises at the end; print the verdict for each n.",
            zh=f"只有 {digits:g} 张图时，留出数据上的损失最后还会上升；把每个 n 的诊断都打印出来。",
        )
    return wrong(
        en=f"{digits:g} is not the smallest of 30, 60, 120, 240, 480 that is fine; try the smaller ones.",
        zh=f"{digits:g} 不是 30、60、120、240、480 中判为没有问题（fine）的最小的那个；再试试更小的。",
    )


def _one_change(answer: object) -> Verdict:
    name = getattr(answer, "__name__", str(answer)).strip().lower().removeprefix("nn.")
    if name == "tanh":
        return right(
            en="Right: tanh alone is enough here; ReLU with this optimiser is still stuck.",
            zh="正确：这里只换 tanh 就够了；ReLU 配上这个优化器仍然卡住。",
        )
    return wrong(
        en=f"{answer!r} does not come below 0.46 in 150 epochs; measure both with stuck(0, activation=...).",
        zh=f"{answer!r} 在 150 轮内到不了 0.46 以下；用 stuck(0, activation=...) 把两个都测一遍。",
    )


EXERCISES = (
    Exercise(
        "diagnosing-loss/four-patients",
        _four_patients,
        (["model bias", "overfitting", "mismatch", "model bias"], ["overfitting"] * 4, ["optimisation"]),
    ),
    Exercise("diagnosing-loss/enough-data", _enough_data, (30, 60, 480, "120")),
    Exercise("diagnosing-loss/one-change", _one_change, ("ReLU", "sigmoid")),
)
