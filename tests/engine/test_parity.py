"""The checker of the two languages finds each kind of difference."""

from pathlib import Path

import pytest
from engine.page import Page
from engine.parity import differences, hash_of

ENGLISH = """---
title: T
description: D
---

# Title {#title}

Text with $x^2$ and [a link](other.md#there).

| a | b |
| - | - |
| 1 | 2 |

<!-- block
figure: F01
alt: alt
caption: caption
-->
```python
x = 1  # one
print(f"value {x}")
```

<div class="explorable" id="try-it" data-explorable="descent" data-w0="1.8" markdown>

Find the largest rate.

</div>

### Exercise {#ex-one .exercise data-difficulty="1"}
"""
TRANSLATED = [
    ("# one", "# 一"),
    ("value {x}", "值 {x}"),
    ("Text with", "文字"),
    ("Title", "标题"),
    ("alt: alt", "alt: 说明"),
    ("Find the largest rate.", "找出最大的学习率。"),
]


def chinese(*changes: tuple[str, str]) -> list[str]:
    english = Page(Path("docs/en/a.md"), ENGLISH)
    text = ENGLISH.replace("title: T\n", f"title: T\nfollows: {hash_of(english)}\n")
    for old, new in [*TRANSLATED, *changes]:
        assert old in text
        text = text.replace(old, new)
    return differences(english, Page(Path("docs/zh/a.md"), text))


def test_a_translation_is_equal() -> None:
    assert chinese() == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# 标题 {#title}\n", "", "headings"),
        ("{#title}", "{#biaoti}", "headings"),
        ("x = 1", "x = 2", "blocks"),
        ("{x}", "{x + 1}", "blocks"),
        ("$x^2$", "$x^3$", "math"),
        ("figure: F01", "figure: F02", "figures"),
        ("#ex-one", "#ex-two", "exercises"),
        ('data-difficulty="1"', 'data-difficulty="2"', "exercises"),
        ('data-explorable="descent"', 'data-explorable="sigmoid"', "explorables"),
        ('data-w0="1.8"', 'data-w0="1.5"', "explorables"),
        ('id="try-it"', 'id="shi-yi-shi"', "explorables"),
        ('class="explorable"', 'class="other"', "explorables"),
        ("| 1 | 2 |\n", "", "tables"),
        ("other.md#there", "other.md", "links"),
        ("follows: ", "follows: 0", "make diff PAGE="),
        ("description: D\n", "", "no description"),
    ],
)
def test_each_difference_is_found(old: str, new: str, message: str) -> None:
    found = chinese((old, new))
    assert found and any(message in line for line in found)
