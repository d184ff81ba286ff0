"""Exercises of the page on layers and losses."""

from __future__ import annotations

from typing import Any

from course_lib.exercises import Exercise, Verdict, number, right, wrong


def _parameters(answer: object) -> Verdict:
    count = number(answer)
    if count == 79510:
        return right(
            en="Right: 78400 + 100 + 1000 + 10; the first layer has nearly all of them.",
            zh="正确：78400 + 100 + 1000 + 10，几乎全在第一层。",
        )
    if count == 79400:
        return wrong(
            en="79400 are the weights. Each output has a bias, too.", zh="79400 只是权重。每个输出还有一个偏置。"
        )
    if count == 78500:
        return wrong(en="78500 is the first layer alone. Add the second.", zh="78500 只是第一层。请再加上第二层。")
    return wrong(
        en=f"Not {count:g}: a layer has in × out weights and one bias for each output; a ReLU has nothing to learn.",
        zh=f"不是 {count:g}：一层有“输入数 × 输出数”个权重，每个输出一个偏置；ReLU 没有要学的参数。",
    )


def _outlier(answer: Any) -> Verdict:
    try:
        best_l1, best_mse = answer
    except (TypeError, ValueError):
        return wrong(en="Two numbers were expected: best_l1, best_mse.", zh="应当给出两个数：best_l1 和 best_mse。")
    best_l1, best_mse = number(best_l1), number(best_mse)
    if abs(best_l1 - 22) < 0.15 and abs(best_mse - 3) < 0.15:
        return wrong(
            en="The two are exchanged: which loss is pulled away by the 100?",
            zh="两个答案对调了：哪种损失会被 100 拉走？",
        )
    if abs(best_l1 - 3) > 0.15:
        return wrong(
            en=f"Not {best_l1:g} for L1: moving c up by 1 costs 1 for each target below it and gains 1 for each above.",
            zh=f"L1 的答案不是 {best_l1:g}：c 每加 1，比它小的目标误差各多 1，比它大的各少 1。",
        )
    if abs(best_mse - 22) > 0.15:
        return wrong(
            en=f"Not {best_mse:g} for the MSE: where is the sum of the errors, with their signs, zero?",
            zh=f"MSE 的答案不是 {best_mse:g}：把误差带着符号加起来，c 取多少时和为零？",
        )
    return right(
        en="Right: the median and the mean. One wild value moves only the mean.",
        zh="正确：分别是中位数与均值。一个离谱的值只会拉走均值。",
    )


def _epoch_loss(answer: Any) -> Verdict:
    for losses, sizes, expected in (([1.0, 1.0, 4.0], [4, 4, 1], 12 / 9), ([2.0], [7], 2.0), ([3.0, 5.0], [2, 2], 4.0)):
        given = number(answer(losses, sizes))
        if abs(given - expected) > 1e-4:
            return wrong(
                en=f"overall({losses}, {sizes}) gives {given:g}; expected {expected:g}.",
                zh=f"overall({losses}, {sizes}) 得到 {given:g}，应为 {expected:g}。",
            )
    return right(en="Right: every example counts once.", zh="正确：每个样本不多不少，各算一次。")


def _smoothing(answer: object) -> Verdict:
    lowest = number(answer)
    if abs(lowest - 0.5003) < 0.002:
        return right(
            en="Right: the entropy of (0.91, 0.01, …, 0.01), reached at a finite lead.",
            zh="正确：就是 (0.91, 0.01, …, 0.01) 的熵，而且正确的 logit 只需领先有限的量。",
        )
    if abs(lowest) < 0.01:
        return wrong(
            en="Zero needs certainty, and the smoothed target asks for 0.91. Did you pass label_smoothing=0.1?",
            zh="损失要到零，就得百分之百确定，而平滑后的目标只要 0.91。label_smoothing=0.1 传了吗？",
        )
    if abs(lowest - 0.0943) < 0.002 or abs(lowest - 0.0858) < 0.002:
        return wrong(
            en=f"{lowest:g} is the right class alone; the other nine have targets, too.",
            zh=f"{lowest:g} 只算了正确的那一类；另外九类也有目标。",
        )
    return wrong(
        en=f"{lowest:g} is not what this gives. Ten logits? Has the loss stopped falling?",
        zh=f"{lowest:g} 与测量结果不符。logit 是十个吗？损失已经降到不再变化了吗？",
    )


EXERCISES = (
    Exercise("layers-and-losses/parameters", _parameters, (79400, 78500, 884, "many")),
    Exercise("layers-and-losses/outlier", _outlier, ((22, 3), (22, 22), (3, 3), 3)),
    Exercise(
        "layers-and-losses/epoch-loss",
        _epoch_loss,
        (lambda losses, sizes: sum(losses) / len(losses), lambda losses, sizes: sum(losses) / sum(sizes), 4),
    ),
    Exercise("layers-and-losses/smoothing", _smoothing, (0.0, 0.0943, 2.3026)),
)
