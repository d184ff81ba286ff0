"""What a reader can take from a lab runs: the file as a script, and what the copy buttons give."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alone import outcomes_of
from engine import ROOT, labs
from engine.census import python_code_shown
from engine.labs import Lab
from engine.needs import scripts_of

LABS = pytest.mark.parametrize("path", labs.lab_files(), ids=lambda path: path.stem)


@LABS
def test_a_lab_runs_as_a_script(path: Path, tmp_path: Path) -> None:
    environment = os.environ | {"COURSE_LANG": "en", "MPLBACKEND": "Agg", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "✓" in done.stdout and "✗" not in done.stdout and list(tmp_path.iterdir()) == []


@LABS
def test_every_copied_script_of_a_lab_runs_alone(path: Path) -> None:
    scripts = scripts_of(Lab(path).page("en"))  # the code is the same in Chinese
    for number, outcome in outcomes_of(scripts, 120).items():
        assert outcome.error == "", f"{path}, cell {number}:\n{scripts[number]}\n{outcome.error}"


@LABS
def test_every_piece_of_python_shown_is_a_cell(path: Path) -> None:
    for language in ("en", "zh"):
        page = Lab(path).page(language)
        assert python_code_shown(page.body) == len(page.blocks)
