"""A page as data: its text, its blocks, its exercises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from engine import DOCS, LANGUAGES
from engine.errors import PageError
from engine.lexer import Fence, fences

DEFAULT_TIMEOUT = 60.0
_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{([^}]*)\})?\s*$", re.MULTILINE)
_SOLUTION = re.compile(r"^\?\?\?\+?\s+success\b.*$", re.MULTILINE)


@dataclass(frozen=True)
class Heading:
    """A heading with its attribute list: ``## Title {#anchor .class key="value"}``."""

    level: int
    text: str
    attributes: str
    start: int
    line: int

    @property
    def anchor(self) -> str | None:
        match = re.search(r"#([\w-]+)", self.attributes)
        return match[1] if match else None

    @property
    def is_exercise(self) -> bool:
        return ".exercise" in self.attributes.split()

    @property
    def difficulty(self) -> str | None:
        match = re.search(r'data-difficulty="?(\d)"?', self.attributes)
        return match[1] if match else None


@dataclass(frozen=True)
class Block:
    """A Python block of a page; ``number`` counts from 1."""

    number: int
    fence: Fence
    exercise: str | None
    is_solution: bool

    @property
    def source(self) -> str:
        return self.fence.source

    @property
    def name(self) -> str:
        return f"block-{self.number}"

    @property
    def settings(self) -> dict[str, Any]:
        return self.fence.settings


class Page:
    """A Markdown page.

    Args:
        path: where the page stands (used in messages and for its language).
        text: its whole text, front matter included.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text = path, text

    @classmethod
    def read(cls, path: Path) -> Page:
        return cls(path, path.read_text(encoding="utf-8"))

    @property
    def language(self) -> str:
        """``en`` or ``zh``: the folder under ``docs`` that holds the page."""
        return next((part for part in self.path.parts[::-1] if part in LANGUAGES), "en")

    @cached_property
    def slug(self) -> str:
        """``basics/gradient-descent`` for ``docs/en/basics/gradient-descent.md``."""
        try:
            return str(self.path.resolve().relative_to(DOCS / self.language).with_suffix(""))
        except ValueError:
            return self.path.stem

    @cached_property
    def front_matter(self) -> dict[str, Any]:
        match = _FRONT_MATTER.match(self.text)
        return (yaml.safe_load(match[1]) or {}) if match else {}

    @cached_property
    def body(self) -> str:
        """The text below the front matter."""
        match = _FRONT_MATTER.match(self.text)
        return self.text[match.end() :] if match else self.text

    @cached_property
    def timeout(self) -> float:
        """Seconds a block may take."""
        return float(self.front_matter.get("block_timeout", DEFAULT_TIMEOUT))

    @cached_property
    def fences(self) -> list[Fence]:
        return fences(self.path, self.text)

    @cached_property
    def prose(self) -> str:
        """The text with fences and comments blanked out, offsets unchanged."""
        text = self.text
        spans = [(fence.start, fence.end) for fence in self.fences]
        match = _FRONT_MATTER.match(text)
        if match:
            spans.append(match.span())
        for start, end in spans:
            text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
        return re.sub(r"<!--.*?-->", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.DOTALL)

    @cached_property
    def headings(self) -> list[Heading]:
        return [
            Heading(len(m[1]), m[2], m[3] or "", m.start(), self.text.count("\n", 0, m.start()) + 1)
            for m in _HEADING.finditer(self.prose)
        ]

    @cached_property
    def blocks(self) -> list[Block]:
        blocks: list[Block] = []
        for fence in self.fences:
            if fence.is_python:
                heading = next((h for h in self.headings[::-1] if h.start < fence.start), None)
                exercise = heading.anchor if heading and heading.is_exercise else None
                solution = bool(exercise and heading and _SOLUTION.search(self.text, heading.start, fence.start))
                blocks.append(Block(len(blocks) + 1, fence, exercise, solution))
        return blocks

    @cached_property
    def figures(self) -> dict[str, Fence]:
        """Figure id -> the fence that draws it."""
        found: dict[str, Fence] = {}
        for fence in self.fences:
            name = fence.settings.get("figure")
            if name in found:
                raise PageError(self.path, fence.line, f"figure {name} stands twice on this page")
            if name:
                found[name] = fence
        return found
