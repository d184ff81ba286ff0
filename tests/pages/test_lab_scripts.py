"""What a reader can take from a lab runs: the file as a script, and what the copy buttons give."""

from functools import cache
from pathlib import Path

import pytest
from alone import Outcome, outcomes_of
from engine import labs
from engine.census import python_code_shown
from engine.labs import Lab
from engine.needs import scripts_of

LABS = pytest.mark.parametrize("path", labs.lab_files(), ids=lambda path: path.stem)
WHOLE = 0  # the number of the script that is the file itself; the cells count from 1
LEAVES_NOTHING = "\nimport os\n\nassert os.listdir() == []\n"


@pytest.fixture(autouse=True)
def _an_english_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LANG", "en")


def scripts_to_prove(path: Path) -> dict[int, str]:
    """The file and what its copy buttons give; the code is the same in Chinese."""
    return {WHOLE: path.read_text(encoding="utf-8") + LEAVES_NOTHING} | scripts_of(Lab(path).page("en"))


@cache
def outcomes_of_lab(path: Path) -> dict[int, Outcome]:
    return outcomes_of(scripts_to_prove(path), 120)


@LABS
def test_a_lab_runs_as_a_script(path: Path) -> None:
    outcome = outcomes_of_lab(path)[WHOLE]
    assert outcome.error == ""
    assert "✓" in outcome.printed and "✗" not in outcome.printed


@LABS
def test_every_copied_script_of_a_lab_runs_alone(path: Path) -> None:
    scripts = scripts_to_prove(path)
    for number, outcome in outcomes_of_lab(path).items():
        assert outcome.error == "", f"{path}, cell {number}:\n{scripts[number]}\n{outcome.error}"


@LABS
def test_every_piece_of_python_shown_is_a_cell(path: Path) -> None:
    for language in ("en", "zh"):
        page = Lab(path).page(language)
        assert python_code_shown(page.body) == len(page.blocks)
