"""Exercises of the page on how to use the course."""

from __future__ import annotations

import doctest
import io
import math
from collections.abc import Callable
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _raises(answer: object) -> Verdict:
    if isinstance(answer, Exception):  # the one that was caught
        answer = type(answer)
    if answer is ValueError:
        return right(
            en="Right: a word that names no kind of device is a wrong value.",
            zh="正确：这个词不代表任何一种设备，所以是值不对。",
        )
    if answer is RuntimeError:
        return wrong(
            en="RuntimeError says that a device which exists elsewhere is missing here. 'gpu' exists nowhere.",
            zh="RuntimeError 的意思是：别处有的设备，这里没有。而 'gpu' 哪里都没有。",
        )
    if answer is TypeError:
        return wrong(
            en="TypeError is for what is neither text nor a torch.device; 'gpu' is text.",
            zh="TypeError 用于既不是文本、也不是 torch.device 的东西；'gpu' 是文本。",
        )
    if isinstance(answer, str):
        return wrong(
            en=f"Give the exception itself, not its name: {answer!r}.",
            zh=f"请写异常本身，不要写成文本 {answer!r}。",
        )
    return wrong(
        en=f"Expected one of the exceptions that help(pick) lists, got {answer!r}.",
        zh=f"应当是 help(pick) 列出的异常之一，得到的却是 {answer!r}。",
    )


def _doctest(answer: Any) -> Verdict:
    for numbers, expected in (([1, 2, 6], 3.0), ([1, 2], 1.5), ([5], 5.0), ([0.5, -0.5], 0.0)):
        got = answered(answer(numbers))
        if not math.isclose(number(got), expected, abs_tol=1e-9):
            return wrong(
                en=f"mean({numbers}) gave {got}; expected {expected}.",
                zh=f"mean({numbers}) 得到 {got}，应为 {expected}。",
            )
    names = {**getattr(answer, "__globals__", {}), answer.__name__: answer}
    report = io.StringIO()
    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder().find(answer, answer.__name__, module=False, globs=names):
        runner.run(test, out=report.write)
    if runner.tries == 0:
        return wrong(
            en="The function is right, but its docstring has no example: a line that begins with '>>> ' and below it "
            "what Python answers.",
            zh="函数是对的，但 docstring 里没有例子：需要一行以“>>> ”开头的代码，下一行写 Python 给出的结果。",
        )
    if runner.failures:
        told = "\n".join(report.getvalue().splitlines()[-4:])
        return wrong(
            en=f"The function is right, but an example in the docstring gives something else:\n{told}",
            zh=f"函数是对的，但 docstring 里有个例子的结果不符：\n{told}",
        )
    return right(
        en="Right: it computes the mean, and its example proves it.",
        zh="正确：算的是均值，docstring 里的例子也证明了这一点。",
    )


def _seed(answer: object) -> Verdict:
    got = number(answer)
    if got == 3:
        return right(
            en="Right: after the seed the same sequence begins anew.", zh="正确：重设种子之后，同一个序列从头开始。"
        )
    if got == 5:
        return wrong(
            en="Five would be right without the second A: what does setting the seed again do?",
            zh="如果没有第二个 A，五个就对了：再次设种子会怎样？",
        )
    if got == 1:
        return wrong(
            en="One would be right if A ran before every B: a drawing moves on in the sequence.",
            zh="如果每个 B 之前都运行 A，一个就对了：每取一个数，序列就往前走一步。",
        )
    return wrong(
        en=f"{got:g} is not it. Write down for each B which number of the sequence it draws.",
        zh=f"{got:g} 不对。请写出每个 B 取的是序列里的第几个数。",
    )


def _mean(docstring: str | None) -> Callable[[list[float]], float]:
    def mean(numbers: list[float]) -> float:
        return sum(numbers) / len(numbers)

    mean.__doc__ = docstring
    return mean


def _rounded_down(numbers: list[float]) -> float:
    """The mean?

    >>> _rounded_down([1, 2, 6])
    3
    """
    return sum(numbers) // len(numbers)


EXERCISES = (
    Exercise("how-to-use/raises", _raises, (RuntimeError, TypeError, "ValueError", KeyError)),
    Exercise(
        "how-to-use/doctest",
        _doctest,
        (_mean(None), _mean("The mean."), _mean("The mean.\n\n>>> mean([1, 2, 6])\n3\n"), sum, _rounded_down),
    ),
    Exercise("how-to-use/seed", _seed, (5, 1, 2)),
)
