"""The questions of the chart, in their order: each finds the trouble, or leaves it to the next."""

from __future__ import annotations

import math
from typing import NamedTuple

from course_lib.diagnose.findings import Text, Trouble

Finding = tuple[Trouble, tuple[Text, ...]]


class Rule(NamedTuple):
    """What counts as large: losses as shares of the way from chance to the best possible.

    >>> Rule(chance=2.0, possible=0.0).way(0.5)
    0.75
    """

    chance: float
    possible: float
    enough: float = 0.8
    gap: float = 0.2
    tolerance: float = 0.05
    shared: float = 0.25

    def way(self, loss: float) -> float:
        """The share of the way from chance to the best possible that a loss has come."""
        return (self.chance - loss) / (self.chance - self.possible)


def of_training(rule: Rule, train: list[float], baseline: list[float] | None) -> Finding | None:
    """Is the loss on the training data large, and if so, is it the model or the optimiser?

    >>> of_training(Rule(2.0, 0.0), [2.0, 0.1], None) is None
    True
    """
    for epoch, loss in enumerate(train, start=1):
        if not math.isfinite(loss):
            return "optimisation", (
                (f"the training loss is {loss} at epoch {epoch}", f"训练损失在第 {epoch} 轮是 {loss}"),
            )
    last = train[-1]
    if rule.way(last) >= rule.enough:
        return None
    share, enough, start = f"{rule.way(last):.0%}", f"{rule.enough:.0%}", f"{rule.chance:.4g}"
    large = (
        f"the training loss is {last:.4g}: {share} of the way from {start} (chance) to {rule.possible:.4g}, "
        f"not {enough}",
        f"训练损失是 {last:.4g}：从 {start}（乱猜）到 {rule.possible:.4g} 只走了 {share}，不到 {enough}",
    )
    before = train[-1 - len(train) // 5]
    if baseline and rule.way(baseline[-1]) - rule.way(last) > rule.tolerance:
        why = (
            f"a smaller model reaches {baseline[-1]:.4g} on the same data",
            f"更小的模型在同样的数据上达到 {baseline[-1]:.4g}",
        )
    elif rule.way(last) < -rule.tolerance:
        why = "it has grown", "它反而上升了"
    elif rule.way(last) - rule.way(before) > rule.tolerance:
        why = (
            f"in the last fifth it was still falling, from {before:.4g}",
            f"最后五分之一里还在下降，先前是 {before:.4g}",
        )
    elif baseline:
        no_better = f"a smaller model is no better: {baseline[-1]:.4g}", f"更小的模型也没有更好：{baseline[-1]:.4g}"
        return "model bias", (large, no_better)
    else:
        return "model bias or optimisation", (large, ("no smaller model to compare with", "没有更小的模型可以比较"))
    return "optimisation", (large, why)


def of_validation(rule: Rule, train: float, validation: list[float] | None, *, known: bool) -> Finding | None:
    """Is the loss on held-out data much larger than on the training data, and if so, what differs?

    Args:
        rule: the thresholds.
        train: the last training loss.
        validation: the curve on held-out data.
        known: these are known to come from where the training data come from, so that only overfitting remains.

    Raises:
        ValueError: there is no validation loss.

    >>> of_validation(Rule(2.0, 0.0), 0.1, [1.9, 1.0, 1.6], known=False)[0]
    'overfitting'
    """
    if not validation:
        raise ValueError(
            f"validation is missing: the training loss, {train:.4g}, is small; whether it stays so on data that the "
            "model has not seen, only validation= tells"
        )
    last, best = validation[-1], min(validation)
    if rule.way(train) - rule.way(last) <= rule.gap:
        return None
    reasons = (
        (
            f"the training loss is {train:.4g}, the validation loss {last:.4g}",
            f"训练损失是 {train:.4g}，验证损失是 {last:.4g}",
        ),
        (
            f"the lowest validation loss was {best:.4g}: {rule.way(best):.0%} of the way down from {rule.chance:.4g}",
            f"最低的验证损失是 {best:.4g}，从 {rule.chance:.4g}（乱猜）走了 {rule.way(best):.0%}",
        ),
    )
    if known or (len(validation) > 1 and rule.way(best) >= rule.shared):
        return "overfitting", reasons
    return "mismatch" if len(validation) > 1 else "overfitting or mismatch", reasons


def of_test(rule: Rule, validation: float, test: list[float] | None) -> Finding:
    """Does the loss hold on data from elsewhere?

    >>> of_test(Rule(2.0, 0.0), 0.2, [1.5])[0], of_test(Rule(2.0, 0.0), 0.2, None)[0]
    ('mismatch', 'fine')
    """
    reason = (f"the validation loss is {validation:.4g}", f"验证损失是 {validation:.4g}")
    if test is None:
        return "fine", (reason,)
    both = (f"{reason[0]}, the test loss {test[-1]:.4g}", f"{reason[1]}，测试损失是 {test[-1]:.4g}")
    return "mismatch" if rule.way(validation) - rule.way(test[-1]) > rule.gap else "fine", (both,)
