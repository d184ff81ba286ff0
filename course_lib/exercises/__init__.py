"""Checks the answers to the exercises, in the reader's language.

Each page with exercises has a module here, named for the page, with its ``EXERCISES``.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import locale
import os
import pkgutil
import re
import reprlib
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, SupportsFloat

Language = Literal["en", "zh"]
_UNANSWERED = {"en": "Not answered yet: replace the dots by your answer.", "zh": "还没有作答：请把省略号换成你的答案。"}
_SHORT = reprlib.Repr()  # of an answer in a message: a tensor may hold thousands of numbers
_SHORT.maxother = _SHORT.maxstring = 80


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check says of an answer; true only when the answer is right.

    >>> right(en="Yes.", zh="对。")
    ✓ Yes.
    >>> bool(wrong(en="No.", zh="不对。"))
    False
    """

    state: Literal["right", "wrong", "unanswered"]
    en: str
    zh: str
    language: Language = "en"

    def __bool__(self) -> bool:
        return self.state == "right"

    def __repr__(self) -> str:
        mark = {"right": "✓", "wrong": "✗", "unanswered": "…"}[self.state]
        return f"{mark} {self.zh if self.language == 'zh' else self.en}"

    def _ipython_display_(self) -> None:
        """Show nothing as a notebook cell's last value: ``check`` has printed it already."""


def right(*, en: str, zh: str) -> Verdict:
    """The answer is right; say what the reader has learnt."""
    return Verdict("right", en, zh)


def wrong(*, en: str, zh: str) -> Verdict:
    """The answer is wrong; say what was expected and what came."""
    return Verdict("wrong", en, zh)


class NotAnswered(Exception):
    """Raised by a check that meets None or ``...`` where an answer should be; ``value`` is which."""

    def __init__(self, value: object = ...) -> None:
        self.value = value
        super().__init__()


def answered(value: object) -> object:
    """Give ``value`` back.

    Raises:
        NotAnswered: it is None or ``...``: the reader has not written anything yet.
    """
    if value is None or value is ...:
        raise NotAnswered(value)
    return value


class Refused(Exception):
    """Raised by a check that meets an answer of another kind than asked for; ``verdict`` says so to the reader."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(verdict.en)


def _no_number(answer: object) -> Refused:
    shown, kind = _SHORT.repr(answer), type(answer).__name__
    return Refused(
        wrong(en=f"Expected a number, got {shown} ({kind}).", zh=f"应当是一个数，得到的却是 {shown}（{kind}）。")
    )


def number(answer: object) -> float:
    """The answer as a float; a tensor of one number is a number, too.

    Raises:
        NotAnswered: nothing was written yet.
        Refused: a bool, a text, a list, a tensor of several numbers or the like.

    >>> number(2)
    2.0
    """
    if isinstance(answered(answer), bool) or not isinstance(answer, SupportsFloat):
        raise _no_number(answer)
    try:
        return float(getattr(answer, "detach", lambda: answer)())  # a loss still has its graph
    except (TypeError, ValueError, RuntimeError):  # of an array or a tensor that has not exactly one entry
        raise _no_number(answer) from None


def one_of(answer: object, options: Iterable[str]) -> str:
    """The option that the answer names; capitals, spaces, hyphens, American z and a final "learning" do not count.

    Raises:
        NotAnswered: nothing was written yet.
        Refused: it names none of them.

    >>> one_of("Structured learning", ["regression", "structured"])
    'structured'
    """
    known = list(dict.fromkeys(options))
    spelt = re.sub("[^a-z]", "", str(answered(answer)).lower()).removesuffix("learning").replace("optimiz", "optimis")
    for option in known:
        if spelt == re.sub("[^a-z]", "", option):
            return option
    words = ", ".join(map(repr, sorted(known)))  # their order could give the answer away
    raise Refused(
        wrong(
            en=f"{_SHORT.repr(answer)} is none of the words to choose from: {words}.",
            zh=f"{_SHORT.repr(answer)} 不在可选的词之中：{words}。",
        )
    )


@dataclass(frozen=True)
class Exercise:
    """An exercise: its id ``page/name``, its check, and typical wrong answers that the check must refuse."""

    id: str
    check: Callable[[object], Verdict]
    wrong_answers: tuple[object, ...]


def language_of_reader(lang: str | None = None) -> Language:
    """``lang`` if given, else the environment variable COURSE_LANG, else the locale, else English.

    Raises:
        ValueError: a language that the course does not speak.
        TypeError: no string.

    >>> language_of_reader("zh")
    'zh'
    """
    if lang is not None and not isinstance(lang, str):
        raise TypeError(f"lang should be 'en' or 'zh', got {lang!r}")
    chosen = lang or os.environ.get("COURSE_LANG")
    if chosen is None:
        chosen = "zh" if (locale.getlocale()[0] or "").startswith(("zh", "Chinese")) else "en"
    if chosen not in ("en", "zh"):
        raise ValueError(f"lang is {chosen!r}; the course speaks 'en' and 'zh'")
    return "zh" if chosen == "zh" else "en"


def pages() -> list[str]:
    """Names of the pages that have exercises."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))


