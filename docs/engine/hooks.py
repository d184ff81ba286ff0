"""The few things that MkDocs itself must be told: shared assets come from the theme folder and node_modules."""

from __future__ import annotations

from typing import Any

import jieba
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from engine import DOCS, ROOT, glossary, labs

_KATEX = ROOT / "node_modules" / "katex" / "dist"
_MERMAID = ROOT / "node_modules" / "mermaid" / "dist"


def on_config(config: Any) -> Any:
    """Set mkdocs-jupyter up, and the words of the Chinese search.

    Short terms stay whole: 学习率, not 学习 and a lone 率 that matches everything. Longer ones stay in their words,
    so that 下降 still finds 梯度下降.
    """
    labs.on_config(config)
    if config.theme["language"] == "zh":
        for term in glossary.load():
            if len(term.zh) <= 4 and 1 in map(len, jieba.cut(term.zh)) and not term.zh.isascii():
                jieba.add_word(term.zh)
    return config


@event_priority(100)  # before mkdocs-jupyter looks for notebooks
def on_files(files: Files, config: Any) -> Files:
    """Add style sheets and scripts of the theme, KaTeX's style sheet and fonts, Mermaid's modules, and the labs."""
    labs.add_notebooks(files, config)
    assets = DOCS / "theme" / "assets"
    sources = [(path, f"assets/{path.relative_to(assets)}") for path in sorted(assets.rglob("*")) if path.is_file()]
    sources += [(path, f"assets/katex/fonts/{path.name}") for path in sorted(_KATEX.glob("fonts/*.woff2"))]
    sources.append((_KATEX / "katex.min.css", "assets/katex/katex.min.css"))
    modules = [_MERMAID / "mermaid.esm.min.mjs", *sorted(_MERMAID.glob("chunks/mermaid.esm.min/*.mjs"))]
    sources += [(path, f"assets/mermaid/{path.relative_to(_MERMAID)}") for path in modules]
    for source, address in sources:
        files.append(File.generated(config, address, abs_src_path=str(source)))
    return files


@event_priority(-100)  # after mkdocs-jupyter has put its own way to render in place
def on_pre_page(page: Page, config: Any, files: Files) -> Page:
    """Set a lab like a page."""
    return labs.on_pre_page(page, config)
