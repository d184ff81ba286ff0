"""A small course in two languages, on which faults are planted: each text is a whole page."""

from pathlib import Path

from engine.checkout import Checkout
from engine.page import Page
from engine.parity import accept

ENGLISH = """---
title: Small
description: A small page that runs.
---
# Small {#small}

A tensor, and $x^2$.

```python
import torch

ones = torch.ones(2)
print(ones.sum())
```

```pycon
>>> 1 + 1
2
```

## A picture {#picture}

<!-- block
figure: small-line
alt: A straight line from 1 to 2.
caption: A line.
-->
```python
import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.show()
```
"""
CHINESE = (
    ENGLISH.replace("title: Small", "title: 小页")
    .replace("A small page that runs.", "能运行的小页面。")
    .replace("# Small {", "# 小页 {")
    .replace("A tensor, and", "一个张量，以及")
    .replace("A picture {", "一幅图 {")
    .replace("A straight line from 1 to 2.", "从 1 到 2 的直线。")
    .replace("A line.", "一条线。")
)
OTHER = """---
title: Other
description: A second page.
---
# Other {#other}

```python
print("other page")
```
"""
PAGES = {"en/index.md": ENGLISH, "zh/index.md": CHINESE, "en/other.md": OTHER, "zh/other.md": OTHER}


def small_course(folder: Path) -> Checkout:
    """The real machine with these four pages."""
    course = Checkout(folder)
    course.replace_pages(PAGES)
    for name in PAGES:
        if name.startswith("zh/"):
            accept(course.path(name))
    return course


def line_of(course: Checkout, name: str, text: str) -> int:
    """The line, from 1, of the first place of a page that begins with ``text``."""
    page = Page.read(course.path(name)).text
    return page[: page.index(text)].count("\n") + 1
