"""What a reader is told by ``check``."""

import importlib
from pathlib import Path

import pytest
import torch
from engine import labs
from engine.needs import scripts_of
from IPython.core.formatters import DisplayFormatter

from course_lib import check
from course_lib.exercises import (
    Exercise,
    NotAnswered,
    Verdict,
    answered,
    find,
    judge,
    language_of_reader,
    number,
    pages,
)

STEP = "gradient-descent/first-step"


def test_right_wrong_and_unanswered_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(STEP, lambda w, slope, lr: w - lr * slope, lang="zh")
    assert not check(STEP, lambda w, slope, lr: w + lr * slope, lang="en")
    assert not check(STEP, lambda w, slope, lr: ..., lang="zh")
    assert not check(STEP, None, lang="en")
    right, wrong, empty, none = capsys.readouterr().out.splitlines()
    assert right.startswith("✓ 正确") and wrong.startswith("✗ step(") and empty.startswith("… 还没") and "dots" in none


def test_an_error_in_the_answer_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert not check(STEP, lambda w, slope, lr: w / 0, lang="en")
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_an_answer_of_another_kind_is_not_called_an_error_of_the_reader(capsys: pytest.CaptureFixture[str]) -> None:
    assert not check("reinforcement-learning/returns", lambda rewards, gamma: sum(rewards), lang="en")
    assert not check("three-steps/constants", 3.03, lang="zh")
    english, chinese = capsys.readouterr().out.splitlines()
    assert "of another kind than asked for" in english and "'float' object is not iterable" in english
    assert chinese.startswith("✗ 你的答案不是题目要的那种类型")


def test_a_function_with_other_arguments_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert not check(STEP, lambda w: w, lang="en")
    assert not check(STEP, lambda w, slope, lr: torch.relu(w, slope, lr), lang="en")  # its own call, not ours
    ours, own = capsys.readouterr().out.splitlines()
    assert "other arguments than the exercise asks for" in ours and own.startswith("✗ Your answer raised TypeError")


def test_what_is_no_number_is_refused_in_the_readers_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert number(torch.tensor(2.0)) == 2
    for answer in ("1/3", True, [1]):
        assert not check("gradient-descent/largest-rate", answer, lang="zh")
        assert capsys.readouterr().out.startswith(f"✗ 应当是一个数，得到的却是 {answer!r}（")


@pytest.mark.parametrize("name", ["gradient-descent/first-stp", "first-step", "gradient-decent/first-step"])
def test_a_misspelt_id_gets_a_hint(name: str) -> None:
    with pytest.raises(ValueError, match=STEP):
        find(name)


def test_an_id_must_be_a_string() -> None:
    with pytest.raises(TypeError, match="should be a string"):
        find(3)  # type: ignore[arg-type]


def test_the_language_comes_from_argument_environment_or_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LANG", "zh")
    assert (language_of_reader(), language_of_reader("en")) == ("zh", "en")
    monkeypatch.delenv("COURSE_LANG")
    monkeypatch.setattr("locale.getlocale", lambda: ("zh_CN", "UTF-8"))
    assert language_of_reader() == "zh"
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    assert language_of_reader() == "en"
    with pytest.raises(ValueError, match="'fr'"):
        language_of_reader("fr")


def test_nothing_is_not_an_answer() -> None:
    with pytest.raises(NotAnswered):
        answered(None)
    assert answered(0) == 0


def test_a_verdict_reads_as_its_message() -> None:
    assert repr(Verdict("right", "Yes", "对", "zh")) == "✓ 对"


def test_a_notebook_shows_a_verdict_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert DisplayFormatter().format(check(STEP, None, lang="en")) == ({}, {})  # type: ignore[no-untyped-call]
    assert capsys.readouterr().out.count("Not answered yet") == 1


def test_a_function_that_only_prints_is_told_to_return(capsys: pytest.CaptureFixture[str]) -> None:
    assert not check(STEP, lambda w, slope, lr: print(end=""), lang="en")
    assert not check(STEP, lambda w, slope, lr: print(end=""), lang="zh")
    english, chinese = capsys.readouterr().out.splitlines()
    assert english.startswith("✗") and "`return`" in english and "`return`" in chinese


def test_the_result_in_place_of_the_function_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert not check(STEP, 0.8, lang="en")
    assert capsys.readouterr().out.startswith("✗ Expected a function, got 0.8 (float).")


def test_many_numbers_are_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert not check("gradient-descent/largest-rate", torch.zeros(1000), lang="en")
    told = capsys.readouterr().out
    assert told.startswith("✗ Expected a number, got tensor(") and len(told) < 150


