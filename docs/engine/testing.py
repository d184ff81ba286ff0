"""The pages as pytest tests, through Sybil: one test a block, never from the cache; a build may show what they ran."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sybil import Document, Example, Region, Sybil

from engine import cache
from engine.execute import Session, session
from engine.page import Page
from engine.runner import record_of

_OPEN = "__course_session__"


@dataclass
class _Run:
    """A page that is being tested, and the results of its blocks so far."""

    page: Page
    stack: ExitStack
    session: Session
    results: dict[int, dict[str, Any]] = field(default_factory=dict)

    def close(self) -> None:
        self.stack.close()
        expected = [block.number for block in self.page.blocks if "skip" not in block.settings]
        if sorted(self.results) == expected:  # all ran and passed, none was left out by -k
            cache.store(self.page, record_of([self.results.get(block.number) for block in self.page.blocks]))


def evaluate(example: Example) -> str:
    """Run one block in its page's session, which the page's first block opens."""
    document, block = example.document, example.parsed
    if _OPEN not in document.namespace:
        stack = ExitStack()
        page = Page(Path(document.path), document.text)
        document.namespace[_OPEN] = _Run(page, stack, stack.enter_context(session(page)))
    run: _Run = document.namespace[_OPEN]
    run.results[block.number] = run.session.run(block).as_json()
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
        namespace.pop(_OPEN).close()


def sybil_for(path: str) -> Sybil:
    """The Sybil that collects every Markdown page below ``path``."""
    return Sybil(parsers=[parse], pattern="*.md", path=path, teardown=teardown)
