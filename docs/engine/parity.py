"""English and Chinese pages are one page in two languages: what must be equal, and the proof that it is.

``python -m engine.parity`` compares all pages; ``--diff PAGE`` shows what changed in the English page since the
Chinese one followed it;
``--accept PAGE`` records that the Chinese page is up to date.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from engine import DOCS, ROOT
from engine.cache import write_atomically
from engine.needs import code_of
from engine.page import Block, Page

_FOLLOWS = re.compile(r"^follows:.*$", re.MULTILINE)


def hash_of(page: Page) -> str:
    """What a Chinese page carries as ``follows``: a hash of the whole English page."""
    return hashlib.sha256(page.text.encode()).hexdigest()[:16]


class _Bare(ast.NodeTransformer):
    """Empties string literals; an f-string keeps its expressions, whose order may differ between languages."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        inner = sorted(ast.unparse(part.value) for part in node.values if isinstance(part, ast.FormattedValue))
        return ast.Constant("|".join(inner))


def bare_code(block: Block) -> str:
    """A block without comments and string literals."""
    try:
        return ast.unparse(_Bare().visit(ast.parse(code_of(block))))
    except SyntaxError:
        return code_of(block)


def _math(page: Page) -> list[str]:
    text = re.sub(r"`[^`\n]+`", "", page.prose)
    found = re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+(?:\n[^$\n]+)?)\$", text, re.DOTALL)
    return sorted(" ".join((display or inline).split()) for display, inline in found)


def _tables(page: Page) -> list[tuple[int, int]]:
    sizes: list[tuple[int, int]] = []
    rows: list[str] = []
    for line in [*page.prose.split("\n"), ""]:
        if line.lstrip().startswith("|"):
            rows.append(line.strip())
        elif rows:
            sizes.append((len(rows), rows[0].count("|") - 1))
            rows = []
    return sizes


def _explorables(page: Page) -> list[tuple[tuple[str, str], ...]]:
    tags = re.findall(r"<div\b[^>]*\bclass=\"explorable\"[^>]*>", page.prose)
    return [tuple(sorted(re.findall(r"([\w-]+)=\"([^\"]*)\"", tag))) for tag in tags]


def _links(page: Page) -> list[str]:
    return sorted(re.findall(r"\]\(([^)\s]+)[^)]*\)", page.prose))


_COMPARED: dict[str, Callable[[Page], list[object]]] = {
    "headings (level and anchor)": lambda page: [(h.level, h.anchor) for h in page.headings],
    "exercises (id and difficulty)": lambda page: [(h.anchor, h.difficulty) for h in page.headings if h.is_exercise],
    "blocks (up to comments and strings)": lambda page: [bare_code(block) for block in page.blocks],
    "kinds and settings of blocks": lambda page: [
        (block.fence.is_doctest, block.settings.get("raises"), "skip" in block.settings, block.is_solution)
        for block in page.blocks
    ],
    "figures": lambda page: list(page.figures),
    "explorables (id, name and settings)": lambda page: list(_explorables(page)),
    "math": lambda page: list(_math(page)),
    "tables (rows and columns)": lambda page: list(_tables(page)),
    "links": lambda page: list(_links(page)),
}


def differences_of_structure(english: Page, chinese: Page) -> list[str]:
    """Headings, blocks, figures, math and the like that the two pages do not share, and what a page lacks."""
    found = []
    for what, read in _COMPARED.items():
        ours, theirs = read(english), read(chinese)
        if ours != theirs:
            only_en = [item for item in ours if item not in theirs][:3]
            only_zh = [item for item in theirs if item not in ours][:3]
            found.append(
                f"{chinese.path}: {what} differ: {len(ours)} in English, {len(theirs)} in Chinese; "
                f"only English {only_en}, only Chinese {only_zh}"
            )
    for page in (english, chinese):
        found += [f"{page.path}:{h.line}: heading {h.text!r} has no {{#anchor}}" for h in page.headings if not h.anchor]
        found += [
            f"{page.path}: no {key} in the front matter"
            for key in ("title", "description")
            if key not in page.front_matter
        ]
    return found


def differences(english: Page, chinese: Page) -> list[str]:
    """Everything in which the two pages are not the same page; empty if they are."""
    found = differences_of_structure(english, chinese)
    if str(chinese.front_matter.get("follows")) != hash_of(english):
        found.append(
            f"{chinese.path}: the English page has changed since this one followed it; "
            f"`make diff PAGE={chinese.path}` shows how, "
            f"`make accept PAGE={chinese.path}` records that it is up to date"
        )
    return found


def all_differences(docs: Path = DOCS) -> list[str]:
    """The differences of every pair of pages, and the pages that have no twin."""
    english = {path.relative_to(docs / "en") for path in (docs / "en").rglob("*.md")}
    chinese = {path.relative_to(docs / "zh") for path in (docs / "zh").rglob("*.md")}
    found = [f"{name}: in {'English' if name in english else 'Chinese'} only" for name in sorted(english ^ chinese)]
    for name in sorted(english & chinese):
        found += differences(Page.read(docs / "en" / name), Page.read(docs / "zh" / name))
    return found


def _twin(path: Path) -> Path:
    parts = list(path.resolve().parts)
    place = len(parts) - 1 - parts[::-1].index("zh")
    parts[place] = "en"
    return Path(*parts)


def accept(path: Path) -> None:
    """Write the present hash of the English page into its Chinese page."""
    page = Page.read(path)
    text, count = _FOLLOWS.subn(f"follows: {hash_of(Page.read(_twin(path)))}", page.text, count=1)
    if not count:
        text = page.text.replace("---\n", f"---\nfollows: {hash_of(Page.read(_twin(path)))}\n", 1)
    write_atomically(path, text)


def show_difference(path: Path) -> int:
    """Print how the English page changed since the version that the Chinese page follows."""
    follows, english = str(Page.read(path).front_matter.get("follows")), _twin(path).relative_to(ROOT)

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    for commit in git("log", "--format=%H", "--", str(english)).split():
        try:
            text = git("show", f"{commit}:{english}")
        except subprocess.CalledProcessError:
            continue
        if hash_of(Page(english, text)) == follows:
            print(git("diff", commit, "--", str(english)) or f"{english} is as it was in {commit[:12]}")
            return 0
    print(f"no commit of {english} has the hash {follows}; compare the whole page", file=sys.stderr)
    return 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m engine.parity", description=__doc__)
    parser.add_argument("--accept", type=Path, metavar="PAGE")
    parser.add_argument("--diff", type=Path, metavar="PAGE")
    chosen = parser.parse_args()
    if chosen.accept:
        accept(chosen.accept)
        return 0
    if chosen.diff:
        return show_difference(chosen.diff)
    found = all_differences()
    print("\n".join(found) or "English and Chinese are the same")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