def _module(page: str) -> str:
    return page.replace("-", "_")


def find(exercise_id: str) -> Exercise:
    """The exercise with this id.

    Raises:
        ValueError: there is none; the message names the nearest.
    """
    if not isinstance(exercise_id, str):
        raise TypeError(
            f"the exercise's id should be a string such as 'gradient-descent/first-step', not {exercise_id!r}"
        )
    page = exercise_id.partition("/")[0]
    exists = _module(page).isidentifier() and importlib.util.find_spec(f"{__name__}.{_module(page)}")
    known: list[Exercise] = []
    for name in [page] if exists else pages():
        known += importlib.import_module(f"{__name__}.{_module(name)}").EXERCISES
    for exercise in known:
        if exercise.id == exercise_id:
            return exercise
    ids = [exercise.id for exercise in known]
    near = difflib.get_close_matches(exercise_id, ids, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(ids))}"
    raise ValueError(f"no exercise is called {exercise_id!r}; {hint}")


def judge(exercise: Exercise, answer: object) -> Verdict:
    """What the exercise says of an answer; an error inside the answer is told, not raised."""
    try:
        return exercise.check(answered(answer))
    except NotAnswered as nothing:
        if callable(answer) and nothing.value is None:
            return wrong(
                en="Your function gave None back. End it with `return` and the result: print only shows it.",
                zh="你的函数返回的是 None。请在末尾用 `return` 返回结果；print 只是把它显示出来。",
            )
        return Verdict("unanswered", _UNANSWERED["en"], _UNANSWERED["zh"])
    except NotImplementedError:
        return Verdict("unanswered", _UNANSWERED["en"], _UNANSWERED["zh"])
    except Refused as refused:
        return refused.verdict
    except Exception as error:
        kind = type(answer).__name__
        if not callable(answer) and str(error) == f"{kind!r} object is not callable":
            shown = _SHORT.repr(answer)
            return wrong(
                en=f"Expected a function, got {shown} ({kind}). Give its name alone, without brackets behind it.",
                zh=f"应当是一个函数，得到的却是 {shown}（{kind}）。请只写函数名，后面不要加括号。",
            )
        told = f"{type(error).__name__}: {error}"
        if Path(traceback.extract_tb(error.__traceback__)[-1].filename).parent == Path(__file__).parent:
            if isinstance(error, TypeError) and re.search(r"\(\) (takes|missing|got) ", str(error)):
                return wrong(  # it called the answer as the exercise says
                    en=f"What you wrote takes other arguments than the exercise asks for: {told}",
                    zh=f"你写的函数或类，接收的参数与题目要求的不同：{told}",
                )
            return wrong(  # the check stumbled, not the reader's code
                en=f"Your answer is of another kind than asked for; the check met {told}",
                zh=f"你的答案不是题目要的那种类型，检查时遇到：{told}",
            )
        return wrong(en=f"Your answer raised {told}", zh=f"你的答案运行时报错：{told}")


def check(exercise_id: str, answer: object, *, lang: str | None = None) -> Verdict:
    """Print whether an answer is right, or what is wrong with it.

    Args:
        exercise_id: as the page gives it, e.g. ``"gradient-descent/first-step"``.
        answer: a number, a tensor or a function, as the exercise asks.
        lang: ``"en"`` or ``"zh"``; without it COURSE_LANG or the locale decides.

    Returns:
        The verdict, which is true only when the answer is right.

    Raises:
        ValueError: no such exercise, or no such language.

    >>> verdict = check("gradient-descent/first-step", ..., lang="en")
    … Not answered yet: replace the dots by your answer.
    """
    language = language_of_reader(lang)
    found = judge(find(exercise_id), answer)
    verdict = Verdict(found.state, found.en, found.zh, language)
    print(verdict)
    return verdict
