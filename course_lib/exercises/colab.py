"""Exercises of the page on training on Colab."""

from __future__ import annotations

import contextlib
import io
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _tee(answer: Any) -> Verdict:
    screen = io.StringIO()
    late = False

    def arriving(lines: list[str]) -> Iterator[str]:
        nonlocal late
        for line in lines:
            yield line
            # the next line is asked for: this one should be on the screen by now
            late = late or not screen.getvalue().endswith(line)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.txt"
        with contextlib.redirect_stdout(screen):
            first = answer(arriving(["epoch 1\n", "epoch 2\n"]), path)
            if not path.exists() and not screen.getvalue():
                answered(... if first is None else first)
            answer(arriving(["epoch 3\n"]), path)
        written = path.read_text() if path.exists() else ""
    if written == "epoch 3\n":
        return wrong(
            en="The second call erased what the first had written: open the file with 'a', for append.",
            zh="第二次调用抹掉了第一次写的内容：打开文件要用表示追加的 'a'。",
        )
    if written != "epoch 1\nepoch 2\nepoch 3\n":
        return wrong(
            en=f"After two calls the file holds {written!r}; expected 'epoch 1\\nepoch 2\\nepoch 3\\n'.",
            zh=f"调用两次之后，文件里是 {written!r}，应为 'epoch 1\\nepoch 2\\nepoch 3\\n'。",
        )
    if screen.getvalue() != written:
        return wrong(
            en=f"The screen shows {screen.getvalue()!r}; expected the same as in the file, {written!r}.",
            zh=f"屏幕上显示的是 {screen.getvalue()!r}，应当与文件内容 {written!r} 相同。",
        )
    if late:
        return wrong(
            en="All lines were collected before the first was printed: during a training the screen would stay empty.",
            zh="所有行都收齐了才开始打印：训练期间屏幕会一直空着。",
        )
    return right(en="Right: at once on the screen, and appended to the file.", zh="正确：立刻显示，并追加到文件里。")


def _cd(answer: object) -> Verdict:
    if not isinstance(answer, set | frozenset | list | tuple):
        return wrong(
            en=f'Expected a set of letters such as {{"a", "c"}}, got {answer!r}.',
            zh=f'应当是由字母组成的集合，例如 {{"a", "c"}}，得到的却是 {answer!r}。',
        )
    letters = set(answer)
    if letters == {"b", "c"}:
        return right(
            en="Right: !cd changes the folder of a shell that ends at once.",
            zh="正确：!cd 改变的是一个马上就结束的 shell 的目录。",
        )
    if "a" in letters:
        return wrong(
            en="In a, the shell that went to data has ended when !pwd starts another one. Measure it.",
            zh="在 a 里，!pwd 启动另一个 shell 时，进入 data 的那个 shell 已经结束了。请实际测一测。",
        )
    return wrong(
        en="One of b and c is missing: %cd changes the kernel's own folder, and && stays within one shell.",
        zh="b 和 c 少了一个：%cd 改变的是内核自己的目录，而 && 前后在同一个 shell 里。",
    )


def _bytes_per_parameter(answer: object) -> Verdict:
    got = number(answer)
    if math.isclose(got, 16, abs_tol=0.05):
        return right(
            en="Right: parameter, gradient and Adam's two means, 4 bytes each.",
            zh="正确：参数、梯度和 Adam 的两个滑动平均，各 4 字节。",
        )
    if got in (4, 8, 12):
        return wrong(
            en=f"{got:g} bytes are {got / 4:g} numbers; Adam's training keeps four for each parameter.",
            zh=f"{got:g} 字节只有 {got / 4:g} 个数；用 Adam 训练时每个参数要存四个数。",
        )
    return wrong(
        en=f"{got:g} is not it: count the numbers that are kept for each parameter, and give each 4 bytes.",
        zh=f"{got:g} 不对：数一数每个参数要存几个数，每个数 4 字节。",
    )


def _overwriting(lines: Any, path: Path) -> None:
    with open(path, "w") as file:
        for line in lines:
            print(line, end="")
            file.write(line)


def _collecting(lines: Any, path: Path) -> None:
    collected = list(lines)
    print(*collected, sep="", end="")
    with open(path, "a") as file:
        file.writelines(collected)


def _silent(lines: Any, path: Path) -> None:
    with open(path, "a") as file:
        file.writelines(lines)


EXERCISES = (
    Exercise("colab/tee", _tee, (_overwriting, _collecting, _silent)),
    Exercise("colab/cd", _cd, ({"a", "b", "c"}, {"c"}, "bc")),
    Exercise("colab/bytes-per-parameter", _bytes_per_parameter, (4, 8, 12, 32)),
)
