"""The few things that MkDocs itself must be told: shared assets come from the theme folder and node_modules."""

from __future__ import annotations

from typing import Any

from mkdocs.structure.files import File, Files

from engine import DOCS, ROOT

_KATEX = ROOT / "node_modules" / "katex" / "dist"


def on_files(files: Files, config: Any) -> Files:
    """Add style sheets and scripts of the theme, and KaTeX's style sheet with its woff2 fonts."""
    assets = DOCS / "theme" / "assets"
    sources = [(path, f"assets/{path.relative_to(assets)}") for path in sorted(assets.rglob("*")) if path.is_file()]
    sources += [(path, f"assets/katex/fonts/{path.name}") for path in sorted(_KATEX.glob("fonts/*.woff2"))]
    sources.append((_KATEX / "katex.min.css", "assets/katex/katex.min.css"))
    for source, address in sources:
        files.append(File.generated(config, address, abs_src_path=str(source)))
    return files
