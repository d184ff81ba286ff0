"""What holds for every page: the census, the skips, copied scripts, exercises, both languages."""

from functools import cache
from pathlib import Path

import pytest
from alone import Outcome, outcomes_of, taken_for_granted
from engine import DOCS, page_files
from engine.census import python_code_shown
from engine.needs import scripts_of
from engine.page import Page
from engine.parity import all_differences, bare_code

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


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_figure_and_a_heading_have_ids_of_their_own(page: Page) -> None:
    assert set(page.figures) & {heading.anchor for heading in page.headings} == set()


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


@cache
def outcomes_of_page(path: Path) -> dict[int, Outcome]:
    page = Page.read(path)
    return outcomes_of(scripts_to_prove(page), page.timeout)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_copied_script_runs_alone(page: Page) -> None:
    scripts = scripts_to_prove(page)
    for number, outcome in outcomes_of_page(page.path).items():
        expected = page.blocks[number - 1].settings.get("raises", "")
        said = f"{page.path}, block {number}:\n{scripts[number]}\n{outcome.error}"
        assert outcome.error.split("\n")[0] == expected, said
        assert taken_for_granted(scripts[number]) == set(), f"{page.path}, block {number} should import these"


@pytest.mark.parametrize("page", [p for p in PAGES if any(h.is_exercise for h in p.headings)],
                         ids=lambda page: f"{page.language}/{page.slug}")  # fmt: skip
def test_exercises_are_whole_and_their_solutions_pass(page: Page) -> None:
    anchors = [heading.anchor for heading in page.headings if heading.is_exercise]
    assert len(anchors) >= 3
    outcomes = outcomes_of_page(page.path)
    for anchor in anchors:
        blocks = [block for block in page.blocks if block.exercise == anchor]
        starters = [b for b in blocks if not b.is_solution]
        solutions = [b for b in blocks if b.is_solution]
        assert len(starters) == 1 and solutions, f"{anchor} needs one starter and a solution"
        printed = [outcomes[block.number] for block in (*starters, *solutions) if block.number in outcomes]
        assert all(outcome.error == "" for outcome in printed), f"{anchor}: {printed}"
        if page.language == "en" or len(printed) == len(blocks):
            assert printed[0].printed.splitlines()[-1].startswith(("…", "✗"))
            assert any("✓" in outcome.printed for outcome in printed[1:])
        section = page.text.split(f"#{anchor} ")[1].split("\n### ")[0]
        assert "??? hint" in section
