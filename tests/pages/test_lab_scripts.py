"""What a reader can take from a lab runs: the file as a script, and what the copy buttons give."""

import multiprocessing as mp
import os
import subprocess
import sys
from pathlib import Path

import pytest
from engine import ROOT, labs
from engine.census import python_code_shown
from engine.labs import Lab
from engine.needs import scripts_of
from test_pages import run_alone

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
    import torch

    torch.set_num_threads(1)
    page = Lab(path).page("en")  # the code is the same in Chinese
    context = mp.get_context("fork")
    for number, script in scripts_of(page).items():
        inbox, outbox = context.Pipe(duplex=False)
        process = context.Process(target=run_alone, args=(script, 120, outbox))
        process.start()
        outbox.close()
        said, _ = inbox.recv() if inbox.poll(130) else ("no answer", "")
        process.kill()
        process.join()
        inbox.close()
        assert said == "", f"{path}, cell {number}:\n{script}\n{said}"


@LABS
def test_every_piece_of_python_shown_is_a_cell(path: Path) -> None:
    for language in ("en", "zh"):
        page = Lab(path).page(language)
        assert python_code_shown(page.body) == len(page.blocks)
