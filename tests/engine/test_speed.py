"""What a build may not do: run what has not changed, import torch once a page. Counted by a probe in every process."""

import pytest
from engine.checkout import Checkout

PAGE = """---
title: {name}
description: Page {name}.
---
# {name} {{#top}}

Words.

```python
import torch

print("{name}", torch.ones(1))
```

```pycon
>>> 2 + 2
4
```
"""
NAMES = ("a", "b", "index")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Three pages that have been run once."""
    course = Checkout(tmp_path_factory.mktemp("speed") / "course")
    course.replace_pages({f"en/{name}.md": PAGE.format(name=name) for name in NAMES})
    course.write("zh/index.md", PAGE.format(name="index"))
    status, said, seen = course.watched("engine", "run")
    assert status == 0, said
    assert seen.count("import torch") == 1  # for four pages in four processes
    assert {line.rpartition("/docs/")[2] for line in seen if line.endswith(".md")} == {
        *(f"en/{name}.md" for name in NAMES), "zh/index.md"
    }  # fmt: skip
    assert seen.count("run doctest") == 4
    return course


def pages_run(seen: list[str]) -> set[str]:
    return {line.rpartition("/docs/")[2] for line in seen if line.startswith("run ")}


def test_nothing_changed_runs_nothing_and_imports_no_torch(course: Checkout) -> None:
    status, said, seen = course.watched("mkdocs", "build", "--strict", "-f", "mkdocs.yml")
    assert status == 0, said
    assert pages_run(seen) == set() and "import torch" not in seen
    status, said, seen = course.watched("engine", "run")
    assert status == 0 and "0 pages ran, 4 came from the cache" in said
    assert pages_run(seen) == set() and "import torch" not in seen


def test_an_edit_of_prose_runs_nothing(course: Checkout) -> None:
    course.edit("en/a.md", "Words.", "Other words.\n\nMore of them.")
    status, said, seen = course.watched("mkdocs", "build", "--strict", "-f", "mkdocs.yml")
    assert status == 0, said
    assert pages_run(seen) == set()
    html = (course.root / "site" / "en" / "a" / "index.html").read_text(encoding="utf-8")
    assert "More of them." in html and "tensor([1.])" in html


def test_an_edit_of_one_block_runs_its_page_alone(course: Checkout) -> None:
    course.edit("en/b.md", 'print("b"', 'print("edited"')
    status, said, seen = course.watched("engine", "run")
    assert status == 0 and "1 pages ran, 3 came from the cache" in said
    assert pages_run(seen) - {"run doctest"} == {"en/b.md"} and seen.count("run doctest") == 1


def test_mkdocs_alone_imports_torch_once_for_all_stale_pages(course: Checkout) -> None:
    for name in NAMES:
        course.edit(f"en/{name}.md", "torch.ones(1)", "torch.ones(3)")
    status, said, seen = course.watched("mkdocs", "build", "--strict", "-f", "mkdocs.yml")
    assert status == 0, said
    assert seen.count("import torch") == 1
    assert pages_run(seen) - {"run doctest"} == {f"en/{name}.md" for name in NAMES}


BLOCKS = {
    "neither": "print(1)",
    "imports": "import course_lib.schedules\n\nprint(course_lib.schedules.__name__)",
    "checks": 'from course_lib import check\n\ncheck("gradient-descent/first-step", lambda w, slope, lr: w, lang="en")',
    "starts": 'import subprocess\nimport sys\n\nsubprocess.run([sys.executable, "-c", ""], check=True)',
    "lists": "from course_lib.exercises import pages\n\nprint(len(pages()))",
}


@pytest.mark.parametrize(
    ("changed", "pages"),
    [
        ("course_lib/schedules.py", {"imports", "starts", "lists"}),
        ("course_lib/exercises/gradient_descent.py", {"checks", "starts", "lists"}),
        ("examples/data.txt", {"starts", "lists"}),
        ("course_lib/__init__.py", {"imports", "checks", "starts", "lists"}),
        ("docs/engine/figures.py", set(BLOCKS)),
    ],
)
def test_a_change_of_code_runs_the_pages_that_used_it(users: Checkout, changed: str, pages: set[str]) -> None:
    with (users.root / changed).open("a", encoding="utf-8") as file:
        file.write("\n# edited\n")
    status, said, seen = users.watched("engine", "run")
    assert status == 0, said
    assert pages_run(seen) == {f"en/{name}.md" for name in pages}


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Pages that use the library, each in its own way, and have been run."""
    course = Checkout(tmp_path_factory.mktemp("users") / "course")
    text = "---\ntitle: {0}\ndescription: Page {0}.\n---\n# {0} {{{{#top}}}}\n\n```python\n{1}\n```\n"
    course.replace_pages({f"en/{name}.md": text.format(name, block) for name, block in BLOCKS.items()})
    status, said, _ = course.watched("engine", "run")
    assert status == 0, said
    return course
