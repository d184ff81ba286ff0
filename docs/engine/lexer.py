"""Finds the fences of a page, and the settings that stand in a comment above them."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sybil import Document, Region
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from engine.errors import PageError

PYTHON = frozenset({"python", "py", "python3", "py3", "pycon", "python-console", "ipython"})
SETTINGS = frozenset({"figure", "alt", "caption", "raises", "skip"})
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_FIGURE_ID = re.compile(r"F\d{2}[a-z]?|[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass
class Fence:
    """A fenced block as it stands in the page: offsets are into the page's text."""

    start: int
    end: int
    line: int
    indent: str
    ticks: str
    language: str
    attributes: dict[str, str]
    classes: list[str]
    source: str
    settings: dict[str, Any] = field(default_factory=dict)
    settings_start: int | None = None

    @property
    def is_python(self) -> bool:
        return self.language in PYTHON

    @property
    def is_doctest(self) -> bool:
        return self.source.lstrip().startswith(">>>")


def parse_info(info: str) -> tuple[str, dict[str, str], list[str]]:
    """Read ``python title="x"`` or ``{ .python .big title="x" }``: language, attributes, classes."""
    text = info.strip()
    if text.startswith("{") and text.endswith("}"):
        text, braces = text[1:-1].strip(), True
    else:
        braces = False
    language, attributes, classes = "", {}, []
    for number, word in enumerate(shlex.split(text)):
        if "=" in word and number + braces > 0:
            key, _, value = word.partition("=")
            attributes[key] = value
        elif word.startswith("."):
            if not language:
                language = word[1:]
            else:
                classes.append(word[1:])
        elif word.startswith("#"):
            attributes["id"] = word[1:]
        elif not language:
            language = word.lstrip("{").rstrip("}")
    return language.lower(), attributes, classes


class FenceLexer(RawFencedCodeBlockLexer):
    """Sybil's fence lexer, with the whole info line; nested fences and fences in comments are text."""

    def __init__(self) -> None:
        super().__init__(info_pattern=re.compile(r"(?P<info>[^\n]*)\n?"))

    def __call__(self, document: Document) -> Iterator[Region]:
        regions = sorted(super().__call__(document), key=lambda region: region.start)
        comments = [match.span() for match in _COMMENT.finditer(document.text)]
        reached = 0
        while regions:
            region = regions.pop(0)
            while comments and comments[0][0] < region.start:
                start, end = comments.pop(0)
                reached = max(reached, end) if start >= reached else reached
            if region.start >= reached:
                reached = region.end
                yield region


def _settings(path: Path, text: str, region_start: int) -> tuple[dict[str, Any], int | None]:
    before = text[:region_start].rstrip()
    if not before.endswith("-->"):
        return {}, None
    start = before.rfind("<!--")
    match = re.fullmatch(r"<!--\s*block\s*\n(.*)-->", before[start:], re.DOTALL)
    if match is None:
        return {}, None
    line = text.count("\n", 0, start) + 1
    try:
        settings = yaml.safe_load(textwrap.dedent(match[1])) or {}
    except yaml.YAMLError as error:
        raise PageError(path, line, "the block's settings are not YAML", str(error)) from error
    if not isinstance(settings, dict) or set(settings) - SETTINGS:
        wrong = sorted(set(settings) - SETTINGS) if isinstance(settings, dict) else settings
        raise PageError(path, line, f"unknown block setting {wrong}; known: {sorted(SETTINGS)}")
    return settings, start


def _check_settings(path: Path, fence: Fence) -> None:
    given = {key: str(value).strip() for key, value in fence.settings.items()}
    figure_keys = {"figure", "alt", "caption"} & given.keys()
    if figure_keys and any(not given.get(key) for key in ("figure", "alt", "caption")):
        raise PageError(path, fence.line, "a figure needs figure (its id), alt and caption")
    if "figure" in given and not _FIGURE_ID.fullmatch(given["figure"]):
        raise PageError(path, fence.line, f"figure id {given['figure']!r} is neither F01 nor kebab-case")
    if "skip" in given and len(given["skip"]) < 10:
        raise PageError(path, fence.line, "a skipped block needs a written reason")
    if fence.language == "mermaid" and not figure_keys:
        raise PageError(path, fence.line, "a diagram is a figure: it needs figure, alt and caption")
    fence.settings = given


def fences(path: Path, text: str) -> list[Fence]:
    """All fences of a page, with their settings checked.

    Raises:
        PageError: a fence never closed, unknown or incomplete settings, settings without a fence.
    """
    found: list[Fence] = []
    claimed: set[int] = set()
    for region in FenceLexer()(Document(text, str(path))):
        opening = re.match(r"^(?P<prefix>[^`~]*)(?P<ticks>`{3,}|~{3,})", text[region.start : region.end])
        assert opening is not None
        line = text.count("\n", 0, region.start) + 1
        if (
            not text[: region.end].rstrip().endswith(opening["ticks"][0] * 3)
            or "\n" not in text[region.start : region.end]
        ):
            raise PageError(path, line, "this fence is never closed")
        try:
            language, attributes, classes = parse_info(region.lexemes["info"])
        except ValueError as error:
            raise PageError(path, line, f"cannot read the fence's attributes: {error}") from error
        settings, start = _settings(path, text, region.start)
        if start is not None:
            claimed.add(start)
        fence = Fence(
            region.start, region.end, line, re.sub(r"\S", " ", opening["prefix"]), opening["ticks"],
            language, attributes, classes, str(region.lexemes["source"]), settings, start,
        )  # fmt: skip
        if fence.is_python or settings or language == "mermaid":
            _check_settings(path, fence)
        found.append(fence)
    inside = [(fence.start, fence.end) for fence in found]
    for match in re.finditer(r"<!--\s*block\b", text):
        where = match.start()
        if where not in claimed and not any(start <= where < end for start, end in inside):
            line = text.count("\n", 0, where) + 1
            raise PageError(path, line, "these block settings stand above no fence")
    return found
