"""What a reader is told by ``check``."""

import pytest
import torch

from course_lib import check
from course_lib.exercises import NotAnswered, Verdict, answered, find, language_of_reader, number

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
