"""Labs: one file becomes a notebook and a page a language; a lab that is not sound does not pass."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from engine import LANGUAGES, labs
from engine.errors import PageError
from engine.labs import Lab, lab_files

HEADER = """\
# ---
# jupyter:
#   course:
#     en: {title: T, description: D}
#     zh: {title: 题, description: 述}
# ---

"""
BODY = """\
# %% [markdown] tags=["en"]
# # A lab {#a-lab}
#
# See [the start](../basics/start.md#here) and [this](#a-lab).
#
# <!-- block
# figure: a-line
# alt: A line from 0 to 1.
# caption: A line, $y = x$.
# -->

# %% [markdown] tags=["zh"]
# # 实验 {#a-lab}
#
# 见[开头](../basics/start.md#here)和[这里](#a-lab)。
#
# <!-- block
# figure: a-line
# alt: 从 0 到 1 的一条线。
# caption: 一条线，$y = x$。
# -->

# %%
import matplotlib.pyplot as plt

plt.plot([0, 1])
plt.show()
print("drawn")

# %% [markdown] tags=["en"]
# ??? hint "Hint"
#     Look **up**.

# %% [markdown] tags=["zh"]
# ??? hint "提示"
#     往**上**看。

# %% tags=["solution"]
assert True
"""


@pytest.fixture
def lab_of(tmp_path: Path) -> Callable[[str], Lab]:
    def write(body: str, header: str = HEADER) -> Lab:
        path = tmp_path / "a_lab.py"
        path.write_text(header + body, encoding="utf-8")
        return Lab(path)

    return write


def run(lab: Lab, folder: Path, language: str = "en") -> dict[str, Any]:
    """Through mkdocs-jupyter and a real kernel, as the build does it."""
    from mkdocs_jupyter.config import settings
    from mkdocs_jupyter.convert import nb2html

    settings.templates_dir = str(labs.TEMPLATES)
    notebook = folder / "lab.ipynb"
    notebook.write_text(lab.notebook(language), encoding="utf-8")
    record, ran = labs.execute(lab.page(language), lambda: nb2html(str(notebook), execute=True, allow_errors=False))
    assert ran
    return record


def sources(text: str, kind: str) -> list[str]:
    return [cell.source for cell in nbformat.reads(text, as_version=4).cells if cell.cell_type == kind]


def test_a_notebook_holds_one_language_and_all_code(lab_of: Callable[[str], Lab]) -> None:
    lab = lab_of(BODY)
    english, chinese = (lab.notebook(language) for language in LANGUAGES)
    assert sources(english, "code") == sources(chinese, "code") == [c.source for c in lab.cells if c.kind == "code"]
    assert "实验" not in english and "A lab" not in chinese
    assert all(not cell.get("outputs") for cell in json.loads(english)["cells"])
    assert lab.notebook("en") == english, "results are stored by content, so the content may not vary"


def test_a_notebook_is_written_for_jupyter(lab_of: Callable[[str], Lab]) -> None:
    lab = lab_of(BODY)
    first, hint = sources(lab.notebook("en"), "markdown")
    assert first == "# A lab\n\nSee the start and this."
    assert hint == "<details><summary>Hint</summary>\n\nLook **up**.\n\n</details>"
    public = lab.notebook("en", "https://example.org/en/", "https://github.com/a/b")
    assert "See [the start](https://example.org/en/basics/start/#here) and this." in sources(public, "markdown")[1]
    assert "git+https://github.com/a/b" in sources(public, "code")[0]
    cells = json.loads(lab.notebook("zh"))["cells"]
    assert cells[1]["metadata"]["course"]["alt"] == "从 0 到 1 的一条线。"
    assert cells[3]["metadata"]["jupyter"] == {"source_hidden": True}


def test_a_page_has_the_lines_of_its_lab(lab_of: Callable[[str], Lab]) -> None:
    lab = lab_of(BODY)
    lines = lab.path.read_text(encoding="utf-8").split("\n")
    for language in LANGUAGES:
        page = lab.page(language)
        assert page.language == language and page.slug == "labs/a-lab" and page.front_matter == lab.about[language]
        first, solution = page.blocks
        assert lines[first.fence.line - 1] == "# %%"
        assert '# %% tags=["solution"]' in lines[solution.fence.line - 2 : solution.fence.line]  # a title above
        assert lines[page.headings[0].line - 1] == "# " + page.text.split("\n")[page.headings[0].line - 1]
        assert page.figures.keys() == {"a-line"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('# %% [markdown] tags=["zh"]\n# ??? hint "提示"\n#     往**上**看。\n\n', "", "side by side"),
        ("# # 实验 {#a-lab}", "# # 实验 {#another}", "headings"),
        ("一条线，$y = x$。", "一条线。", ""),
        ("figure: a-line\n# alt: 从", "figure: b-line\n# alt: 从", "figures"),
        ("见[开头](../basics/start.md#here)和", "见", "links"),
    ],
)
def test_languages_are_compared(lab_of: Callable[[str], Lab], old: str, new: str, said: str) -> None:
    assert lab_of(BODY).differences() == []
    assert BODY.count(old) == 1
    found = lab_of(BODY.replace(old, new)).differences()
    assert any(said in line for line in found) if said else found == []  # captions are text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('# %% [markdown] tags=["en"]\n# ???', "# %% [markdown]\n# ???", "one tag, en or zh"),
        ('tags=["solution"]', 'tags=["solution", "en"]', "code is shared"),
        ("# alt: A line from 0 to 1.\n", "", "a figure needs figure .its id., alt and caption"),
        ("# caption: 一条线，$y = x$。\n", "", "a figure needs figure .its id., alt and caption"),
        ("#     Look **up**.", "#     ```python\n#     1 / 0\n#     ```", "make it a code cell"),
    ],
)
def test_an_unsound_lab_is_refused(lab_of: Callable[[str], Lab], old: str, new: str, said: str) -> None:
    assert BODY.count(old) == 1
    with pytest.raises(PageError, match=said):
        lab_of(BODY.replace(old, new)).differences()


def test_a_header_without_a_description_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a_lab.py"
    path.write_text(HEADER.replace(", description: 述", "") + BODY, encoding="utf-8")
    with pytest.raises(PageError, match="course: zh: title and description"):
        Lab(path)


def test_a_kernel_runs_it_like_a_page(lab_of: Callable[[str], Lab], tmp_path: Path) -> None:
    cell = "\n# %%\nimport os\n\nfrom course_lib.exercises import language_of_reader\n\nlanguage_of_reader()\n"
    record = run(lab_of(BODY + cell), tmp_path, "zh")
    drawn, solution, last = record["results"]
    assert drawn["stdout"] == "drawn\n" and drawn["value"] == ""
    assert drawn["svg"].startswith('<svg class="plot" role="img" aria-label="从 0 到 1 的一条线。"')
    assert "currentColor" in drawn["svg"] and "a-line-" in drawn["svg"]
    assert solution == {"stdout": "", "value": "", "error": "", "svg": ""} and last["value"] == "'zh'"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("def f(:", "SyntaxError"),
        ("import sys\n\nsys.exit(0)", "SystemExit|Kernel died"),
        ("import os\n\nos._exit(0)", "Kernel died"),
        ('open("/etc/written", "w")', "may write only inside its temporary folder"),
        ("import socket\n\nsocket.socket()", "may not open a network socket"),
        ('import warnings\n\nwarnings.warn("careful")', "careful"),
    ],
)
def test_a_failing_cell_is_named(lab_of: Callable[[str], Lab], tmp_path: Path, code: str, said: str) -> None:
    lab = lab_of(BODY + f"\n# %%\n{code}\n")
    with pytest.raises(PageError, match=said) as caught:
        run(lab, tmp_path)
    lines = lab.path.read_text(encoding="utf-8").split("\n")
    assert caught.value.path == lab.path and "cell 3" in caught.value.what
    assert lines[caught.value.line] == code.split("\n")[0]


def test_a_cell_has_a_time_limit(lab_of: Callable[[str], Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labs, "TIMEOUT", 1.0)
    with pytest.raises(PageError, match="ran longer than its 1 seconds"):
        run(lab_of(BODY + "\n# %%\nwhile True:\n    pass\n"), tmp_path)


def test_a_figure_that_is_not_declared_is_refused(lab_of: Callable[[str], Lab], tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"cell 3 drew a figure without figure .its id., alt and caption"):
        run(lab_of(BODY + "\n# %%\nplt.plot([1, 0])\n"), tmp_path)
    with pytest.raises(PageError, match=r"cell 1 drew nothing"):
        run(lab_of(BODY.replace("plt.plot([0, 1])", "plt.close()")), tmp_path)


@pytest.mark.parametrize("path", lab_files(), ids=lambda path: path.stem)
def test_a_lab_is_the_same_in_both_languages(path: Path) -> None:
    assert Lab(path).differences() == []
