"""Exercises of the page on setting up an environment."""

from __future__ import annotations

from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, right, wrong


def _newer(answer: Any) -> Verdict:
    cases = [
        ("2.13.0", "2.11", True),
        ("2.9", "2.11", False),
        ("2.11", "2.11", True),
        ("3.0", "2.11", True),
        ("2.10.1", "2.11", False),
        ("2.13.0+cpu", "2.13.0", True),
        ("2.14.1+cu130", "2.11", True),
    ]
    for version, least, expected in cases:
        got = answered(answer(version, least))
        if got is not expected:
            return wrong(
                en=f"at_least({version!r}, {least!r}) gave {got!r}; expected {expected}. Compare whole numbers, dot by "
                "dot, without what stands behind '+'.",
                zh=f"at_least({version!r}, {least!r}) 得到 {got!r}，应为 {expected}。"
                "去掉“+”及其后面的部分，再逐段比较整数。",
            )
    return right(
        en="Right: 2.9 is older than 2.11, and the build behind '+' does not count.",
        zh="正确：2.9 比 2.11 旧，“+”后面的构建标识不参与比较。",
    )


def _empty(answer: object) -> Verdict:
    if isinstance(answer, str) or not isinstance(answer, set | frozenset | list | tuple):
        return wrong(
            en=f'Expected a set of names such as {{"numpy", "torch"}}, got {answer!r}.',
            zh=f'应当是一个由名字组成的集合，例如 {{"numpy", "torch"}}，得到的却是 {answer!r}。',
        )
    names = set(answer)
    if names == {"json", "pathlib"}:
        return right(
            en="Right: the standard library, and no package of another environment.",
            zh="正确：只有标准库，没有别的环境里的包。",
        )
    if names & {"numpy", "torch"}:
        return wrong(
            en="A new environment has none of the packages of the one it was made from. Which are packages?",
            zh="用哪个环境的 Python 来建，并不会把那里的包带过来。四个名字里哪些是要另装的包？",
        )
    return wrong(
        en="json and pathlib are parts of Python's standard library, which every environment has.",
        zh="json 和 pathlib 都属于 Python 标准库，每个环境都有。",
    )


def _pip_takes(answer: object) -> Verdict:
    if answer == "2.13.0+cpu":
        return right(
            en="Right: a build behind '+' ranks above the plain version, and a release candidate has to be asked for.",
            zh="正确：带“+”构建标识的版本排在同号的普通版本之上，而候选版不主动要求就不会被选中。",
        )
    reasons = {
        "2.9.1": ("2.9.1 is lower than 2.11: 9 is less than 11.", "2.9.1 低于 2.11：9 小于 11。"),
        "2.13.0": (
            "2.13.0 fits, but one of the others ranks just above it: how does pip order 2.13.0 and 2.13.0+cpu?",
            "2.13.0 符合要求，但有一个恰好排在它上面：pip 怎样给 2.13.0 与 2.13.0+cpu 排序？",
        ),
        "2.14.0rc1": (
            "pip leaves release candidates aside unless you ask for them with --pre.",
            "除非用 --pre 主动要求，pip 不考虑候选版。",
        ),
    }
    if isinstance(answer, str) and answer in reasons:
        en, zh = reasons[answer]
        return wrong(en=en, zh=zh)
    return wrong(
        en=f"Expected one of '2.9.1', '2.13.0', '2.13.0+cpu', '2.14.0rc1', got {answer!r}.",
        zh=f"应当是 '2.9.1'、'2.13.0'、'2.13.0+cpu'、'2.14.0rc1' 之一，得到的却是 {answer!r}。",
    )


EXERCISES = (
    Exercise(
        "environment/newer",
        _newer,
        (
            lambda version, least: version >= least,
            lambda version, least: float(version[:4]) >= float(least[:4]),
            lambda version, least: True,
        ),
    ),
    Exercise("environment/empty", _empty, ({"json", "numpy", "pathlib", "torch"}, {"json"}, "json")),
    Exercise("environment/pip-takes", _pip_takes, ("2.13.0", "2.14.0rc1", "2.9.1", 2.13)),
)
