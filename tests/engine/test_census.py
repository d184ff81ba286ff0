"""Every form of a Python fence runs; what only looks like one does not."""

from pathlib import Path

import pytest
from engine.census import python_code_shown
from engine.errors import PageError
from engine.page import Page

FORMS = {
    "plain": "```python\nx = 1\n```\n",
    "py": "```py\nx = 1\n```\n",
    "pycon": "```pycon\n>>> 1 + 1\n2\n```\n",
    "pycon with a title": '```pycon title="x"\n>>> 1 + 1\n2\n```\n',
    "title": '```python title="a b.py"\nx = 1\n```\n',
    "highlighted lines": '```python hl_lines="1 2"\nx = 1\n```\n',
    "braces": "```{ .python }\nx = 1\n```\n",
    "braces with a space": '``` { .python .wide title="x" }\nx = 1\n```\n',
    "leading space": "``` python\nx = 1\n```\n",
    "tildes": "~~~python\nx = 1\n~~~\n",
    "in a list": "- item\n\n    ```python\n    x = 1\n    ```\n",
    "in an admonition": "!!! note\n    ```python\n    x = 1\n    ```\n",
    "in details": '??? success "Solution"\n    ```python\n    x = 1\n    ```\n',
    "in a tab": '=== "A"\n\n    ```python\n    x = 1\n    ```\n',
}
NOT_RUN = {
    "text": "```text\nx = 1\n```\n",
    "nested": "````markdown\n```python\nx = 1\n```\n````\n",
    "comment": "<!--\n```python\nx = 1\n```\n-->\n",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_every_form_is_found_and_shown(text: str) -> None:
    page = Page(Path("page.md"), f"# Title\n\n{text}\nAfter.\n")
    assert len(page.blocks) == python_code_shown(page.body) == 1


@pytest.mark.parametrize("text", NOT_RUN.values(), ids=NOT_RUN)
def test_what_is_not_python_is_not_run(text: str) -> None:
    page = Page(Path("page.md"), f"# Title\n\n{text}\nAfter.\n")
    assert len(page.blocks) == python_code_shown(page.body) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!-- block\nfigure: F01\n-->\n```python\n```\n", "alt and caption"),
        ("<!-- block\nfigure: Figure 1\nalt: a\ncaption: b\n-->\n```python\n```\n", "kebab-case"),
        ("<!-- block\ncolour: red\n-->\n```python\n```\n", "unknown block setting"),
        ("<!-- block\nskip: no\n-->\n```python\n```\n", "written reason"),
        ("<!-- block\nraises: ValueError\n-->\n\nText.\n", "above no fence"),
        ("```mermaid\ngraph LR\n```\n", "a diagram is a figure"),
        ("```python\nx = 1\n", "never closed"),
    ],
)
def test_wrong_settings_are_refused(text: str, message: str) -> None:
    with pytest.raises(PageError, match=message):
        assert Page(Path("page.md"), text).fences
