"""What a diagnosis says, in the reader's language: the trouble, the reasons in numbers, the remedies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from course_lib.exercises import Language

Text = tuple[str, str]  # in English, in Chinese
Trouble = Literal[
    "fine",
    "model bias",
    "optimisation",
    "model bias or optimisation",
    "overfitting",
    "mismatch",
    "overfitting or mismatch",
]

_NAMES: dict[Trouble, str] = {
    "fine": "没有发现问题",
    "model bias": "模型偏差（model bias）",
    "optimisation": "优化问题（optimisation issue）",
    "model bias or optimisation": "模型偏差（model bias）或优化问题（optimisation issue）",
    "overfitting": "过拟合（overfitting）",
    "mismatch": "不匹配（mismatch）",
    "overfitting or mismatch": "过拟合（overfitting）或不匹配（mismatch）",
}

_REMEDIES: dict[Trouble, tuple[Text, ...]] = {
    "fine": (
        ("keep the test set for one last look", "测试集留到最后只看一次"),
        ("for a still lower loss, try a larger model", "想让损失更低，可以试更大的模型"),
    ),
    "model bias": (
        ("make the model more flexible: more neurons, more layers", "让模型更灵活：更多神经元、更多层"),
        ("give it more features", "给它更多特征"),
    ),
    "optimisation": (
        ("change the learning rate: lower if the loss jumps or grows, higher if it creeps",
         "调整学习率：损失跳动或上升就调低，下降太慢就调高"),
        ("train for longer, with momentum or Adam", "训练更久，或改用动量（momentum）、Adam"),
        ("scale the features; start the weights otherwise; prefer ReLU to sigmoids",
         "缩放特征；换一种初始化；用 ReLU 代替 sigmoid"),
    ),
    "model bias or optimisation": (
        ("train a smaller model on the same data and give its training loss as baseline=",
         "用同样的数据训练一个更小的模型，把它的训练损失作为 baseline= 传入"),
    ),
    "overfitting": (
        ("collect more data, or make more of it by augmentation", "收集更多数据，或做数据增强（data augmentation）"),
        ("hold the model back: fewer parameters, weight decay, dropout",
         "限制模型：更少的参数、权重衰减（weight decay）、随机失活（dropout）"),
        ("stop early: keep the weights of the epoch with the lowest validation loss",
         "早停（early stopping）：保留验证损失最低那一轮的权重"),
    ),
    "mismatch": (
        ("look at both kinds of data side by side: how was each made?", "把两种数据放在一起看：它们各是怎样得来的？"),
        ("train on data like those it will meet, or adapt to them",
         "用与实际情况相似的数据训练，或做领域自适应（domain adaptation）"),
    ),
    "overfitting or mismatch": (
        ("hold out a part of the training data: if its loss is low, it is a mismatch; if high, overfitting",
         "从训练数据中留出一部分：它的损失低，就是不匹配；它的损失高，就是过拟合"),
        ("give the whole curves, not the last losses only", "传入整条曲线，而不只是最后的损失"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` found.

    Attributes:
        trouble: "fine", "model bias", "optimisation", "overfitting" or "mismatch", or two of them joined by "or" where
            the losses given do not tell them apart; in English always, for programs.
        reasons: what in the numbers says so, in the reader's language.
        lang: "en" or "zh".

    >>> Diagnosis("mismatch", ("0.9 here, 0.1 there",), "en")
    mismatch
      because 0.9 here, 0.1 there
      try: look at both kinds of data side by side: how was each made?
      try: train on data like those it will meet, or adapt to them
    """

    trouble: Trouble
    reasons: tuple[str, ...]
    lang: Language

    @property
    def remedies(self) -> tuple[str, ...]:
        """What to try, the most likely to help first."""
        return tuple(texts[self.lang == "zh"] for texts in _REMEDIES[self.trouble])

    def __repr__(self) -> str:
        if self.lang == "zh":
            title, because, attempt = _NAMES[self.trouble], "  原因：", "  可以试："
        else:
            title, because, attempt = self.trouble, "  because ", "  try: "
        lines = [because + reason for reason in self.reasons] + [attempt + remedy for remedy in self.remedies]
        return "\n".join([title, *lines])