RIGHT: dict[str, object] = {
    "three-steps/four-features": torch.tensor(7.73, requires_grad=True),  # warned, before number detached it
    "three-steps/constants": (torch.tensor(3.03), torch.tensor(0.0)),
    "reinforcement-learning/baseline": torch.tensor(0.8),
    "gan/stronger": torch.tensor(49.0),
    "self-supervised/too-far": torch.tensor(0.72),
    "train-validate-test/leak": (torch.tensor(0.93), torch.tensor(0.5)),
    "diagnosing-loss/enough-data": torch.tensor(240),
    "train-validate-test/how-large": 0.9 * 0.1 / 0.01**2,  # 900.0000000000001
    "how-to-use/raises": ValueError("'gpu' is no device"),  # the one that `except` caught
    "sigmoid/from-output": lambda a: 1 - torch.tensor(a) ** 2,  # float32
    "diagnosing-loss/four-patients": ["Optimization", "overfitting", "mismatch", "model-bias"],
    "three-steps/kinds": ["regression", "classification", "structured learning", "Classification"],
    "machine-learning/kinds": {
        "heating": "reinforcement learning",
        "x-rays": "Semi-supervised",
        "prices": "supervised",
        "next word": "self supervised",
        "customers": "unsupervised",
    },
}


@pytest.mark.parametrize("exercise", RIGHT)
def test_a_right_answer_counts_in_the_form_a_beginner_has_it(exercise: str) -> None:
    assert check(exercise, RIGHT[exercise], lang="en")


WRONG: dict[str, tuple[object, str]] = {
    "self-supervised/turning": (
        lambda pictures: (
            torch.cat([torch.rot90(pictures, turns, (2, 3)) for turns in range(4)]),
            torch.arange(4.0).repeat_interleave(len(pictures)),
        ),
        "torch.float32",
    ),
    "relu/fewest": ((3, ...), "Not answered yet"),
    "train-validate-test/leak": ((0.93, ...), "Not answered yet"),
    "three-steps/kinds": ("regression", "a list of four words"),
    "three-steps/constants": ((0, 3.03), "The other way round"),
    "three-steps/four-features": (torch.tensor(104.7), "same shape"),  # a column minus a row
    "machine-learning/luck": (3.88, "0.0388"),
    "machine-learning/wrong-labels": (92, "0.92"),
    "machine-learning/kinds": (["reinforcement"] * 5, "Expected a dictionary"),
    "relu/folds": (torch.tensor(63), "counted twice"),
    "diagnosing-loss/four-patients": (["bias"] * 4, "none of the words to choose from"),
    "curves-to-networks/count": ("3001", "Expected a number"),
    "batches-and-epochs/with-replacement": (36.8, "between 0 and 1"),
}


@pytest.mark.parametrize("exercise", WRONG)
def test_a_wrong_answer_is_told_what_is_wrong(exercise: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer, reason = WRONG[exercise]
    assert not check(exercise, answer, lang="en")
    assert reason in capsys.readouterr().out


EXERCISES: list[Exercise] = [
    exercise for name in pages()
    for exercise in importlib.import_module(f"course_lib.exercises.{name.replace('-', '_')}").EXERCISES
]  # fmt: skip


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_typical_wrong_answers_are_refused_with_a_reason(exercise: Exercise) -> None:
    assert exercise.wrong_answers and find(exercise.id) is exercise
    for answer in exercise.wrong_answers:
        verdict = judge(exercise, answer)
        assert verdict.state == "wrong" and verdict.en and verdict.zh and verdict.en != verdict.zh


ODD: tuple[object, ...] = (
    "nothing", [], {}, object(), ("a", "b"), ((1, 2), (3, 4), 5), lambda *given: "nothing", lambda *given: (1, 2),
    lambda *given: torch.zeros(3, 5), lambda *given: (torch.zeros(2), torch.zeros(3)), NotImplementedError,
)  # fmt: skip


def not_yet(*given: object) -> None:
    raise NotImplementedError


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_odd_answers_are_wrong_and_no_error(exercise: Exercise) -> None:
    for answer in ODD:
        verdict = judge(exercise, answer)
        assert verdict.state != "right" and verdict.en and verdict.zh, answer
    assert judge(exercise, not_yet).state != "right"


def turned(pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    turns = torch.arange(4).repeat_interleave(len(pictures))
    return torch.cat([torch.rot90(pictures, -turn, (2, 3)) for turn in range(4)]), turns


def on_a_circle(day: torch.Tensor) -> torch.Tensor:
    angle = 2 * torch.pi * day / 365.25
    return torch.stack([angle.sin(), angle.cos()], 1)


def emptied(lines: list[str], path: Path) -> None:
    path.write_text("epoch 1\n")


@pytest.mark.parametrize(
    ("exercise", "answer", "state"),
    [
        ("gradient-descent/first-step", not_yet, "unanswered"),
        ("self-supervised/turning", turned, "wrong"),  # the other way round
        ("fit-a-curve/degrees", 0.2**0.5 * 6, "right"),
        ("fit-a-curve/circle", on_a_circle, "right"),
        ("colab/tee", emptied, "wrong"),
    ],
)
def test_each_verdict_is_reached(exercise: str, answer: object, state: str) -> None:
    assert judge(find(exercise), answer).state == state


@pytest.mark.parametrize("path", labs.lab_files(), ids=lambda path: path.stem)
def test_the_solutions_of_a_lab_pass(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = labs.Lab(path).page("en")
    scripts = scripts_of(page)
    solutions = [block.number for block in page.blocks if block.is_solution]
    assert solutions
    for solution in solutions:
        exec(compile(scripts[solution], str(path), "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.count("✓") >= len(solutions)
