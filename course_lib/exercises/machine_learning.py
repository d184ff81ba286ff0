"""Exercises of the page on machine learning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course_lib.datasets import digits
from course_lib.exercises import Exercise, Verdict, answered, number, one_of, right, wrong

KINDS = {
    "heating": "reinforcement",
    "x-rays": "semi-supervised",
    "prices": "supervised",
    "next word": "self-supervised",
    "customers": "unsupervised",
}
_ASK = {
    "heating": (
        "is the right setting ever told, or only what came of the one tried?",
        "有人告诉过正确的设定吗，还是只知道试过之后的结果？",
    ),
    "x-rays": ("some have a diagnosis and most have none, and both are used.", "少数有诊断，多数没有，两者都用上了。"),
    "prices": ("the price, the answer, is known for every flat.", "每套房子的答案，也就是成交价，都是已知的。"),
    "next word": ("the answers are in the text itself; nobody had to label it.", "答案就在文本里，不需要任何人标注。"),
    "customers": ("there is no answer to learn, only structure to find.", "没有要学的答案，只有要找的结构。"),
}


def _rule(answer: Any) -> Verdict:
    table = digits()
    chosen = table.take((table.y == 1) | (table.y == 7))
    answers = [answered(answer(image)) for image in chosen.x.reshape(-1, 8, 8).numpy()]
    strange = next((value for value in answers if value not in (1, 7)), None)
    if strange is not None:
        return wrong(en=f"It returned {strange!r}; expected 1 or 7.", zh=f"返回了 {strange!r}，应为 1 或 7。")
    share = sum(value == label for value, label in zip(answers, chosen.y.tolist(), strict=True)) / len(answers)
    if share >= 0.85:
        return right(
            en=f"Right: {share:.1%} of {len(answers)} ones and sevens.",
            zh=f"正确：{len(answers)} 个 1 和 7 中答对 {share:.1%}。",
        )
    return wrong(
        en=f"It is right for {share:.1%}; 85 % are wanted. Always answering 1 gives 50.4 %.",
        zh=f"答对 {share:.1%}，要求 85%。一律回答 1 也有 50.4%。",
    )


def _kinds(answer: Any) -> Verdict:
    if not isinstance(answer, Mapping):
        return wrong(
            en=f"Expected a dictionary such as {{'heating': ...}}, got {answer!r}.",
            zh=f"应当是字典，例如 {{'heating': ...}}，得到的却是 {answer!r}。",
        )
    for situation, kind in KINDS.items():
        got = one_of(answer.get(situation), KINDS.values())
        if got != kind:
            en, zh = _ASK[situation]
            return wrong(en=f"{situation!r} is not {got!r}: {en}", zh=f"{situation!r} 不是 {got!r}：{zh}")
    return right(en="Right, all five.", zh="全部正确。")


def _luck(answer: Any) -> Verdict:
    excess = number(answer)
    if 0.03 < excess < 0.05:
        return right(en="Right: a record by luck alone.", zh="正确：单凭运气就“刷新了纪录”。")
    if 3 < excess < 5:
        return wrong(
            en=f"{excess:.3g} are points in a hundred; as a share of 1 it is {excess / 100:.3g}.",
            zh=f"{excess:.3g} 是百分点；写成比例是 {excess / 100:.3g}。",
        )
    return wrong(
        en=f"{excess:.3g} is not what these twenty draws give. Is it the best minus the mean, both of unseen digits?",
        zh=f"{excess:.3g} 与这二十次抽样的结果不符。算的是最好的减去平均吗？两者都在没见过的数字上测量吗？",
    )


def _wrong_labels(answer: Any) -> Verdict:
    accuracy = number(answer)
    if accuracy > 1:
        return wrong(
            en=f"{accuracy:.3g} is no share between 0 and 1; 92 % is 0.92.",
            zh=f"{accuracy:.3g} 不在 0 与 1 之间；92% 要写成 0.92。",
        )
    if 0.9 < accuracy < 0.945:
        return right(en="Right: far less than 20 points lost.", zh="正确：准确率的下降远不到 20 个百分点。")
    if accuracy >= 0.945:
        return wrong(
            en=f"{accuracy:.3f} is nearly what right labels give. Were the changed labels used for training?",
            zh=f"{accuracy:.3f} 几乎等于标签全对时的结果。训练时用的是改过的标签吗？",
        )
    return wrong(
        en=f"{accuracy:.3f} is too low. Are the labels that you measure with still the right ones?",
        zh=f"{accuracy:.3f} 太低了。测量时用的标签还是正确的吗？",
    )


EXERCISES = (
    Exercise("machine-learning/rule", _rule, (lambda image: 1, lambda image: 0)),
    Exercise(
        "machine-learning/kinds", _kinds, (KINDS | {"next word": "supervised"}, KINDS | {"heating": "supervised"})
    ),
    Exercise("machine-learning/luck", _luck, (0.001, 0.2, 3.88)),
    Exercise("machine-learning/wrong-labels", _wrong_labels, (0.765, 0.96, 92)),
)
