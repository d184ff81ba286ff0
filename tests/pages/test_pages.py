"""What holds for every page: the census, the skips, copied scripts, exercises, both languages."""

import contextlib
import io
import multiprocessing as mp
import os
import tempfile
import traceback
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from engine import DOCS, page_files
from engine.census import python_code_shown
from engine.needs import scripts_of
from engine.page import Page
from engine.parity import all_differences, bare_code
from engine.sandbox import PATIENCE, confined

PAGES = [Page.read(path) for path in page_files()]
NAMES = [f"{page.language}/{page.slug}" for page in PAGES]
SKIPS: set[tuple[str, str]] = {  # (slug, reason) of each block that cannot run here
    ("start/colab", "needs Colab: google.colab exists only there"),
    ("start/colab", "只能在 Colab 里运行：google.colab 只有那里有"),
}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_census(page: Page) -> None:
    assert python_code_shown(page.body) == len(page.blocks)


def test_skips_are_these_and_no_others() -> None:
    found = {(page.slug, block.settings["skip"]) for page in PAGES for block in page.blocks if "skip" in block.settings}
    assert found == SKIPS


def test_english_and_chinese_are_one_page() -> None:
    assert all_differences() == []


def test_figure_ids_are_unique_in_each_language() -> None:
    for language in ("en", "zh"):
        found = [figure for page in PAGES if page.language == language for figure in page.figures]
        assert len(found) == len(set(found))


def scripts_to_prove(page: Page) -> dict[int, str]:
    """Scripts by block; a Chinese block equal to its English twin is proved there."""
    scripts = {n: s for n, s in scripts_of(page).items() if "skip" not in page.blocks[n - 1].settings}
    twin = DOCS / "en" / f"{page.slug}.md"
    if page.language == "zh" and twin.exists():
        other = Page.read(twin)
        for ours, theirs in zip(page.blocks, other.blocks, strict=False):
            if bare_code(ours) == bare_code(theirs):
                scripts.pop(ours.number, None)
    return scripts


def run_alone(script: str, seconds: float, out: Connection) -> None:
    """In a fork of a process that has imported torch: run a script as a reader's file is run."""
    os.environ["MPLBACKEND"] = "Agg"
    said, printed = "", io.StringIO()
    try:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            with confined(Path(folder), seconds), contextlib.redirect_stdout(printed):
                exec(compile(script, "copied.py", "exec"), {"__name__": "__main__"})
    except BaseException as error:
        said = f"{type(error).__name__}\n{traceback.format_exc()}"
    out.send((said, printed.getvalue()))
    os._exit(0)


@cache
def outcome_of(script: str, seconds: float) -> tuple[str, str]:
    """The error of a script that runs alone (empty: none) and what it printed; the same script runs once."""
    import torch

    torch.set_num_threads(1)
    # The first optimizer imports a second half of torch: here, once, and not in every child.
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    context = mp.get_context("fork")
    inbox, outbox = context.Pipe(duplex=False)
    process = context.Process(target=run_alone, args=(script, seconds, outbox))
    process.start()
    outbox.close()
    try:
        outcome = inbox.recv() if inbox.poll(PATIENCE * seconds + 10) else ("no answer", "")
    except EOFError:
        outcome = ("the process ended", "")
    process.kill()
    process.join()
    inbox.close()
    return outcome


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_copied_script_runs_alone(page: Page) -> None:
    for number, script in scripts_to_prove(page).items():
        expected = page.blocks[number - 1].settings.get("raises", "")
        said, _ = outcome_of(script, page.timeout)
        assert said.split("\n")[0] == expected, f"{page.path}, block {number}:\n{script}\n{said}"


@pytest.mark.parametrize("page", [p for p in PAGES if any(h.is_exercise for h in p.headings)],
                         ids=lambda page: f"{page.language}/{page.slug}")  # fmt: skip
def test_exercises_are_whole_and_their_solutions_pass(page: Page) -> None:
    anchors = [heading.anchor for heading in page.headings if heading.is_exercise]
    assert len(anchors) >= 3
    scripts = scripts_to_prove(page)
    for anchor in anchors:
        blocks = [block for block in page.blocks if block.exercise == anchor]
        starters = [b for b in blocks if not b.is_solution]
        solutions = [b for b in blocks if b.is_solution]
        assert len(starters) == 1 and solutions, f"{anchor} needs one starter and a solution"
        printed = [outcome_of(scripts[b.number], page.timeout) for b in (*starters, *solutions) if b.number in scripts]
        assert all(said == "" for said, _ in printed), f"{anchor}: {printed}"
        if page.language == "en" or len(printed) == len(blocks):
            assert printed[0][1].splitlines()[-1].startswith(("…", "✗"))
            assert any("✓" in text for _, text in printed[1:])
        section = page.text.split(f"#{anchor} ")[1].split("\n### ")[0]
        assert "??? hint" in section
