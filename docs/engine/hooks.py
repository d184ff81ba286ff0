"""The few things that MkDocs itself must be told: shared assets, labs, and what becomes of built pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jieba
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from engine import ROOT, assets, glossary, labs, math

_MERMAID = ROOT / "node_modules" / "mermaid" / "dist"


def keep_short_terms_whole() -> None:
    """For the Chinese search: 学习率, not 学习 and a lone 率 that matches everything.

    Longer terms stay in their words, so that 下降 still finds 梯度下降.
    """
    for term in glossary.load():
        if len(term.zh) <= 4 and 1 in map(len, jieba.cut(term.zh)) and not term.zh.isascii():
            jieba.add_word(term.zh)


def on_config(config: Any) -> Any:
    """Set up mkdocs-jupyter, the edit links, and the words of the Chinese search."""
    labs.on_config(config)
    if config.repo_url:  # known only when the site is published
        config.edit_uri = f"edit/main/docs/{config.theme['language']}/"
    if config.theme["language"] == "zh":
        keep_short_terms_whole()
    return config


@event_priority(100)  # before mkdocs-jupyter looks for notebooks
def on_files(files: Files, config: Any) -> Files:
    """Add style sheets and scripts of the theme, KaTeX's style sheet and fonts, Mermaid's modules, and the labs."""
    labs.add_notebooks(files, config)
    scripts = assets.ASSETS / "javascripts"
    sources = [(f"assets/javascripts/{path.relative_to(scripts)}", path) for path in sorted(scripts.rglob("*.js"))]
    images = assets.ASSETS / "images"
    sources += [(f"assets/images/{path.name}", path) for path in sorted(images.iterdir())]
    sources += [(f"assets/katex/fonts/{path.name}", path) for path in sorted(assets.KATEX.glob("fonts/*.woff2"))]
    sources += assets.style_sheets()
    modules = [_MERMAID / "mermaid.esm.min.mjs", *sorted(_MERMAID.glob("chunks/mermaid.esm.min/*.mjs"))]
    sources += [(f"assets/mermaid/{path.relative_to(_MERMAID)}", path) for path in modules]
    for address, source in sources:
        files.append(File.generated(config, address, abs_src_path=str(source)))
    return files


@event_priority(-100)  # after mkdocs-jupyter has put its own way to render in place
def on_pre_page(page: Page, config: Any, files: Files) -> Page:
    """Set a lab like a page."""
    return labs.on_pre_page(page, config)


def on_post_page(output: str, page: Page, config: Any) -> str:
    """A page is sent without the template's indentation."""
    return assets.without_indentation(output)


@event_priority(-100)  # after the search plugin has written its index
def on_post_build(config: Any) -> None:
    """Cut fonts and search index to what a first visit needs."""
    site = Path(config["site_dir"])
    assets.cut_fonts(site, math.characters_shown())
    assets.put_search_index_aside(site)
