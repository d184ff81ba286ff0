"""The pages as pytest tests, through Sybil: one test a block, never from the cache."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sybil import Document, Example, Region, Sybil

from engine.execute import session
from engine.page import Page

_OPEN = "__course_session__"


def evaluate(example: Example) -> str:
    """Run one block in its page's session, which the page's first block opens."""
    document, block = example.document, example.parsed
    if _OPEN not in document.namespace:
        stack = ExitStack()
        running = stack.enter_context(session(Page(Path(document.path), document.text)))
        document.namespace[_OPEN] = (stack, running)
    document.namespace[_OPEN][1].run(block)
    return ""


def parse(document: Document) -> Iterator[Region]:
    """Sybil's parser of a page: a region a block that runs. (Skips are listed by a test of their own.)"""
    page = Page(Path(document.path), document.text)
    for block in page.blocks:
        if "skip" not in block.settings:
            yield Region(block.fence.start, block.fence.end, parsed=block, evaluator=evaluate)


def teardown(namespace: dict[str, Any]) -> None:
    """Leave the process as the page found it."""
    if _OPEN in namespace:
        namespace.pop(_OPEN)[0].close()


def sybil_for(path: str) -> Sybil:
    """The Sybil that collects every Markdown page below ``path``."""
    return Sybil(parsers=[parse], pattern="*.md", path=path, teardown=teardown)
