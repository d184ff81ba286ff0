"""Rewrites the outputs of a page's doctests in place, for review."""

from __future__ import annotations

import doctest
import textwrap
from pathlib import Path

from engine.cache import write_atomically
from engine.execute import session
from engine.page import Block, Page


def _rewritten(block: Block, outputs: list[str]) -> str:
    examples = doctest.DocTestParser().get_examples(block.source)
    lines: list[str] = []
    for example, got in zip(examples, outputs, strict=True):
        code = example.source.rstrip("\n").split("\n")
        lines += [(">>> " if number == 0 else "... ") + line for number, line in enumerate(code)]
        lines = [line.rstrip() for line in lines]
        loose = any(example.options.values())  # ELLIPSIS and the like: the author wrote this output on purpose
        output = example.want if loose else got.replace("\n\n", "\n<BLANKLINE>\n")
        lines += output.rstrip("\n").split("\n") if output else []
    return "\n".join(lines) + "\n"


def update(path: Path) -> bool:
    """Run a page and write into its doctests what they really gave; True if that changed the file."""
    page = Page.read(path)
    text = page.text
    replaced: list[tuple[int, int, str]] = []
    with session(page) as running:
        for block in page.blocks:
            if "skip" in block.settings:
                continue
            result = running.run(block, check_outputs=False)
            if result.doctest_outputs is None:
                continue
            fence = block.fence
            start = text.index("\n", fence.start) + 1
            end = text.rindex("\n", start - 1, fence.end) + 1
            new = textwrap.indent(_rewritten(block, result.doctest_outputs), fence.indent)
            replaced.append((start, end, new))
    for start, end, new in reversed(replaced):
        text = text[:start] + new + text[end:]
    if text != page.text:
        write_atomically(path, text)
        return True
    return False
