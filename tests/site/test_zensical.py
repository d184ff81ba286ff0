"""The chapters build under Zensical, the successor of Material for MkDocs, with the same outputs, figures and formulas.

Zensical reads our mkdocs.yml, its INHERIT and !ENV, the theme's overrides and our Markdown extensions as they are.
It reads no MkDocs hooks: the style sheets, scripts and fonts that `engine.hooks` adds are put into the pages' folder.
"""

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from built_site import parsed, value
from engine import CACHE, LANGUAGES, page_files
from engine.assets import ASSETS, KATEX, style_sheets
from engine.checkout import Checkout
from engine.page import Page
from selectolax.lexbor import LexborNode

pytestmark = pytest.mark.skipif(
    find_spec("zensical") is None, reason="Zensical cannot be installed here: it has no wheel for this machine"
)
PAGES = [Page.read(path) for path in page_files()]
CONFIGS = {"en": "mkdocs.yml", "zh": "mkdocs.zh.yml"}
LABS_IN_THE_MENU = re.compile(r"^ *- .*:\n(?: *- labs/.*\n)+", re.MULTILINE)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory, site: Path, address: str) -> dict[str, Path]:
    """The pages as MkDocs and as Zensical build them; Zensical's results come from a copy of this checkout's cache.

    Labs are left out of its menu: it runs no notebooks.
    """
    course = Checkout(tmp_path_factory.mktemp("zensical") / "course")
    for name in ("pages", "math"):
        shutil.copytree(CACHE / name, course.root / ".cache" / name)  # the built site has filled it
    for language, config in CONFIGS.items():
        file = course.root / config
        file.write_text(LABS_IN_THE_MENU.sub("", file.read_text(encoding="utf-8")), encoding="utf-8")
        assets = course.root / "docs" / language / "assets"
        shutil.copytree(ASSETS, assets)
        shutil.copytree(KATEX / "fonts", assets / "katex" / "fonts")
        for place, sheet in style_sheets():
            shutil.copy(sheet, assets.parent / place)
    for config in CONFIGS.values():
        done = subprocess.run(
            [str(Path(sys.executable).with_name("zensical")), "build", "-f", config],
            cwd=course.root, env=course.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    return {"mkdocs": site, "zensical": course.root / "site"}


def article(site: Path, page: Page) -> LexborNode:
    folder = site / page.language / ("" if page.slug == "index" else page.slug)
    found = parsed(folder / "index.html").css_first("article")
    assert found is not None
    return found


def shown(article: LexborNode, what: str) -> list[str]:
    """HTML of parts of a page; how the lines of a formula are indented does not matter."""
    return [" ".join((tag.html or "").split()) for tag in article.css(what)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.language}/{page.slug}")
def test_a_page_shows_the_same_under_zensical(sites: dict[str, Path], page: Page) -> None:
    ours, theirs = article(sites["mkdocs"], page), article(sites["zensical"], page)
    blocks = {value(block, "id"): block for block in theirs.css(".course-block")}
    assert list(blocks) == [block.name for block in page.blocks]
    for block in ours.css(".course-block"):
        other = blocks[value(block, "id")]
        assert value(other, "data-needs") == value(block, "data-needs")
        code, other_code = block.css_first("pre"), other.css_first("pre")
        assert code and other_code and other_code.text() == code.text()
    for what in (".output", "figure.figure svg", "figure.figure figcaption", ".diagram", ".math", ".verified"):
        assert shown(theirs, what) == shown(ours, what), what
    assert [value(tag, "id") for tag in theirs.css("figure.figure")] == list(page.figures)
    assert bool(theirs.css(".math .katex")) == ("$" in page.prose)
    assert bool(theirs.css(".output")) == bool(page.blocks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_pages_load_is_there(sites: dict[str, Path], language: str) -> None:
    site = sites["zensical"] / language
    page = parsed(site / "index.html")
    loaded = [value(tag, "href") or value(tag, "src") for tag in page.css("link[rel=stylesheet], script[src]")]
    assert any("site.css" in name for name in loaded) and any("course.js" in name for name in loaded)
    for name in loaded:
        assert (site / name.split("?")[0]).exists(), name
