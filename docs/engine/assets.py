"""The site's style sheet, fonts and search index, cut to what a first visit needs."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from engine import CACHE, DOCS, ROOT
from engine.cache import write_atomically

_AS_IT_STANDS = re.compile(r"(<(?:pre|script|style|textarea)\b.*?</(?:pre|script|style|textarea)>)", re.DOTALL)
_INDENTATION = re.compile(r"[ \t]*\n\s*")
KATEX = ROOT / "node_modules" / "katex" / "dist"
ASSETS = DOCS / "theme" / "assets"


def _material() -> Path:
    """The folder of Material's own style sheets."""
    found = find_spec("material")
    assert found is not None and found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "templates" / "assets" / "stylesheets"


def site_css() -> str:
    """Material's two style sheets and ours as one: a page waits for one file, not for three."""
    sheets = [next(_material().glob(f"{name}.*.min.css")) for name in ("main", "palette")]
    parts = [path.read_text(encoding="utf-8") for path in [*sheets, ASSETS / "stylesheets" / "course.css"]]
    return "\n".join(re.sub(r"/\*# sourceMappingURL=.*?\*/", "", part).strip() for part in parts) + "\n"


def katex_css() -> str:
    """KaTeX's style sheet, naming only the fonts that the site has."""
    sheet = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    return re.sub(r',url\(fonts/[^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", sheet)


def style_sheets() -> Iterator[tuple[str, Path]]:
    """(address in the site, file that holds it) of every style sheet."""
    for sheet in sorted((ASSETS / "stylesheets").glob("*.css")):
        if sheet.name != "course.css":  # it is part of site.css
            yield f"assets/stylesheets/{sheet.name}", sheet
    for address, text in (("assets/stylesheets/site.css", site_css()), ("assets/katex/katex.min.css", katex_css())):
        path = CACHE / "assets" / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.css"
        if not path.exists():
            write_atomically(path, text)
        yield address, path


def subset(font: Path, characters: str) -> Path:
    """A woff2 font with these characters only: a few KB where the whole one has 25; stored by content."""
    digest = hashlib.sha256(font.read_bytes() + characters.encode()).hexdigest()[:16]
    path = CACHE / "fonts" / f"{font.stem}-{digest}.woff2"
    if not path.exists():
        from fontTools import subset as tool

        options = tool.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
        cutter = tool.Subsetter(options)
        cutter.populate(text=characters)
        cut = io.BytesIO()
        with tool.load_font(str(font), options) as made:
            cutter.subset(made)
            tool.save_font(made, cut, options)
        write_atomically(path, cut.getvalue())  # the build of the other language may be cutting the same font
    return path


def cut_fonts(site: Path, characters: str) -> None:
    """Put subsets of KaTeX's fonts, with these characters, in the place of the whole fonts."""
    for font in sorted(KATEX.glob("fonts/*.woff2")):
        (site / "assets" / "katex" / "fonts" / font.name).write_bytes(subset(font, characters).read_bytes())


def put_search_index_aside(site: Path) -> None:
    """Material fetches the search index with every page: it gets an empty one; lazy-search.js fetches the real one."""
    stub, full = site / "search" / "search_index.json", site / "search" / "full_index.json"
    text = stub.read_text(encoding="utf-8")
    index = json.loads(text)
    write_atomically(full, text)
    write_atomically(stub, json.dumps({"config": index["config"], "docs": []}))


def without_indentation(markup: str) -> str:
    """A page without the template's indentation, a tenth of its size; what is shown as it stands (pre, …) stays."""
    parts = _AS_IT_STANDS.split(markup)
    parts[::2] = [_INDENTATION.sub("\n", part) for part in parts[::2]]
    return "".join(parts)
